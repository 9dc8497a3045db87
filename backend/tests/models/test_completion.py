from __future__ import annotations

from pathlib import Path

import pytest

from backend.models.completion import (
    MARKER_FILE,
    Completion,
    PulledFile,
    PulledRepository,
    read_completion,
    write_completion,
)

COMMIT, OTHER = "a" * 40, "b" * 40
FILES = (PulledFile("net/a.bin", 3, "c" * 64), PulledFile("net/b.bin", 0, "d" * 64))
ONE = PulledRepository("owner/one", COMMIT, FILES)
TWO = PulledRepository("owner/two", OTHER, ())


def test_a_marker_comes_back_as_it_was(tmp_path: Path) -> None:
    completion = Completion((ONE, TWO))
    write_completion(tmp_path / "net", completion)
    assert read_completion(tmp_path / "net") == completion
    assert list(completion.files()) == list(FILES)
    assert [path.name for path in (tmp_path / "net").iterdir()] == [MARKER_FILE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"version": 2, "repositories": []}',
        '{"version": 1, "repositories": [1]}',
        '{"version": 1, "repositories": [{"repository": "a", "commit": "b", "files": [{"x": 1}]}]}',
    ],
)
def test_a_marker_that_cannot_be_read_is_none(text: str, tmp_path: Path) -> None:
    assert read_completion(tmp_path) is None
    (tmp_path / MARKER_FILE).write_text(text, "utf-8")
    assert read_completion(tmp_path) is None


@pytest.mark.parametrize(
    ("wanted", "is_answered"),
    [
        ([("owner/one", COMMIT)], True),
        ([("owner/one", "")], True),
        ([("owner/one", "main")], True),
        ([("owner/one", OTHER)], False),
        ([("owner/two", COMMIT)], False),
        ([("owner/one", COMMIT), ("owner/two", OTHER)], False),
        ([], False),
    ],
)
def test_a_pinned_commit_is_met_by_itself_alone(
    wanted: list[tuple[str, str]], is_answered: bool
) -> None:
    assert Completion((ONE,)).answers(wanted) is is_answered
