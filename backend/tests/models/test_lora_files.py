"""What an adapter's file is, told before anything is loaded; what is none is refused by reason."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.domain.errors import LoraIncompatible
from backend.domain.generation import LoraChoice
from backend.models.lora import LoraShelf
from backend.models.lora_bases import TITLES
from backend.models.lora_files import inspect_adapter, read_adapter
from backend.models.lora_header import MAX_FILE_BYTES
from backend.tests.models.lora_hostiles import DOWN, HOSTILES, UP, entry, pair, raw
from backend.tests.models.lora_toys import (
    diffusers,
    known_matrices,
    kohya,
    peft,
    same_bits,
    weights,
    write,
)
from backend.tests.toys import toy_sd15, toy_sdxl


@pytest.mark.parametrize("kind", HOSTILES)
def test_hostile_files_are_refused_for_their_reason(kind: str, tmp_path: Path) -> None:
    content, reason = HOSTILES[kind]
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(LoraIncompatible) as caught:
        inspect_adapter(path)
    assert caught.value.detail == f"x.safetensors cannot be used: {reason}"


def test_no_hostile_file_moves_a_bit_of_a_warm_pipeline(tmp_path: Path) -> None:
    pipeline, shelf = toy_sd15(), LoraShelf(tmp_path)
    write(tmp_path, "good", kohya(known_matrices(pipeline)))
    with shelf.applied(pipeline, [LoraChoice("good", 0.6)]):
        worn = weights(pipeline)
    for content, reason in HOSTILES.values():
        (tmp_path / "x.safetensors").write_bytes(content)
        with (
            pytest.raises(LoraIncompatible) as caught,
            shelf.applied(pipeline, [LoraChoice("good"), LoraChoice("x")]),
        ):
            pytest.fail(reason)
        assert caught.value.detail.endswith(reason)
        assert same_bits(worn, weights(pipeline))


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(LoraIncompatible, match=r"it has 1,073,741,825 bytes; at most"):
        inspect_adapter(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoraIncompatible, match="cannot be read"):
        inspect_adapter(tmp_path / "gone.safetensors")


def test_facts_of_a_sound_file(tmp_path: Path) -> None:
    metadata = {"modelspec.title": "Brush", "ss_network_dim": "3"}
    matrices = known_matrices(toy_sd15(), networks=("unet", "text_encoder"))
    path = write(tmp_path, "brush", kohya(matrices, alpha=1.0), metadata)
    facts = inspect_adapter(path)
    assert (facts.layout, facts.base, facts.rank) == ("kohya", "unknown", 3)
    assert (facts.modules, facts.touches_text, facts.words) == (len(matrices), True, 0)
    assert facts.dtype == "F32"
    assert facts.bytes == path.stat().st_size
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts.metadata == metadata


@pytest.mark.parametrize(
    ("layout", "tensors"),
    [
        ("peft", peft(known_matrices(toy_sd15()))),
        ("diffusers", diffusers(known_matrices(toy_sd15()))),
        (
            "lora_diffusion",
            {"unet:0:up": np.ones((8, 1), "f2"), "unet:0:down": np.ones((1, 8), "f2")},
        ),
        ("textual_inversion", {"emb_params": np.ones((2, 768), "f4")}),
    ],
)
def test_layouts_are_told_apart(layout: str, tensors: dict[str, Any], tmp_path: Path) -> None:
    facts = inspect_adapter(write(tmp_path, "x", tensors))
    assert facts.layout == layout
    assert (facts.rank is None) == (layout == "textual_inversion")
    assert facts.touches_text == (layout == "textual_inversion")


def _cross(features: int, prefix: str = "lora_unet_down_blocks_0_attentions_0") -> dict[str, Any]:
    stem = f"{prefix}_transformer_blocks_0_attn2_to_k"
    return {
        f"{stem}.lora_down.weight": np.zeros((2, features), "f2"),
        f"{stem}.lora_up.weight": np.zeros((320, 2), "f2"),
    }


def _any_pair(stem: str, features: int = 640) -> dict[str, Any]:
    return {
        f"{stem}.lora_A.weight": np.zeros((2, features), "f2"),
        f"{stem}.lora_B.weight": np.zeros((features, 2), "f2"),
    }


@pytest.mark.parametrize(
    ("base", "tensors", "metadata"),
    [
        ("sd15", _cross(768), {}),
        ("sd2", _cross(1024), {"modelspec.architecture": "stable-diffusion-v1/lora"}),
        ("sdxl", _cross(2048), {}),
        ("sd-embedded", _cross(384), {}),
        ("sdxl", _cross(2048, "lora_unet_input_blocks_4_1"), {}),
        ("sdxl", _any_pair("unet.down_blocks.2.attentions.0.transformer_blocks.3.attn1.to_q"), {}),
        ("sdxl", _any_pair("text_encoder_2.text_model.encoder.layers.0.mlp.fc1"), {}),
        ("sd15", _any_pair("unet.conv_in"), {"modelspec.architecture": "stable-diffusion-v1/lora"}),
        ("sdxl", _any_pair("unet.conv_in"), {"ss_base_model_version": "sdxl_base_v1-0"}),
        ("sd15", _any_pair("unet.conv_in"), {"ss_base_model_version": "sd_v1"}),
        ("sd2", _any_pair("unet.conv_in"), {"ss_v2": "True"}),
        ("sd-embedded", _any_pair("unet.conv_in"), {"modelspec.architecture": "sd-embedded/lora"}),
        ("unknown", _any_pair("unet.conv_in"), {}),
        ("sd15", _any_pair("text_encoder.text_model.encoder.layers.0.self_attn.q_proj", 768), {}),
        ("sd2", _any_pair("text_encoder.text_model.encoder.layers.0.self_attn.q_proj", 1024), {}),
        ("sd15", {"emb_params": np.zeros((1, 768), "f4")}, {}),
        ("sdxl", {"clip_l": np.zeros((1, 768), "f4"), "clip_g": np.zeros((1, 1280), "f4")}, {}),
        ("flux", _any_pair("transformer.single_transformer_blocks.0.attn.to_q"), {}),
        ("flux", _any_pair("lora_unet_double_blocks_0_img_attn_proj"), {}),
        ("sd3", _any_pair("transformer.transformer_blocks.0.attn.add_q_proj"), {}),
        ("sd3", _any_pair("lora_unet_joint_blocks_0_x_block_attn_proj"), {}),
        ("wan", _any_pair("diffusion_model.blocks.0.cross_attn.k"), {}),
        ("other", _any_pair("model.layers.0.self_attn.q_proj"), {}),
        ("pixart", _any_pair("transformer.blocks.0.x"), {"modelspec.architecture": "PixArt"}),
        (
            "sd15",
            {"unet:0:up": np.ones((320, 1), "f2"), "unet:0:down": np.ones((1, 768), "f2")},
            {},
        ),
    ],
)
def test_the_base_is_told_by_shapes_and_then_by_metadata(
    base: str, tensors: dict[str, Any], metadata: dict[str, str], tmp_path: Path
) -> None:
    assert inspect_adapter(write(tmp_path, "x", tensors, metadata)).base == base
    assert base in TITLES


def test_other_bases_are_refused_by_name(tmp_path: Path) -> None:
    pipeline = toy_sdxl()
    write(tmp_path, "flux", _any_pair("transformer.single_transformer_blocks.0.attn.to_q"))
    write(tmp_path, "sd15", _cross(768))
    for name, title in (("flux", "FLUX"), ("sd15", "Stable Diffusion v1.5")):
        with (
            pytest.raises(LoraIncompatible) as caught,
            LoraShelf(tmp_path).applied(pipeline, [LoraChoice(name)]),
        ):
            pytest.fail("it was applied")
        told = f"it was made for {title}; the loaded model is SDXL"
        assert caught.value.detail == f"{name}.safetensors cannot be used: {told}"


def test_numbers_are_kept_as_they_were_checked(tmp_path: Path) -> None:
    tensors = kohya(known_matrices(toy_sd15()), alpha=2.0)
    adapter = read_adapter(write(tmp_path, "x", tensors))
    assert adapter.tensors.keys() == tensors.keys()
    for name, values in tensors.items():
        np.testing.assert_array_equal(adapter.tensors[name], values)


@pytest.mark.parametrize(
    ("settings", "scale"),
    [
        ({"unet.lora_alpha": 4, "unet.r": 2}, 2.0),
        ({"unet.lora_alpha": 4, "unet.use_rslora": True}, 4 / 2**0.5),
        ({"unet.lora_alpha": 4, "unet.alpha_pattern": {"conv_in": 1}}, 0.5),
        ({"unet.lora_alpha": 4, "unet.alpha_pattern": {"(a+)+$": 1}}, 2.0),
        ({"text_encoder.lora_alpha": 4}, 1.0),
        ({"unet.lora_alpha": "4"}, 1.0),
        ({"unet.lora_alpha": True}, 1.0),
        ([], 1.0),
    ],
)
def test_settings_of_peft_scale(settings: Any, scale: float, tmp_path: Path) -> None:
    metadata = {"lora_adapter_metadata": json.dumps(settings)}
    adapter = read_adapter(write(tmp_path, "x", _any_pair("unet.conv_in"), metadata))
    (found,) = adapter.facts.outline.pairs
    assert adapter.scale(found) == pytest.approx(scale)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ('{"unet.lora_alpha": 1' + "0" * 400 + "}", "far too large"),
        ('{"unet.lora_alpha": NaN}', "no number"),
        ('{"unet.lora_alpha": 2, "unet.alpha_pattern": {"a": 1e400}}', "far too large"),
        (
            json.dumps(
                {
                    "unet.lora_alpha": 2,
                    "unet.alpha_pattern": dict.fromkeys(map(str, range(20_001)), 1),
                }
            ),
            "name 20,001 layers",
        ),
        (" " * (4 * 1024**2 + 1), "characters"),
    ],
)
def test_settings_of_peft_are_checked_with_the_file(
    settings: str, reason: str, tmp_path: Path
) -> None:
    path = write(tmp_path, "x", _any_pair("unet.conv_in"), {"lora_adapter_metadata": settings})
    with pytest.raises(LoraIncompatible, match=reason):
        inspect_adapter(path)


def test_settings_of_peft_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"unet.lora_alpha": 4, "unet.alpha_pattern": {"down_blocks.0.to_q": 1, "to_q": 2}}
    tensors = {
        **_any_pair("unet.up_blocks.0.to_q"),
        **_any_pair("unet.down_blocks.0.to_q"),
        **_any_pair("unet.up_blocks.0.to_k"),
    }
    path = write(tmp_path, "x", tensors, {"lora_adapter_metadata": json.dumps(settings)})
    adapter = read_adapter(path)
    monkeypatch.setattr(json, "loads", None)
    scales = {pair.layer.place: adapter.scale(pair) for pair in adapter.facts.outline.pairs}
    rank = adapter.facts.rank or 0
    assert {place: scale * rank for place, scale in scales.items()} == {
        "up_blocks_0_to_q": 2,
        "down_blocks_0_to_q": 1,
        "up_blocks_0_to_k": 4,
    }


_NAMES = st.sampled_from([DOWN, UP, "emb_params", "unet:0:up", "a/../b", "x.alpha"]) | st.text()
_NUMBERS = st.integers() | st.floats() | st.none() | st.booleans() | st.integers(0, 300)
_ENTRIES = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BF16", "I8", "", None]),
        "shape": st.lists(_NUMBERS, max_size=5) | _NUMBERS,
        "data_offsets": st.lists(_NUMBERS, max_size=3) | _NUMBERS,
    }
)
_JSON = st.recursive(
    _NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner),
    max_leaves=8,
)
_HEADERS = st.dictionaries(_NAMES | st.just("__metadata__"), _ENTRIES | _JSON, max_size=6) | _JSON


@given(header=_HEADERS, data=st.binary(max_size=300), length=st.none() | st.integers(0, 2**64 - 1))
@example(header=pair(), data=bytes(256), length=None)
@example(header={"a": entry([1], 10**300)}, data=b"", length=None)
def test_no_header_brings_it_down(
    tmp_path_factory: pytest.TempPathFactory, header: Any, data: bytes, length: int | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.safetensors"
    path.write_bytes(raw(header, data, length))
    try:
        facts = inspect_adapter(path)
    except LoraIncompatible as error:
        assert error.detail.startswith("fuzz.safetensors cannot be used: ")  # noqa: PT017
    else:
        assert facts.modules or facts.words


@given(st.binary(max_size=400))
def test_no_bytes_bring_it_down(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.safetensors"
    path.write_bytes(content)
    with pytest.raises(LoraIncompatible):
        inspect_adapter(path)


@given(st.data())
def test_no_changed_byte_of_a_sound_file_brings_it_down(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    sound = bytearray(raw(pair(), np.full(64, 0.5, np.float32).tobytes()))
    for _ in range(data.draw(st.integers(1, 4))):
        sound[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "changed.safetensors"
    path.write_bytes(bytes(sound))
    try:
        assert inspect_adapter(path).modules == 1
    except LoraIncompatible:
        return
