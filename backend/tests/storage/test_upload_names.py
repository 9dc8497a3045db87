from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.storage.upload_names import names_for, split_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Fox.PNG", "Fox.png"),
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\me\\a.jpg", "a.jpg"),
        ("/absolute/a.jpg", "a.jpg"),
        ("a\0b.png", "ab.png"),
        ("CON.png", "_CON.png"),
        ("lpt1.tar.png", "_lpt1.tar.png"),
        # A mark that shows "gnp.exe" as "exe.png".
        ("a\u202egnp.exe", "agnp.exe"),
        ("a.safetensors:$x.png", "a.safetensors_x.png"),
        ("лиса и кот.webp", "лиса и кот.webp"),
        (".hidden.png", "hidden.png"),
        ("..", "file"),
        ("", "file"),
        (".png", "file.png"),
        ("a.p n g", "a.p n g"),
        ("a..png", "a.png"),
        ("\ud800.png", "file.png"),
    ],
)
def test_names_are_made_harmless_and_stay_readable(sent: str, kept: str) -> None:
    assert names_for([sent], []) == [kept]


def test_long_names_are_cut_and_keep_their_ending() -> None:
    (kept,) = names_for(["ё" * 4_096 + ".jpeg"], [])
    assert kept.endswith("ё.jpeg")
    assert len(kept.encode()) <= 130


def test_files_of_the_same_name_are_all_kept() -> None:
    assert names_for(["a.png", "A.png", "b/a.png"], ["a-2.png"]) == ["a.png", "A-3.png", "a-4.png"]
    assert names_for(["a.jpg"], ["a.png"]) == ["a.jpg"]


def test_a_picture_and_its_caption_are_numbered_alike() -> None:
    taken = ["a.png", "a.txt"]
    assert names_for(["a.png", "a.txt"], taken) == ["a-2.png", "a-2.txt"]
    assert names_for(["x/a.txt", "x/a.png", "y/a.png", "y/a.txt"], []) == [
        "a.txt", "a.png", "a-2.png", "a-2.txt",
    ]  # fmt: skip
    # A caption that is sent later goes with the picture that is there.
    assert names_for(["a.txt"], ["a.png"]) == ["a.txt"]


def test_the_list_of_captions_keeps_its_name() -> None:
    assert names_for(["Captions.TXT", "a.png"], ["captions.txt"]) == ["captions.txt", "a.png"]


@given(st.lists(st.text(max_size=300), max_size=6), st.lists(st.text(max_size=20), max_size=3))
def test_any_name_can_be_a_file_in_the_folder(sent: list[str], taken: list[str]) -> None:
    kept = names_for(sent, taken)
    folder = Path("/uploads")
    others = [name for name in kept if name != "captions.txt"]
    assert len({name.casefold() for name in others}) == len(others)
    assert not {name.casefold() for name in others} & {name.casefold() for name in taken}
    for name in kept:
        assert os.path.normpath(folder / name) == str(folder / name)
        assert (folder / name).parent == folder
        assert name.isprintable()
        assert len(name.encode()) <= 200
        assert split_name(name)[0]
