from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from backend.services.lora_facts import MAX_HEADER_BYTES, LoraFacts, TrainingFacts, read_facts

NOTHING = LoraFacts()


def adapter(folder: Path, **metadata: str) -> Path:
    path = folder / "style.safetensors"
    tensors = {"lora_unet.down": np.zeros((2, 2), np.float32)}
    save_file(tensors, path, {key.replace("__", "."): value for key, value in metadata.items()})
    return path


def with_header(folder: Path, header: bytes, length: int | None = None) -> Path:
    path = folder / "hostile.safetensors"
    path.write_bytes(struct.pack("<Q", len(header) if length is None else length) + header)
    return path


def test_a_real_file_tells_title_words_and_picture(tmp_path: Path) -> None:
    picture = base64.b64encode(b"\x89PNG...").decode()
    path = adapter(
        tmp_path,
        modelspec__title="Neon  signs\n",
        modelspec__trigger_phrase="neon sign, glowing tubes,, neon sign",
        modelspec__thumbnail=f"data:image/png;base64,{picture}",
        ss_tag_frequency=json.dumps({"10_x": {"tag": 3}}),
    )
    facts = read_facts(path)
    assert facts.title == "Neon signs"
    assert facts.trigger_words == ("neon sign", "glowing tubes")
    assert facts.thumbnail == b"\x89PNG..."


def test_without_a_phrase_the_most_frequent_tags_count(tmp_path: Path) -> None:
    tags = {"10_a": {"logo": 5, "b": 2, "c": 2, "d": 1}, "2_b": {"b": 9, "e": 1, "f": 1, "": 99}}
    path = adapter(tmp_path, modelspec__trigger_phrase=" ", ss_tag_frequency=json.dumps(tags))
    assert read_facts(path).trigger_words == ("b", "logo", "c", "d", "e")


def test_licence_and_training_are_told(tmp_path: Path) -> None:
    metadata = {
        "modelspec__license": "CC-BY-4.0\n",
        "logo__goal": "object",
        "ss_steps": "800",
        "ss_num_train_images": "12",
        "logo__metrics": json.dumps({"a": 1, "b": "x", "c": True, "d": 1e300, "e": -0.5}),
    }
    facts = read_facts(adapter(tmp_path, **metadata))
    assert facts.licence == "CC-BY-4.0"
    assert facts.training == TrainingFacts("object", 800, 12, {"a": 1.0, "e": -0.5})
    ours = read_facts(adapter(tmp_path, **metadata, logo__pictures="8"))
    assert ours.training is not None
    assert ours.training.pictures == 8


@pytest.mark.parametrize("text", ["-1", "1.5", "9" * 30, "", "x", "\u0663"])
def test_numbers_that_are_none_are_left_out(tmp_path: Path, text: str) -> None:
    assert read_facts(adapter(tmp_path, ss_steps=text)).training is None


@pytest.mark.parametrize("text", ["{", "[]", "NaN", '{"a": NaN}', "[" * 100_000, '{"": 1}'])
def test_metrics_that_are_none_are_left_out(tmp_path: Path, text: str) -> None:
    assert read_facts(adapter(tmp_path, logo__metrics=text)).training is None


def test_a_silent_file_tells_nothing(tmp_path: Path) -> None:
    assert read_facts(adapter(tmp_path)) == NOTHING
    assert read_facts(tmp_path / "gone.safetensors") == NOTHING
    assert read_facts(tmp_path) == NOTHING


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"__metadata__": []}',
        b'{"__metadata__": "x"}',
        b'{"__metadata__": {"modelspec.title": 7, "modelspec.trigger_phrase": ["a"]}}',
        b'{"__metadata__": {"ss_tag_frequency": "{\\"a\\": 7}"}}',
        b'{"__metadata__": {"ss_tag_frequency": "{\\"a\\": {\\"b\\": \\"c\\"}}"}}',
        b'{"__metadata__": {"ss_tag_frequency": "{\\"a\\": {\\"b\\": true, \\"c\\": -1}}"}}',
        b'{"__metadata__": {"ss_tag_frequency": "[["}}',
        b'{"__metadata__": {"modelspec.thumbnail": "data:image/png;base64,?"}}',
        b'{"__metadata__": {"modelspec.thumbnail": "data:image/png;base64,\\u00e9"}}',
        b'{"__metadata__": {"modelspec.thumbnail": "data:image/svg+xml;base64,YQ=="}}',
        b'{"__metadata__": {"modelspec.thumbnail": "file:///etc/passwd"}}',
        b"[" * 200_000,
        b'{"__metadata__": {"ss_tag_frequency": "' + b"[" * 200_000 + b'"}}',
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
)
def test_hostile_headers_tell_nothing(tmp_path: Path, header: bytes) -> None:
    assert read_facts(with_header(tmp_path, header)) == NOTHING


@pytest.mark.parametrize("length", [0, 1, 10**6, MAX_HEADER_BYTES + 1, 2**63, 2**64 - 1])
def test_lengths_that_lie_tell_nothing(tmp_path: Path, length: int) -> None:
    header = json.dumps({"__metadata__": {"modelspec.title": "x"}}).encode()
    assert read_facts(with_header(tmp_path, header, length)) == NOTHING


def test_a_header_over_the_limit_is_not_read(tmp_path: Path) -> None:
    metadata = {"modelspec.title": "x", "padding": "x" * MAX_HEADER_BYTES}
    header = json.dumps({"__metadata__": metadata}).encode()
    assert read_facts(with_header(tmp_path, header)) == NOTHING


def test_long_texts_are_cut_and_made_one_line(tmp_path: Path) -> None:
    words = ",".join(f"w{i}\x00\u202e{'x' * 500}" for i in range(100))
    facts = read_facts(
        adapter(
            tmp_path, modelspec__title="\u202eevil\x1b[31m" * 99, modelspec__trigger_phrase=words
        )
    )
    assert len(facts.title) <= 100
    assert len(facts.trigger_words) == 10
    for text in (facts.title, *facts.trigger_words):
        assert text.isprintable()
        assert len(text) <= 100


@given(st.binary(max_size=200))
def test_no_bytes_bring_it_down(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(content)
    assert read_facts(path) == NOTHING


@given(
    st.dictionaries(
        st.sampled_from(["modelspec.title", "ss_tag_frequency", "modelspec.thumbnail"]),
        st.recursive(st.none() | st.text() | st.floats() | st.integers(), st.lists, max_leaves=4),
    )
)
def test_no_metadata_bring_it_down(
    tmp_path_factory: pytest.TempPathFactory, metadata: dict[str, Any]
) -> None:
    header = json.dumps({"__metadata__": metadata}).encode()
    facts = read_facts(with_header(tmp_path_factory.getbasetemp(), header))
    assert facts.title.isprintable()
