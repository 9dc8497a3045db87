"""Buckets, losses, matrices, triggers, measures: each by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from backend.domain.errors import InvalidRequest
from backend.domain.lora_orders import LoraOrder
from backend.domain.lora_presets import BASES, GOALS, LIMITS, Goal, preset_for
from backend.tests.toys import toy_sd15
from backend.tests.training.lora.support import picture
from backend.training.configuration import compose_experiment
from backend.training.diffusion.losses import noised
from backend.training.draws import Draws
from backend.training.lora.adapters import LoraWeights, add_to_unet, scaled
from backend.training.lora.base import BasePipeline
from backend.training.lora.batches import Noising, draw_batch, fixed_batches
from backend.training.lora.buckets import bucket_for, bucket_sizes, fitted, held_out
from backend.training.lora.conditions import Latent
from backend.training.lora.config import LoraExperiment, recipe_for, with_words
from backend.training.lora.evaluating import copying_sentence
from backend.training.lora.judging import Judge, quality
from backend.training.lora.losses import (
    leading_noise,
    led_weights,
    min_snr_weights,
    target_of,
    weighted_error,
)
from backend.training.lora.plain import plain_copies
from backend.training.lora.saving import thumbnail_url
from backend.training.lora.triggers import Trigger


@pytest.mark.parametrize(("side", "step"), [(128, 16), (512, 64), (1024, 64)])
def test_buckets_have_about_one_area_and_whole_cells(side: int, step: int) -> None:
    sizes = bucket_sizes(side, step)
    assert (side, side) in sizes
    assert len(sizes) >= 3
    for width, height in sizes:
        assert width % step == height % step == 0
        assert 5 / 6 * side**2 <= width * height <= side**2
        assert (height, width) in sizes


@settings(max_examples=40)
@given(st.integers(20, 400), st.integers(20, 400))
def test_a_picture_fills_its_bucket(width: int, height: int) -> None:
    size = bucket_for((width, height), bucket_sizes(128, 16))
    found = fitted(Image.new("RGB", (width, height)), size)
    assert found.image.size == size
    assert found.original == (height, width)


def test_shapes_go_to_the_nearest_bucket() -> None:
    sizes = bucket_sizes(512, 64)
    assert bucket_for((300, 300), sizes) == (512, 512)
    wide, high = bucket_for((1000, 400), sizes), bucket_for((400, 1000), sizes)
    assert wide[0] > wide[1]
    assert high == wide[::-1]


@pytest.mark.parametrize(("count", "expected"), [(3, 1), (5, 1), (8, 2), (10, 2), (50, 10)])
def test_a_fifth_is_held_out_and_at_least_one(count: int, expected: int) -> None:
    files = [f"{number}.png" for number in range(count)]
    chosen = held_out(files, 0)
    assert len(chosen) == expected
    assert chosen == held_out(files, 0)
    assert any(held_out(files, seed) != chosen for seed in range(1, 6))


def test_near_duplicates_are_not_split() -> None:
    files = [f"{number}.png" for number in range(12)]
    repeats = {f"{number}.png": f"{number - 1}.png" for number in (1, 2, 5, 7)}
    for seed in range(30):
        chosen = held_out(files, seed, repeats)
        assert chosen
        for name, earlier in repeats.items():
            assert (name in chosen) == (earlier in chosen)


def test_targets_are_those_of_the_prediction_type() -> None:
    latents, noise = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    abar = torch.tensor([0.25, 0.81])
    noisy = abar.view(-1, 1, 1, 1).sqrt() * latents + (1 - abar).view(-1, 1, 1, 1).sqrt() * noise
    velocity = target_of("v_prediction", latents, noise, abar)
    root = abar.view(-1, 1, 1, 1).sqrt()
    # x = a z_t - s v and eps = s z_t + a v, Salimans and Ho, 2022.
    rest = (1 - abar).view(-1, 1, 1, 1).sqrt()
    torch.testing.assert_close(root * noisy - rest * velocity, latents)
    assert target_of("epsilon", latents, noise, abar) is noise
    assert target_of("sample", latents, noise, abar) is latents


def test_a_sample_led_to_a_goal_asks_for_the_noise_that_leads_there() -> None:
    latents, goals, noise = (torch.randn(2, 3, 4, 4) for _ in range(3))
    abar = torch.tensor([0.3, 0.9])
    leading = leading_noise(latents, goals, noise, abar)
    torch.testing.assert_close(noised(goals, leading, abar), noised(latents, noise, abar))
    assert torch.equal(leading_noise(goals, goals, noise, abar), noise)
    weights = led_weights(torch.cat([latents, goals]), torch.cat([goals, goals]), abar.repeat(2))
    torch.testing.assert_close(weights, torch.tensor([1.0, 0.4, 1.0, 1.0]))


def test_min_snr_weights_are_the_paper_s() -> None:
    abar = torch.tensor([0.5, 10 / 11, 100 / 101])  # snr 1, 10 and 100
    torch.testing.assert_close(
        min_snr_weights("epsilon", abar, 5.0), torch.tensor([1.0, 0.5, 0.05])
    )
    torch.testing.assert_close(
        min_snr_weights("v_prediction", abar, 5.0), torch.tensor([0.5, 5 / 11, 5 / 101])
    )
    predicted, target = torch.zeros(3, 1, 2, 2), torch.ones(3, 1, 2, 2)
    assert weighted_error(predicted, target, torch.ones(3)) == 1
    assert weighted_error(predicted, target, torch.tensor([0.0, 0.0, 3.0])) == 1


def _latent(number: int, shape: tuple[int, int, int] = (2, 4, 4)) -> Latent:
    return Latent(torch.full(shape, float(number)), None, f"caption {number}", torch.zeros(6))


def _noising(**changes: float) -> Noising:
    values = {"shifted_share": 0.5, "offset": 0.0, "caption_dropout": 0.0, **changes}
    return Noising(np.linspace(0.999, 0.001, 100), 64, **values)


def test_a_batch_has_one_size_and_repeats_a_picture_only_when_it_must() -> None:
    latents = [_latent(0), _latent(1), _latent(2), _latent(3, (2, 2, 8))]
    seen = set()
    for step in range(40):
        batch = draw_batch(latents, 3, _noising(), Draws(0, step))
        seen.add(tuple(batch.latents.shape[1:]))
        if batch.latents.shape[1:] == (2, 4, 4):
            assert len(set(batch.captions)) == 3
    assert seen == {(2, 4, 4), (2, 2, 8)}


def test_a_batch_follows_from_seed_step_and_process() -> None:
    latents = [_latent(number) for number in range(5)]

    def drawn(step: int, process: int = 0) -> torch.Tensor:
        return draw_batch(latents, 2, _noising(), Draws(3, step, process)).noise

    assert torch.equal(drawn(4), drawn(4))
    assert not torch.equal(drawn(4), drawn(5))
    assert not torch.equal(drawn(4), drawn(4, process=1))


def test_a_share_of_the_samples_begins_at_plain_copies() -> None:
    plain = ((torch.full((2, 4, 4), -9.0), "plain"),)
    latent = Latent(torch.zeros(2, 4, 4), None, "styled", torch.zeros(6), plain)
    batch = draw_batch([latent], 400, _noising(plain_share=0.5), Draws(0, 0))
    is_led = (batch.latents != batch.goals).flatten(1).any(dim=1)
    assert 0.4 < float(is_led.float().mean()) < 0.6
    assert torch.equal(batch.goals, torch.zeros(400, 2, 4, 4))
    captions = ["plain" if led else "styled" for led in is_led.tolist()]
    assert list(batch.captions) == captions
    assert float(batch.latents.min()) > -9.01
    assert not draw_batch([latent], 50, _noising(), Draws(0, 0)).latents.any()


def test_a_plain_copy_is_the_silhouette_in_other_colours() -> None:
    striped = Image.new("RGB", (128, 128), "#F4EAD5")
    paint = ImageDraw.Draw(striped)
    for top in range(32, 96, 6):
        paint.rectangle((32, top, 95, top + 2), fill="#14505C")
    paint.rectangle((100, 100, 110, 110), fill="#EFD9B4")  # An ornament of little contrast.
    copies = plain_copies(striped, 4, seed=0)
    assert len({copy.words for copy in copies}) > 1
    for copy in copies:
        assert copy.words.endswith("background")
        assert len(copy.image.getcolors(9999) or []) < 20
        inside, outside = copy.image.getpixel((64, 64)), copy.image.getpixel((105, 105))
        assert inside == copy.image.getpixel((64, 61))
        assert outside == copy.image.getpixel((2, 2))
        assert inside != outside
    assert plain_copies(striped, 0, seed=0) == []


def test_captions_are_dropped_as_often_as_asked_for() -> None:
    latents = [_latent(number) for number in range(8)]
    batch = draw_batch(latents, 800, _noising(caption_dropout=0.25), Draws(0, 0))
    assert 0.2 < sum(caption == "" for caption in batch.captions) / 800 < 0.3


def test_the_autoencoder_s_gaussian_is_sampled_anew_every_time() -> None:
    latent = Latent(torch.zeros(2, 4, 4), torch.full((2, 4, 4), 2.0), "", torch.zeros(6))
    values = torch.stack([latent.sample(Draws(0, step)) for step in range(50)])
    assert float(values.std()) == pytest.approx(2.0, rel=0.1)


def test_the_held_out_batches_never_change() -> None:
    latents = [_latent(number) for number in range(3)]
    first = fixed_batches(latents, _noising(), levels=4, most=8, seed=0)
    again = fixed_batches(latents, _noising(), levels=4, most=8, seed=0)
    assert len(first) == 2
    assert all(torch.equal(a.noise, b.noise) for a, b in zip(first, again, strict=True))
    assert len(set(first[0].timesteps.tolist())) == 4


def test_matrices_begin_without_effect_and_scale_to_nothing() -> None:
    unet = toy_sd15().unet.eval()
    inputs = (torch.randn(1, 4, 8, 8), 10, torch.randn(1, 77, 16))
    with torch.no_grad():
        before = unet(*inputs).sample
        adapter = LoraWeights(add_to_unet(unet, 2, "all"))
        torch.testing.assert_close(unet(*inputs).sample, before)
        assert adapter.norm() == 0
        for name, value in adapter.items():
            if "lora_B" in name:
                value.fill_(0.5)
        assert not torch.allclose(unet(*inputs).sample, before)
        with scaled([unet], 0.0):
            torch.testing.assert_close(unet(*inputs).sample, before)
        assert adapter.norm() > 0


def test_the_norm_is_that_of_the_products() -> None:
    up, down = torch.randn(6, 2), torch.randn(2, 5)
    adapter = LoraWeights(
        {
            "unet.a.lora_A.weight": torch.nn.Parameter(down),
            "unet.a.lora_B.weight": torch.nn.Parameter(up),
        }
    )
    assert adapter.norm() == pytest.approx(float((up @ down).norm()), rel=1e-5)


@pytest.mark.parametrize("modules", ["attention", "attention+ff", "all"])
def test_module_choices_grow(modules: str) -> None:
    names = set(add_to_unet(toy_sd15().unet, 2, modules))
    assert any(".attn2.to_k." in name for name in names)
    assert any(".ff.net." in name for name in names) == (modules != "attention")
    assert any(".conv1." in name for name in names) == (modules == "all")


def test_a_trigger_is_a_word_of_its_own() -> None:
    base = BasePipeline(toy_sd15(), "sd15", "")
    before = base.encode(["red fox"]).states
    trigger = Trigger(base, "skstoy", "fox", 2)
    assert torch.equal(base.encode(["red fox"]).states, before)
    said = trigger.in_text("a photo of skstoy, SksToy and skstoys")
    assert said.count("<skstoy-0> <skstoy-1>") == 2
    assert "skstoys" in said
    states = base.encode([said]).states
    states.sum().backward()
    rows = trigger.network.rows
    assert rows.grad is not None
    assert (rows.grad.abs().sum(dim=1) > 0).all()
    assert all(
        each.grad is None
        for name, each in base.text_encoders[0].named_parameters()
        if not name.endswith("rows")
    )


@pytest.mark.parametrize("rows", [-4, 0, 5])
def test_a_trigger_s_tokens_may_stand_anywhere(rows: int) -> None:
    pipeline = toy_sd15()
    # Many published encoders have spare rows, and some vocabularies more words than rows.
    encoder, size = pipeline.text_encoder, len(pipeline.tokenizer)
    assert encoder.get_input_embeddings().num_embeddings == size
    if rows > 0:
        encoder.resize_token_embeddings(size + rows)
    else:
        pipeline.tokenizer.add_tokens([f"<more-{number}>" for number in range(-rows)])
    base = BasePipeline(pipeline, "sd15", "")
    trigger = Trigger(base, "skstoy", "fox", 2)
    said = trigger.in_text("skstoy")
    ids = pipeline.tokenizer(said, add_special_tokens=False, return_tensors="pt")["input_ids"]
    torch.testing.assert_close(trigger.network(ids)[0], trigger.network.rows)
    base.encode([said]).states.sum().backward()
    assert trigger.network.rows.grad is not None
    assert (trigger.network.rows.grad.abs().sum(dim=1) > 0).all()


def test_measures_tell_a_copy_from_a_relative() -> None:
    pictures = [picture(number) for number in range(4)]
    judge = Judge(pictures, pictures[:3], None)
    copied = judge.measure(pictures[:3], ["", "", ""])
    other = judge.measure([picture(number) for number in range(10, 13)], ["", "", ""])
    assert copied["copying"] == 1
    assert copied["copy_overlap"] == pytest.approx(1)
    assert other["copying"] == 0
    assert copied["palette_overlap"] > other["palette_overlap"]
    assert quality(other) > quality(copied)


def test_the_user_is_told_when_samples_begin_to_repeat_pictures() -> None:
    history = [(100, {"copying": 0.0}), (200, {"copying": 0.5}), (300, {"copying": 0.6})]
    assert copying_sentence(history[:1], 100) is None
    said = copying_sentence(history, 100)
    assert said is not None
    assert said.startswith("From step 200 on, 50% of the samples")
    assert "The adapter of step 100" in said
    assert "from before that" not in (copying_sentence(history, 300) or "")


def test_thumbnails_stay_small() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (600, 600, 3), dtype=np.uint8)
    assert len(thumbnail_url(Image.fromarray(noise))) <= 40_000


def _order(**changes: object) -> dict[str, object]:
    return {"name": "toy", "goal": "style", "set": "/sets/1", **changes}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": "../evil"}, "name"),
        ({"goal": "beauty"}, "goal"),
        ({"base": "sd3"}, "base"),
        ({"set": ""}, "set"),
        ({"goal": "trigger"}, "trigger"),
        ({"trigger": "<b>"}, "trigger"),
        ({"title": "x" * 200}, "title"),
        ({"class_phrase": "two\nlines"}, "class_phrase"),
        ({"overrides": {"steps": 0}}, "overrides.steps"),
        ({"overrides": {"rank": 2.5}}, "overrides.rank"),
        ({"overrides": {"learning_rate": "fast"}}, "overrides.learning_rate"),
        ({"overrides": {"resolution_px": 100}}, "overrides.resolution_px"),
        ({"overrides": {"train_text_encoder": 1}}, "overrides.train_text_encoder"),
        ({"overrides": {"pictures": 3}}, "overrides.pictures"),
    ],
)
def test_orders_name_the_field_that_is_wrong(changes: dict[str, object], path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        LoraOrder.from_json(_order(**changes))
    assert path in [name for name, _ in caught.value.fields]


def test_orders_survive_json() -> None:
    order = LoraOrder.from_json(
        _order(trigger="sksToy", overrides={"steps": 30, "rank": None, "train_text_encoder": True})
    )
    assert order.overrides == {"steps": 30, "train_text_encoder": True}
    assert LoraOrder.from_json(json.loads(json.dumps(order.to_json()))) == order
    recipe = recipe_for(order)
    assert (recipe.steps, recipe.train_text_encoder) == (30, True)
    assert recipe.rank == GOALS[Goal.STYLE].rank
    assert recipe.steps % recipe.epoch_steps == recipe.sample_every % recipe.epoch_steps == 0


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("goal", Goal)
def test_presets_keep_within_the_limits(goal: Goal, base: str) -> None:
    preset = preset_for(goal, base)
    for name in ("steps", "rank", "learning_rate", "batch_size"):
        bounds = getattr(LIMITS, name)
        assert bounds.low <= getattr(preset, name) <= bounds.high
    assert LIMITS.pictures[0] <= preset.pictures_low < preset.pictures_high <= LIMITS.pictures[1]
    assert (preset.prior_weight > 0) == (preset.prior_pictures > 0)
    recipe = recipe_for(LoraOrder("toy", goal, "/sets/1", base, trigger="zork"))
    assert (recipe.trigger_vectors > 0) == (goal is Goal.TRIGGER)


def test_words_of_a_shell_win_over_the_preset() -> None:
    recipe = recipe_for(LoraOrder("toy", Goal.STYLE, "/sets/1"))
    words = ["steps=50", "learning_rate=0.003", "tracker=none"]
    changed = with_words(recipe, compose_experiment("lora", LoraExperiment, words))
    assert (changed.steps, changed.learning_rate, changed.rank) == (50, 0.003, recipe.rank)
    assert changed.steps % changed.epoch_steps == 0
    with pytest.raises(InvalidRequest, match="stepz"):
        compose_experiment("lora", LoraExperiment, ["stepz=3"])


def test_a_base_is_described_by_its_own_configuration(tmp_path: Path) -> None:
    base = BasePipeline(toy_sd15(), "sd15", "")
    assert (base.resolution_px, base.scale, base.step_px) == (16, 2, 4)
    assert base.prediction == "epsilon"
    assert not base.has_zero_terminal_snr
    assert not base.is_xl
