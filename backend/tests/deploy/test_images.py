"""The Dockerfiles, their requirements and what is sent to the engine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backend.settings import ROOT

# Packages whose module has another name.
_MODULES = {"python-logstash": "logstash"}
DOCKERFILES = ("Dockerfile.backend", "Dockerfile.frontend")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def requirements(name: str) -> set[str]:
    lines = text_of(name).splitlines()
    return {re.split(r"[=<>]", line)[0].strip() for line in lines if re.match(r"[A-Za-z]", line)}


def imported(folder: Path) -> set[str]:
    """Modules that the product's files in a folder import, wherever in the file."""
    found = set()
    for file in folder.rglob("*.py"):
        if "tests" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names)


@pytest.mark.parametrize("name", DOCKERFILES)
def test_hadolint_has_nothing_to_say(name: str) -> None:
    tool = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([tool, "--no-color", ROOT / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", DOCKERFILES)
def test_the_last_stage_is_the_base_and_runs_as_nobody_special(name: str) -> None:
    last = text_of(name).split("\nFROM ")[-1]
    assert last.startswith("${BASE_IMAGE}\n")
    assert "pip install" not in last
    assert re.findall(r"^USER (.+)$", last, re.M) == ["10001:10001"]


def test_versions_of_the_pages_stand_in_one_place() -> None:
    text = text_of("frontend/requirements.txt")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "-c ../requirements.txt"
    assert [line for line in lines[1:] if not re.fullmatch(r"[A-Za-z0-9_.-]+", line)] == []
    assert requirements("frontend/requirements.txt") < requirements("requirements.txt")


def test_the_backend_does_without_what_its_image_leaves_out() -> None:
    (names,) = re.findall(
        r"grep -vE '\^\(([a-z|]+)\)==' requirements\.txt", text_of(DOCKERFILES[0])
    )
    left_out = set(names.split("|"))
    assert left_out < requirements("requirements.txt")
    assert "torch" not in left_out
    assert left_out & imported(ROOT / "backend") == set()


def test_the_pages_import_what_their_image_holds() -> None:
    named = {_MODULES.get(name, name) for name in requirements("frontend/requirements.txt")}
    assert imported(ROOT / "frontend") - {"frontend"} == named


def test_only_what_is_named_goes_to_the_engine() -> None:
    rules = [line for line in text_of(".dockerignore").splitlines() if line[:1] not in {"", "#"}]
    assert rules[0] == "*"
    allowed = {rule[1:].split("/")[0] for rule in rules if rule.startswith("!")}
    folders = {"backend", "frontend", "weights", "lora", "data", "logstash"}
    assert allowed == {"requirements.txt", *folders}
    # .env lies at the top and hidden files lie anywhere; only Streamlit's settings are wanted.
    assert rules.index("**/.*") < rules.index("!frontend/.streamlit")
