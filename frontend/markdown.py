"""Words of files and users where Streamlit only takes Markdown."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!:$<>|~&^=@\"'])")


def plain(words: str) -> str:
    """The words with every sign escaped that Markdown could read; line breaks become spaces."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))
