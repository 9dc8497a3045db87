"""Files in as few requests as the service takes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from frontend.components.training_pictures import batches


@dataclass
class File:
    name: str
    size: int

    def seek(self, place: int) -> None:
        """Sending again begins at the beginning."""


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], [0]),
        ([1, 2], [2]),
        ([512, 1], [1, 1]),
        ([300, 212, 1], [2, 1]),
        ([600], [1]),
        ([0] * 201, [200, 1]),
    ],
)
def test_no_request_is_too_large_unless_one_file_is(sizes: list[int], expected: list[int]) -> None:
    files = [File(f"{number}.png", size * 1_000_000) for number, size in enumerate(sizes)]
    found = batches(files)  # type: ignore[arg-type]

    assert [len(batch) for batch in found] == expected
    assert [name for batch in found for name, _ in batch] == [file.name for file in files]
