"""From raw text to one clean line: no markup, links or controls; pictures as their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

from backend.domain.brief import Colour
from backend.domain.generation import LIMITS

# Markup can be much longer than its text; what is beyond is not even cleaned.
_RAW_CHARACTERS = 10 * LIMITS.description_characters

_MARKUP = re.compile(
    r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|</?[a-z!?][^<>]*>", re.I | re.S
)
_LINK_TARGET = re.compile(r"\]\([^()\s]*\)")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}|\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,3}/\S*",
    re.I,
)
_BULLET = re.compile(r"^[ \t]{0,20}(?:[-*+•·–—]|\d{1,2}[.)])[ \t]+", re.M)
_RGB = re.compile(
    r"\brgba?\(\s{0,5}(\d{1,3})[\s,]{1,5}(\d{1,3})[\s,]{1,5}(\d{1,3})[^()]{0,12}\)", re.I
)
_JOINS_PICTURE = re.compile(
    r"(?:^|\s)(?:a|an|the|no|not|without|with|of|and|for|in|on|my|our)\s*$", re.I
)


def _tidy(raw: str) -> str:
    """Compatibility forms folded; controls, invisible characters and surrogates removed."""
    folded = unicodedata.normalize("NFKC", re.sub("[©®™℠\ud800-\udfff]", " ", raw))
    folded = folded[:_RAW_CHARACTERS]  # one character can fold into eighteen
    kept = []
    for character in folded.replace("’", "'").replace("‘", "'").replace("`", "'"):
        category = unicodedata.category(character)
        if character in "\t\n\r\v\f\x85\u2028\u2029":
            kept.append("\n" if character != "\t" else " ")
        elif category[0] == "Z":
            kept.append(" ")
        elif category[0] != "C" and not "\ufe00" <= character <= "\ufe0f" and character != "\u20e3":
            kept.append(character)
    return "".join(kept)


def _emoji_name(character: str) -> str:
    """The picture's name in words, or "" for symbols that picture nothing."""
    code = ord(character)
    skin_tone = 0x1F3FB <= code <= 0x1F3FF
    if unicodedata.category(character) != "So" or skin_tone or 0x1F100 <= code <= 0x1F2FF:
        return ""
    if not (0x2600 <= code <= 0x27BF or 0x2B50 <= code <= 0x2B55 or code >= 0x1F300):
        return ""
    name = unicodedata.name(character, "").lower()
    if code < 0x1F000:
        # There "black" and "heavy" tell how the sign is printed, not what it shows.
        name = re.sub(r"\b(black|white|heavy|medium|small)\b", " ", name)
        if re.search(r"\b(check|ballot|mark|multiplication|exclamation|question|dingbat)\b", name):
            return ""
    name = name.partition(" without ")[0].partition(" no ")[0]
    return " ".join(re.sub(r"\b(sign|symbol|suit|ornament)\b", " ", name).split())


def _is_gesture(character: str) -> bool:
    """Whether an emoji is a mood or a gesture, which beside words decorates and says nothing."""
    return (
        "\U0001f600" <= character <= "\U0001f64f"
        or "\U0001f440" < character <= "\U0001f450"
        or "\U0001f90c" <= character <= "\U0001f92f"
        or "\U0001f970" <= character <= "\U0001f97a"
    )


def plain_text(raw: str) -> str:
    """A description as one line of words: no markup, links or controls, pictures as their names."""
    text = _tidy(unescape(_MARKUP.sub(" ", unescape(raw[:_RAW_CHARACTERS]))))
    text = _ADDRESS.sub(" ", _LINK_TARGET.sub(" ", text))
    lines = (line.strip() for line in _BULLET.sub("", text).splitlines())
    text = "; ".join(line for line in lines if line)[: 2 * LIMITS.description_characters]
    text = re.sub(r"(?<!\w)w/(o\b)?", lambda match: "without " if match[1] else "with ", text)
    text = _RGB.sub(_rgb_as_hex, text)
    if re.match(r"\s*1[.)]\s", raw[:10]):
        text = re.sub(r"\s\d{1,2}[.)]\s", "; ", text)
    has_words = any(character.isalnum() for character in text)
    pieces = []
    for character in re.sub(r"[*_~\[\]\\<>{}^]", " ", text):
        if character < "\u2100" or unicodedata.category(character)[0] != "S":
            pieces.append(character)
        elif (name := _emoji_name(character)) and not (has_words and _is_gesture(character)):
            joins = _JOINS_PICTURE.search("".join(pieces[-10:]))
            pieces.append(f" {name}, " if joins else f", {name}, ")
        else:
            pieces.append(", ")
    return " ".join("".join(pieces).split())


def plain_name(raw: str) -> str:
    """A name as one line: as written, but without markup, controls and invisible characters."""
    return " ".join(_tidy(_MARKUP.sub(" ", raw[:_RAW_CHARACTERS])).split())


def _rgb_as_hex(match: re.Match[str]) -> str:
    channels = [int(channel) for channel in match.groups()]
    return Colour(*channels).hex if max(channels) <= 255 else " "


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words if there are any."""
    if len(text) <= limit:
        return text
    return (text[: limit + 1].rpartition(" ")[0] or text[:limit]).rstrip()


def word_forms(word: str) -> frozenset[str]:
    """A lower-case word and what it may be the plural of."""
    return frozenset({word, word.removesuffix("s"), word.removesuffix("es")})


def is_readable(word: str) -> bool:
    """Whether a word holds a letter or digit."""
    return any(map(str.isalnum, word))


def quoted_list(words: Sequence[str]) -> str:
    """Words for a message, such as “red”, “blue”."""
    return ", ".join(f"“{word}”" for word in words)
