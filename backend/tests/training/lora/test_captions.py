"""The forms in which people write captions."""

from __future__ import annotations

import pytest

from backend.tests.pace import processor_seconds, within
from backend.training.lora.captions import captions_in, is_list, one_line, text_of
from backend.training.lora.sources import MAX_TEXT_BYTES

FILES = ["photos/fox.png", "owl-2.jpg", "toy 3.heic"]


@pytest.mark.parametrize(
    "line",
    [
        "fox.png: a red fox, sitting",
        "fox: a red fox, sitting",
        "photos/fox.png\ta red fox, sitting",
        "FOX.PNG | a red fox, sitting",
        '"fox.png", "a red fox, sitting"',
        "fox.png - a red fox, sitting",
        "fox.heic: a red fox, sitting",
        "fox.png -> a red fox, sitting",
    ],
)
def test_a_line_names_its_picture(line: str) -> None:
    assert captions_in(f"{line}\n\nunknown.png: nothing\n", FILES) == {
        "photos/fox.png": "a red fox, sitting"
    }


def test_names_with_dashes_and_spaces_are_found() -> None:
    found = captions_in("owl-2.jpg - an owl - at night\ntoy 3.heic: sksToy: on a table", FILES)
    assert found == {
        "owl-2.jpg": "an owl - at night",
        "toy 3.heic": "sksToy: on a table",
    }


def test_lines_without_names_go_by_order_when_there_are_as_many() -> None:
    assert captions_in("1. first\n2. second\n3. third", FILES) == {
        "owl-2.jpg": "first",
        "photos/fox.png": "second",
        "toy 3.heic": "third",
    }
    assert captions_in("first\nsecond", FILES) == {}


@pytest.mark.parametrize("piece", [" ", ":", "\t", "x:", " - ", "-> ", '"', "1", "{", "fox: "])
def test_a_line_without_end_takes_no_time(piece: str) -> None:
    line = "a" + piece * (MAX_TEXT_BYTES // len(piece)) + "b"
    lines = "\n".join(line[at : at + 900] for at in range(0, len(line), 900))
    for text in (line, lines):
        assert processor_seconds(lambda text=text: captions_in(text, FILES), times=1) < within(1.5)  # type: ignore[misc]


def test_json_lines_are_read() -> None:
    text = '{"file_name": "fox.png", "text": "a fox"}\n{"file_name": "x.png", "text": "no"}'
    assert captions_in(text, FILES) == {"photos/fox.png": "a fox"}


@pytest.mark.parametrize("nested", ["[" * 200_000, '{"file": ' * 100_000])
def test_json_without_end_is_no_json(nested: str) -> None:
    assert captions_in(nested, FILES) == {}
    assert captions_in(f"{nested}\nfox: a fox", FILES) == {"photos/fox.png": "a fox"}
    odd = f'{{"file_name": {"[" * 900}{"]" * 900}, "text": "a fox"}}'
    assert captions_in(odd, FILES) == {}


def test_a_name_that_two_pictures_have_names_neither() -> None:
    files = ["a/1.png", "b/1.png"]
    assert captions_in("1.png: which?", files) == {}
    assert captions_in("b/1.png: this one", files) == {"b/1.png": "this one"}


def test_captions_are_one_line_and_not_endless() -> None:
    assert one_line(' "a\tred\x00 fox\n" ') == "a red fox"
    assert len(one_line("word " * 400)) <= 500


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_files_of_any_usual_encoding_are_read(encoding: str) -> None:
    assert text_of("лиса: рыжая".encode(encoding)) == "лиса: рыжая"


def test_which_files_are_lists() -> None:
    assert is_list("Captions")
    assert not is_list("fox")
