from __future__ import annotations

import shutil

import pytest


def program(name: str) -> str:
    """The path of a foreign program; the test is skipped where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
