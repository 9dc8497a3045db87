"""Takes secrets out of text before it reaches a log."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "[redacted]"

_VALUE = (
    r"(?:\"[^\"]*\"?|'[^']*'?"
    r"|(?:(?:bearer|basic|token|apikey)\s+)?[^\s\"'&,;{}\[\]()<>]+)"
)
# Each rule begins with words of which one has to be there, in lower case: looking for them costs
# a hundredth of the pattern, and most lines have none. What the group "kept" matches stays.
_RULES = tuple(
    (words, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for words, pattern in (
        (("cookie",), r"(?P<kept>\b(?:set-)?cookie[\"']?\s*[=:]\s*)[^\n\"']+"),
        (
            ("api", "author", "passw", "passphrase", "secret", "credential", "token", "signature"),
            r"(?P<kept>(?:api[_-]?key|authori[sz]ation|passw(?:or)?d|passphrase|secret"
            r"|credentials?|token|signature)[\"']?\s*[=:]\s*)" + _VALUE,
        ),
        (("bearer", "basic"), r"(?P<kept>\b(?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}"),
        (("://",), r"(?P<kept>://[^/\s:@]{0,256}:)[^@\s/]{1,512}(?=@)"),
        # Bots of Telegram, keys of well-known services and of this one.
        ((":",), r"(?P<kept>)(?<!\d)\d{6,12}:[a-z0-9_-]{30,}"),
        (
            (
                "sk-",
                "sk_",
                "pk_",
                "hf_",
                "ghp_",
                "gho_",
                "ghs_",
                "glpat",
                "xox",
                "logo_",
                "lk_",
                "lt_",
            ),
            r"(?P<kept>)\b(?:sk|pk|hf|gh[pos]|glpat|xox[abprs]|logo|l[kt])[_-](?=\S{0,64}\d)[a-z0-9_-]{16,}",
        ),
        # JSON web tokens, keys of cloud accounts, private keys.
        (("eyj",), r"(?P<kept>)\beyj[a-z0-9_-]{8,}\.[a-z0-9._-]+"),
        (("akia",), r"(?P<kept>)\bAKIA[0-9A-Z]{16}"),
        (
            ("private key",),
            r"(?P<kept>)-----BEGIN [a-z ]{0,32}PRIVATE KEY-----.*?"
            r"(?:-----END [a-z ]{0,32}PRIVATE KEY-----|\Z)",
        ),
    )
)
_SHORT_CHARACTERS = 64
_CLEAN_TEXTS = 2_000
_SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|authori[sz]ation|api_?key|cookie|credential",
    re.IGNORECASE,
)


class Redactor:
    """Masks what looks like a secret, and values that are known to be one."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Args: known: secrets of this process; those under 6 characters would mask words."""
        self._known = tuple(sorted({v for v in known if len(v) >= 6}, key=len, reverse=True))
        self._clean: set[str] = set()

    def is_known_clean(self, value: object) -> bool:
        """Whether the value is a short text that was here before and is no secret."""
        return type(value) is str and value in self._clean

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if text in self._clean:
            return text
        told = self._masked(text)
        if told == text and len(text) <= _SHORT_CHARACTERS:
            # Methods, routes and states come again and again; secrets are never kept here.
            if len(self._clean) >= _CLEAN_TEXTS:
                self._clean.clear()
            if text.isascii():
                self._clean.add(text)
        return told

    def _masked(self, text: str) -> str:
        for value in self._known:
            if value in text:
                text = text.replace(value, MASK)
        lower = text.lower()
        for words, pattern in _RULES:
            for word in words:
                if word in lower:
                    text = pattern.sub(_mask, text)
                    break
        return text


def is_secret_name(name: str) -> bool:
    """Whether text under this name is masked whatever it is."""
    return _SECRET_NAME.search(name) is not None


def _mask(found: re.Match[str]) -> str:
    return f"{found['kept']}{MASK}"
