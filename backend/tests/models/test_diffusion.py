"""The restyler around real diffusers classes at toy size."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from backend.domain.errors import (
    InvalidOutput,
    JobCancelled,
    LoraIncompatible,
    UnknownLora,
    WeightsMissing,
)
from backend.domain.generation import LoraChoice, RestyleParams
from backend.domain.ports import RestyleOrder
from backend.models.devices import Compute
from backend.models.diffusion import DiffusionRestyler
from backend.models.lora import LoraShelf
from backend.tests.models.toy_pipeline import toy_pipeline, write_toy_lora

CPU = Compute("cpu", None, 1)
PARAMS = RestyleParams(strength=0.5, steps=10, guidance=2.0)


def picture() -> Image.Image:
    image = Image.new("RGB", (48, 48), "white")
    ImageDraw.Draw(image).rectangle((12, 12, 36, 36), fill="red")
    return image


def order(seed: int = 1, group: str = "a", params: RestyleParams = PARAMS) -> RestyleOrder:
    return RestyleOrder(picture(), "red fox", seed, params, group)


def silent(_step: int, _total: int, _preview: Image.Image | None) -> None:
    pass


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., DiffusionRestyler]:
    def _build(compute: Compute = CPU) -> DiffusionRestyler:
        shelf = LoraShelf(tmp_path / "lora")
        return DiffusionRestyler(toy_pipeline(tmp_path), compute, shelf, [])

    return _build


def test_pictures_come_out_at_the_native_size_and_depend_on_seed_and_strength(
    build: Callable[..., DiffusionRestyler],
) -> None:
    restyler = build()
    assert restyler.native_px == 32
    first, other = restyler.restyle([order(1), order(2)], silent)
    assert first.size == (32, 32)
    assert first.tobytes() != other.tobytes()
    (again,) = restyler.restyle([order(1)], silent)
    strong = restyler.restyle([order(1, params=replace(PARAMS, strength=0.9))], silent)[0]
    assert strong.tobytes() != again.tobytes()


def test_company_does_not_change_a_picture_on_cpu(build: Callable[..., DiffusionRestyler]) -> None:
    restyler = build()
    (alone,) = restyler.restyle([order(5, "mine")], silent)
    company = restyler.restyle(
        [order(1, "other"), order(2, "other"), order(5, "mine"), order(3, "third")], silent
    )
    assert company[2].tobytes() == alone.tobytes()


def test_every_step_is_reported_and_cancelling_stops_within_one(
    build: Callable[..., DiffusionRestyler],
) -> None:
    restyler = build()
    steps: list[tuple[int, int]] = []
    restyler.restyle(
        [order(group="a"), order(group="b")], lambda step, total, _: steps.append((step, total))
    )
    assert steps == [(step, 20) for step in range(1, 21)]  # 10 evaluations for each group

    seen: list[int] = []

    def give_up(step: int, _total: int, _preview: Image.Image | None) -> None:
        seen.append(step)
        if step == 2:
            raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        restyler.restyle([order()], give_up)
    assert seen == [1, 2]


def test_lora_changes_the_picture_by_its_weight_and_leaves_no_trace(
    build: Callable[..., DiffusionRestyler], tmp_path: Path
) -> None:
    write_toy_lora(tmp_path / "lora", "brush")
    restyler = build()
    (plain,) = restyler.restyle([order()], silent)

    def worn(weight: float) -> bytes:
        params = replace(PARAMS, loras=(LoraChoice("brush", weight),))
        return restyler.restyle([order(params=params)], silent)[0].tobytes()

    full = worn(1.0)
    assert full != plain.tobytes()
    assert worn(0.4) not in (full, plain.tobytes())
    assert worn(0.0) == plain.tobytes()
    assert worn(1.0) == full
    assert restyler.restyle([order()], silent)[0].tobytes() == plain.tobytes()


def test_two_loras_act_together(build: Callable[..., DiffusionRestyler], tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_toy_lora(tmp_path / "lora", name, rank=2 if name == "one" else 3)
    restyler = build()
    outcomes = set()
    for names in (("one",), ("two",), ("one", "two")):
        params = replace(PARAMS, loras=tuple(LoraChoice(name) for name in names))
        outcomes.add(restyler.restyle([order(params=params)], silent)[0].tobytes())
    assert len(outcomes) == 3


def test_a_file_replaced_under_its_name_is_another_adapter(
    build: Callable[..., DiffusionRestyler], tmp_path: Path
) -> None:
    params = replace(PARAMS, loras=(LoraChoice("brush"),))
    restyler, outcomes, hashes = build(), set(), set()
    for rank in (2, 3):
        write_toy_lora(tmp_path / "lora", "brush", rank=rank)
        outcomes.add(restyler.restyle([order(params=params)], silent)[0].tobytes())
        (fact,) = restyler.facts(params)
        assert fact.name == "lora/brush"
        hashes.add(fact.sha256)
    assert len(outcomes) == len(hashes) == 2
    assert restyler.facts(PARAMS) == ()


def test_unknown_and_unfit_loras_are_named_and_change_nothing(
    build: Callable[..., DiffusionRestyler], tmp_path: Path
) -> None:
    restyler = build()
    (plain,) = restyler.restyle([order()], silent)
    with pytest.raises(UnknownLora, match="nowhere"):
        restyler.restyle([order(params=replace(PARAMS, loras=(LoraChoice("nowhere"),)))], silent)
    (tmp_path / "lora").mkdir()
    (tmp_path / "lora" / "junk.safetensors").write_bytes(b"junk")
    with pytest.raises(LoraIncompatible, match=r"junk\.safetensors"):
        restyler.restyle([order(params=replace(PARAMS, loras=(LoraChoice("junk"),)))], silent)
    assert restyler.restyle([order()], silent)[0].tobytes() == plain.tobytes()


def test_a_picture_of_nothing_is_refused(build: Callable[..., DiffusionRestyler]) -> None:
    restyler = build()
    for parameter in restyler._pipeline.vae.decoder.parameters():
        torch.nn.init.constant_(parameter, float("nan"))
    with pytest.raises(InvalidOutput, match="another seed"):
        restyler.restyle([order()], silent)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="needs oneDNN")
def test_reduced_precision_draws_nearly_the_same(build: Callable[..., DiffusionRestyler]) -> None:
    full = np.asarray(build().restyle([order()], silent)[0], np.float32)
    reduced = np.asarray(
        build(Compute("cpu", torch.bfloat16, 1)).restyle([order()], silent)[0], np.float32
    )
    assert np.abs(full - reduced).mean() < 12


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="weights list"):
        DiffusionRestyler.load(str(tmp_path / "none"), CPU, LoraShelf(tmp_path), [])


def test_a_saved_folder_loads_through_the_same_lines(tmp_path: Path) -> None:
    toy_pipeline(tmp_path).save_pretrained(tmp_path / "pipeline")
    restyler = DiffusionRestyler.load(str(tmp_path / "pipeline"), CPU, LoraShelf(tmp_path), [])
    assert restyler.restyle([order()], silent)[0].size == (32, 32)


def test_a_folder_with_half_precision_files_only_loads_too(tmp_path: Path) -> None:
    toy_pipeline(tmp_path).save_pretrained(tmp_path / "pipeline", variant="fp16")
    assert list((tmp_path / "pipeline" / "unet").glob("*.fp16.safetensors"))
    DiffusionRestyler.load(str(tmp_path / "pipeline"), CPU, LoraShelf(tmp_path), [])
