from __future__ import annotations

import tomllib

from backend.domain.version import VERSION
from backend.settings import ROOT


def test_files_tell_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION
