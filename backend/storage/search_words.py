"""Words of a search: how text is folded before it is indexed, and what a query may say."""

from __future__ import annotations

import unicodedata

# More words than anybody types; each costs a look into the index.
_MAX_WORDS = 16


def folded(text: str) -> str:
    """Text as the index stores it: one form of each letter, no case, ё as е.

    The tokenizer folds case by itself, but not ligatures, wide letters or the ё that most people
    leave out when they type.
    """
    # Half a surrogate pair cannot be stored.
    valid = text.encode("utf-8", "ignore").decode("utf-8")
    return unicodedata.normalize("NFKC", valid).casefold().replace("ё", "е")


def match_expression(query: str) -> str:
    """An FTS5 expression: every word of the query must begin some word of the text.

    Each word is quoted, so that nothing in it acts as syntax. Words without a letter or digit are
    left out: the tokenizer drops such signs from the text too.

    Returns:
        "" when the query holds no words; it then restricts nothing.
    """
    # SQLite ends a string at a NUL.
    words = folded(query).replace("\0", " ").split()
    quoted = (word.replace('"', " ") for word in words if any(map(str.isalnum, word)))
    return " ".join(f'"{word}"*' for word in list(quoted)[:_MAX_WORDS])
