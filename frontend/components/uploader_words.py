"""Words for Streamlit's uploader, whose own are English."""

from __future__ import annotations

import streamlit as st

from frontend.i18n import Texts

# Ours stand in their place. Keys, texts and numbers are fixed, no value of anybody's.
_WORDS = """<style>
.st-key-{key} [data-testid="stFileUploaderDropzone"]:has([data-testid*="Instructions"])
  :is(button p, [data-testid="stFileUploaderDropzoneInstructions"] span) {{ font-size: 0; }}
.st-key-{key} [data-testid="stFileUploaderDropzone"]:has([data-testid*="Instructions"])
  button p::after {{ content: "{choose}"; font-size: 0.9rem; }}
.st-key-{key} [data-testid="stFileUploaderDropzoneInstructions"] span::after {{
  content: "{limit}"; font-size: 0.875rem; }}
</style>"""


def say_uploader_words(t: Texts, key: str, *, formats: str, limit_mb: int) -> None:
    """Makes the uploader inside the container of that key say which files it takes."""
    limit = t("uploader.limit", formats=formats, size=limit_mb)
    st.html(_WORDS.format(key=key, choose=t("upload.choose"), limit=limit))
