"""Adapters on warm pipelines: the weights they make are those that the formula says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline

from backend.domain.errors import LoraIncompatible, UnknownLora
from backend.domain.generation import LoraChoice
from backend.models.lora import LoraShelf
from backend.tests.models.lora_toys import (
    Matrices,
    diffusers,
    known_matrices,
    kohya,
    layers,
    lora_diffusion,
    numbered_layers,
    old_diffusers,
    peft,
    product,
    same_bits,
    weights,
    write,
)
from backend.tests.models.toy_pipeline import toy_pipeline
from backend.tests.toys import toy_sd15, toy_sdxl, write_toy_few_step_lora

CLIP = ("unet", "text_encoder")
ALL = ("unet", "text_encoder", "text_encoder_2")
Make = Callable[[Path], Any]
PIPELINES: dict[str, tuple[Make, tuple[str, ...]]] = {
    "sd15": (lambda _: toy_sd15(), CLIP),
    "sdxl": (lambda _: toy_sdxl(), ALL),
    "embedded": (toy_pipeline, CLIP),
}
LAYOUTS: dict[str, Callable[[Matrices], Any]] = {
    "kohya": kohya,
    "peft": peft,
    "peft-saved": lambda matrices: peft(matrices, "base_model.model.{network}."),
    "diffusers": diffusers,
    "old-diffusers": old_diffusers,
}


def make(kind: str, folder: Path) -> tuple[Any, tuple[str, ...]]:
    build, networks = PIPELINES[kind]
    return build(folder / "pipeline"), networks


def assert_changed_by(
    pipeline: Any, before: Any, expected: dict[tuple[str, str], Any], tolerance: float = 2e-5
) -> None:
    """Every weight is what it was plus what is expected; nothing else moved a bit."""
    after = weights(pipeline)
    for (network, path), change in expected.items():
        key = (network, f"{path}.weight")
        wanted = before[key].double().numpy() + change
        np.testing.assert_allclose(after[key].numpy(), wanted, rtol=tolerance, atol=tolerance)
        assert not torch.equal(before[key], after[key])
    touched = {(network, f"{path}.weight") for network, path in expected}
    assert same_bits(
        {key: value for key, value in before.items() if key not in touched},
        {key: value for key, value in after.items() if key not in touched},
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", PIPELINES)
def test_every_layout_makes_the_weights_of_the_formula(
    kind: str, layout: str, tmp_path: Path
) -> None:
    pipeline, networks = make(kind, tmp_path)
    if (kind, layout) == ("embedded", "old-diffusers"):
        networks = ("unet",)  # Nobody has ever written a BERT that way.
    matrices = known_matrices(pipeline, networks=networks)
    write(tmp_path, "brush", LAYOUTS[layout](matrices))
    before = weights(pipeline)
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("brush", 0.7, 0.3)]):
        scales = {network: 0.7 if network == "unet" else 0.3 for network in networks}
        expected = {key: scales[key[0]] * product(down, up) for key, (down, up) in matrices.items()}
        assert_changed_by(pipeline, before, expected)


@pytest.mark.parametrize("feed_forward_last", [False, True])
def test_numbered_layers_are_found_by_the_walk_that_numbered_them(
    feed_forward_last: bool, tmp_path: Path
) -> None:
    pipeline = toy_sd15()
    matrices = known_matrices(pipeline, networks=CLIP, wanted=numbered_layers)
    matrices = {key: value for key, value in matrices.items() if not key[1].endswith("text_proj")}
    tensors, metadata = lora_diffusion(pipeline, matrices, feed_forward_last=feed_forward_last)
    assert len(tensors) == 2 * len(matrices)
    write(tmp_path, "early", tensors, metadata)
    before = weights(pipeline)
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("early")]):
        expected = {key: product(down, up) for key, (down, up) in matrices.items()}
        assert_changed_by(pipeline, before, expected)


@pytest.mark.parametrize("rank", [1, 4])
def test_alpha_over_rank_scales_and_convolutions_count(rank: int, tmp_path: Path) -> None:
    pipeline = toy_sd15()
    wanted = ("conv1", "conv_shortcut", "proj_in", "to_q", "conv_in", "downsamplers.0.conv")
    matrices = known_matrices(pipeline, rank=rank, wanted=lambda path: path.endswith(wanted))
    assert {value[0].ndim for value in matrices.values()} == {2, 4}
    write(tmp_path, "locon", kohya(matrices, alpha=2.0))
    before = weights(pipeline)
    pipeline.unet.to(memory_format=torch.channels_last)
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("locon")]):
        expected = {key: 2.0 / rank * product(*pair) for key, pair in matrices.items()}
        assert_changed_by(pipeline, before, expected)
        assert pipeline.unet.conv_in.weight.is_contiguous(memory_format=torch.channels_last)


def test_linear_layers_and_small_convolutions_take_each_others_matrices(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    matrices = known_matrices(pipeline, wanted=lambda path: path.endswith(("proj_in", "to_v")))
    tensors = {}
    for name, value in kohya(matrices).items():
        tensors[name] = value[:, :, 0, 0] if value.ndim == 4 else value[:, :, None, None]
    write(tmp_path, "other-way", tensors)
    before = weights(pipeline)
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("other-way")]):
        expected = {key: product(*pair) for key, pair in matrices.items()}
        assert_changed_by(pipeline, before, expected)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_files_count_in_full_precision(dtype: str, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    pipeline = toy_sd15()
    tensors = {
        name: torch.from_numpy(np.array(value)).to(getattr(torch, dtype))
        for name, value in kohya(known_matrices(pipeline), alpha=1.5).items()
    }
    save_file(tensors, tmp_path / "half.safetensors")
    before = weights(pipeline)
    with LoraShelf(tmp_path).applied(pipeline, [LoraChoice("half")]):
        expected = {}
        for network, path in known_matrices(pipeline):
            stem = f"lora_unet_{path.replace('.', '_')}"
            down = tensors[f"{stem}.lora_down.weight"].double().numpy()
            up = tensors[f"{stem}.lora_up.weight"].double().numpy()
            expected[network, path] = 1.5 / 3 * product(down, up)
        assert_changed_by(pipeline, before, expected)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_pipelines_get_the_rounded_sum(dtype: torch.dtype, tmp_path: Path) -> None:
    pipeline = toy_sd15().to(dtype=dtype)
    matrices = known_matrices(pipeline, networks=CLIP)
    write(tmp_path, "brush", peft(matrices))
    before = weights(pipeline)
    # As the restyler runs: inside autocast and inference mode.
    with (
        torch.inference_mode(),
        torch.autocast("cpu", torch.bfloat16),
        LoraShelf(tmp_path).applied(pipeline, [LoraChoice("brush", 0.5)]),
    ):
        after = weights(pipeline)
    for (network, path), (down, up) in matrices.items():
        key = (network, f"{path}.weight")
        wanted = before[key].double() + torch.from_numpy(0.5 * product(down, up))
        gap = (after[key].double() - wanted).abs().max()
        assert gap <= wanted.abs().max() * torch.finfo(dtype).eps


@pytest.mark.parametrize("layout", ["kohya", "peft", "diffusers"])
@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_diffusers_own_loader_makes_the_same_weights(
    kind: str, layout: str, tmp_path: Path
) -> None:
    ours, networks = make(kind, tmp_path)
    theirs, _ = make(kind, tmp_path)
    matrices = known_matrices(ours, networks=networks)
    tensors = kohya(matrices, alpha=6.0) if layout == "kohya" else LAYOUTS[layout](matrices)
    path = write(tmp_path, "brush", tensors)
    theirs.load_lora_weights(str(tmp_path), weight_name=path.name)
    theirs.fuse_lora(lora_scale=0.8)
    theirs.unload_lora_weights()
    with LoraShelf(tmp_path).applied(ours, [LoraChoice("brush", 0.8)]):
        for network in networks:
            reference = layers(theirs, network)
            for where, module in layers(ours, network).items():
                torch.testing.assert_close(module.weight, reference[where].weight)


def test_settings_that_diffusers_writes_for_peft_are_kept(tmp_path: Path) -> None:
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    ours, theirs = toy_sd15(), toy_sd15()
    theirs.unet.add_adapter(
        LoraConfig(r=4, lora_alpha=6, target_modules=["to_q", "to_v"], init_lora_weights=False)
    )
    StableDiffusionImg2ImgPipeline.save_lora_weights(
        tmp_path,
        unet_lora_layers=get_peft_model_state_dict(theirs.unet),
        unet_lora_adapter_metadata=theirs.unet.peft_config["default"].to_dict(),
        weight_name="brush.safetensors",
    )
    theirs.fuse_lora()
    theirs.unload_lora_weights()
    with LoraShelf(tmp_path).applied(ours, [LoraChoice("brush")]):
        reference = layers(theirs, "unet")
        for where, module in layers(ours, "unet").items():
            torch.testing.assert_close(module.weight, reference[where].weight)


def test_several_act_together_and_switching_leaves_no_trace(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    one, two = (known_matrices(pipeline, networks=CLIP, seed=seed, rank=seed) for seed in (2, 5))
    write(tmp_path, "one", kohya(one))
    write(tmp_path, "two", peft(two))
    shelf, before = LoraShelf(tmp_path), weights(pipeline)
    for _ in range(2):
        with shelf.applied(pipeline, [LoraChoice("one", 0.5), LoraChoice("two", 1.5, 0.0)]):
            expected = {key: 0.5 * product(*one[key]) for key in one}
            for key in two:
                expected[key] = expected[key] + (
                    1.5 * product(*two[key]) if key[0] == "unet" else 0
                )
            assert_changed_by(pipeline, before, expected)
        with shelf.applied(pipeline, [LoraChoice("two")]):
            assert_changed_by(pipeline, before, {key: product(*two[key]) for key in two})
        with shelf.applied(pipeline, [LoraChoice("one", 0.0)]):
            assert same_bits(before, weights(pipeline))


def test_the_same_set_is_not_made_again_and_own_storage_comes_back(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    write(tmp_path, "one", kohya(known_matrices(pipeline)))
    places = {name: p.data_ptr() for name, p in pipeline.unet.named_parameters()}
    shelf = LoraShelf(tmp_path)
    with shelf.applied(pipeline, [LoraChoice("one")]):
        pass
    weight = pipeline.unet.mid_block.attentions[0].transformer_blocks[0].attn1.to_q.weight
    with torch.no_grad():
        weight.zero_()
    with shelf.applied(pipeline, [LoraChoice("one")]):
        assert not weight.any(), "the same set was made a second time"
    with shelf.applied(pipeline, []):
        assert weight.any()
    assert {name: p.data_ptr() for name, p in pipeline.unet.named_parameters()} == places


def test_a_pipeline_may_change_its_number_format_while_worn(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    matrices = known_matrices(pipeline, networks=CLIP)
    write(tmp_path, "one", kohya(matrices))
    shelf, before = LoraShelf(tmp_path), weights(toy_sd15().to(dtype=torch.bfloat16))
    with shelf.applied(pipeline, [LoraChoice("one")]):
        pipeline.to(dtype=torch.bfloat16)
    with shelf.applied(pipeline, []):
        assert same_bits(before, weights(pipeline))
    with shelf.applied(pipeline, [LoraChoice("one")]):
        assert not same_bits(before, weights(pipeline))
        dtypes = {parameter.dtype for parameter in pipeline.unet.parameters()}
        assert dtypes == {torch.bfloat16}


def test_few_step_adapters_act_beside_those_of_the_user(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    few = write_toy_few_step_lora(tmp_path / "weights" / "few.safetensors")
    matrices = known_matrices(pipeline)
    write(tmp_path / "lora", "one", kohya(matrices))
    shelf, before = LoraShelf(tmp_path / "lora"), weights(pipeline)
    with shelf.applied(pipeline, [], always=[few]):
        alone = weights(pipeline)
    assert not same_bits(before, alone)
    with shelf.applied(pipeline, [LoraChoice("one", 0.5)], always=[few]):
        assert_changed_by(
            pipeline, alone, {key: 0.5 * product(*pair) for key, pair in matrices.items()}
        )
    with shelf.applied(pipeline, []):
        assert same_bits(before, weights(pipeline))


def test_what_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    good = known_matrices(pipeline, networks=CLIP)
    write(tmp_path, "good", kohya(good))
    write(tmp_path, "xl", kohya(known_matrices(toy_sdxl(), networks=ALL)))
    wide = {key: (np.repeat(down, 2, axis=1), up) for key, (down, up) in good.items()}
    write(tmp_path, "wide", kohya(wide))
    # All but the last layer fit.
    *_, last = good
    write(tmp_path, "nearly", kohya({**good, last: wide[last]}))
    path = "mid_block.attentions.7.proj_in"
    write(tmp_path, "elsewhere", kohya({**good, ("unet", path): good["unet", next(iter(good))[1]]}))
    huge = {key: (down * 1e9, up) for key, (down, up) in good.items()}
    write(tmp_path, "huge", kohya(huge))
    bert = known_matrices(toy_pipeline(tmp_path / "bert"), networks=("text_encoder",))
    write(tmp_path, "bert", peft(bert))
    shelf = LoraShelf(tmp_path)
    with shelf.applied(pipeline, [LoraChoice("good", 0.4)]):
        worn = weights(pipeline)
    for name, reason in {
        "xl": "it changes the network 'text_encoder_2', which the loaded model does not have",
        "wide": "but that layer has the shape [",
        "nearly": "its matrices for text_encoder.",
        "elsewhere": "it changes unet.mid_block_attentions_7_proj_in, a layer that the loaded",
        "huge": "is so large that it is broken",
        "bert": "a layer that the loaded model does not have",
    }.items():
        with (
            pytest.raises(LoraIncompatible) as caught,
            shelf.applied(pipeline, [LoraChoice("good"), LoraChoice(name)]),
        ):
            pytest.fail("it was applied")
        assert caught.value.detail.startswith(f"{name}.safetensors cannot be used: ")
        assert reason in caught.value.detail
        assert same_bits(worn, weights(pipeline)), name


def test_clip_adapters_are_refused_on_the_embedded_pipeline_by_name(tmp_path: Path) -> None:
    pipeline = toy_pipeline(tmp_path / "pipeline")
    text = known_matrices(toy_sd15(), networks=("text_encoder",))
    write(tmp_path, "clip", kohya({**known_matrices(pipeline), **text}))
    with (
        pytest.raises(LoraIncompatible, match=r"CLIP text encoder.*sd15 profile"),
        LoraShelf(tmp_path).applied(pipeline, [LoraChoice("clip")]),
    ):
        pytest.fail("it was applied")


def test_failing_in_the_middle_restores_the_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = toy_sd15()
    write(tmp_path, "one", kohya(known_matrices(pipeline)))
    shelf, before, calls = LoraShelf(tmp_path), weights(pipeline), 0
    original = torch.addmm

    def addmm(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise torch.OutOfMemoryError("full")
        return original(*args, **kwargs)

    monkeypatch.setattr(torch, "addmm", addmm)
    with pytest.raises(torch.OutOfMemoryError), shelf.applied(pipeline, [LoraChoice("one")]):
        pytest.fail("it was applied")
    assert same_bits(before, weights(pipeline))
    monkeypatch.undo()
    with shelf.applied(pipeline, [LoraChoice("one")]):
        assert not same_bits(before, weights(pipeline))


def test_half_precision_that_would_overflow_is_refused(tmp_path: Path) -> None:
    pipeline = toy_sd15().to(dtype=torch.float16)
    matrices = {
        key: (np.full_like(down, 100), np.full_like(up, 100))
        for key, (down, up) in known_matrices(pipeline, rank=8).items()
    }
    write(tmp_path, "loud", kohya(matrices))
    before = weights(pipeline)
    with (
        pytest.raises(LoraIncompatible, match="larger than half precision can hold"),
        LoraShelf(tmp_path).applied(pipeline, [LoraChoice("loud")]),
    ):
        pytest.fail("it was applied")
    assert same_bits(before, weights(pipeline))


def test_a_file_that_goes_or_changes_is_never_mixed(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    first, second = (known_matrices(pipeline, seed=seed) for seed in (1, 2))
    path = write(tmp_path, "one", kohya(first))
    choices = [LoraChoice("one")]
    shelf, before = LoraShelf(tmp_path), weights(pipeline)
    with shelf.applied(pipeline, choices):
        loaded = shelf.facts(choices)
        write(tmp_path, "new", kohya(second)).replace(path)
        # The record names the copy in the weights.
        assert shelf.facts(choices) == loaded
    with shelf.applied(pipeline, choices):
        assert_changed_by(pipeline, before, {key: product(*second[key]) for key in second})
        assert shelf.facts(choices) != loaded
        path.unlink()
        worn = weights(pipeline)
        assert len(shelf.facts(choices)) == 1
    with pytest.raises(UnknownLora, match="'one'"), shelf.applied(pipeline, choices):
        pytest.fail("it was applied")
    assert same_bits(worn, weights(pipeline))


def test_threads_do_not_see_each_others_sets(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    for seed, name in enumerate("ab"):
        write(tmp_path, name, kohya(known_matrices(pipeline, seed=seed)))
    shelf = LoraShelf(tmp_path)
    expected = {}
    for name in "ab":
        with shelf.applied(pipeline, [LoraChoice(name)]):
            expected[name] = weights(pipeline)
    wrong: list[str] = []

    def work(name: str) -> None:
        for _ in range(10):
            with shelf.applied(pipeline, [LoraChoice(name)]):
                if not same_bits(expected[name], weights(pipeline)):
                    wrong.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads)
    assert not wrong


def test_the_text_key_tells_what_acts_on_texts(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    write(tmp_path, "plain", kohya(known_matrices(pipeline)))
    write(tmp_path, "both", kohya(known_matrices(pipeline, networks=CLIP)))
    shelf = LoraShelf(tmp_path)
    assert shelf.text_key([]) == shelf.text_key([LoraChoice("plain")]) == ""
    assert shelf.text_key([LoraChoice("both", 0.0)]) == ""
    assert shelf.text_key([LoraChoice("both", 1.0, 0.0)]) == ""
    keys = {shelf.text_key([LoraChoice("both", 1.0, weight)]) for weight in (None, 0.5, 1.0)}
    assert len(keys) == 2
    assert shelf.text_key([LoraChoice("both", 0.0, 1.0), LoraChoice("plain")]) in keys
    write(tmp_path, "both", kohya(known_matrices(pipeline, networks=CLIP, seed=9)))
    assert shelf.text_key([LoraChoice("both")]) not in keys


def test_triggers_are_yielded(tmp_path: Path) -> None:
    pipeline = toy_sd15()
    tensors = kohya(known_matrices(pipeline))
    write(tmp_path, "one", tensors, {"modelspec.trigger_phrase": "neon sign, glow"})
    write(tmp_path, "two", tensors, {"modelspec.trigger_phrase": "chrome"})
    write(tmp_path, "silent", tensors)
    choices = [LoraChoice(name) for name in ("one", "silent", "two")]
    with LoraShelf(tmp_path).applied(pipeline, choices) as triggers:
        assert triggers == "neon sign, glow, chrome"
