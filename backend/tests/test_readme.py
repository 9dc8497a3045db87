"""What the README claims about files and commands is true."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from backend.settings import ROOT

READMES = ("README.md", "README.ru.md")
WISHED = [
    "fastapi",
    "uvicorn",
    "streamlit",
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "peft",
    "realesrgan",
    "spacy",
    "pandas",
    "pyarrow",
    "plotly",
    "wordcloud",
    "python-logstash",
    "elasticsearch",
]


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize(
    "name", [*READMES, "weights/README.md", "data/README.md", "logstash/README.md"]
)
def test_links_and_pictures_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", text_of(name))
    local = [target for target in targets if "://" not in target]
    assert [t for t in local if not (ROOT / name).parent.joinpath(t).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_make_targets_exist(name: str) -> None:
    rules = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text_of(name), re.MULTILINE))
    assert {"run", "test"} <= named <= rules


def test_every_folder_of_the_backend_is_in_the_tree() -> None:
    tree = text_of("README.md").split("```\nbackend/\n")[1].split("```")[0]
    named = set(re.findall(r"[a-z_]+(?=[/.])", tree))
    folders = {
        path.name
        for path in chain((ROOT / "backend").iterdir(), ROOT.iterdir())
        if path.is_dir() and path.name[0].isalpha() and path.name != "__pycache__"
    }
    assert folders - named == {"backend"} - named


def test_every_wished_dependency_is_answered_for() -> None:
    table = text_of("README.md").split("## Dependencies")[1]
    first_cells = " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE))
    assert [name for name in WISHED if name not in first_cells] == []


def test_requirements_are_pinned_and_explained() -> None:
    readme = text_of("README.md").lower()
    for line in text_of("requirements.txt").splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, version = line.partition("==")
        assert version, line
        known = {"python-multipart", "numpy", "pillow"}
        assert name.lower() in readme or name in known, name
