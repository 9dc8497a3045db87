"""The shipped sentence encoder."""

from pathlib import Path

import numpy as np
import pytest

from backend.models import text as text_module
from backend.models.text import EMBEDDING_SIZE, MAX_TOKENS, TextEncoder

WEIGHTS = Path(__file__).parents[3] / "weights"


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load(WEIGHTS / "sd-embedded")


def test_vectors_are_unit_and_near_for_near_meanings(encoder: TextEncoder) -> None:
    cup, coffee, rocket = encoder.sentences(["a cup of espresso", "coffee", "a rocket in space"])
    for vector in (cup, coffee, rocket):
        assert vector.shape == (EMBEDDING_SIZE,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert cup @ coffee > 0.5 > 0.35 > cup @ rocket


def test_neighbours_in_a_batch_do_not_change_a_vector(encoder: TextEncoder) -> None:
    fresh = TextEncoder(encoder.model, encoder.tokenizer)
    alone = fresh.sentences(["a lighthouse"])[0]
    fresh = TextEncoder(encoder.model, encoder.tokenizer)
    beside = fresh.sentences(["a lighthouse", "a much longer sentence about three ships"])[0]
    np.testing.assert_allclose(alone, beside, atol=1e-5)


def test_the_order_of_texts_is_kept_and_repeats_are_answered_from_memory(
    encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = TextEncoder(encoder.model, encoder.tokenizer)
    first = fresh.sentences(["fox", "tree", "fox"])
    assert np.array_equal(first[0], first[2])
    monkeypatch.setattr(fresh, "model", None)
    assert np.array_equal(fresh.sentences(["tree", "fox"]), first[[1, 0]])


def test_the_memory_is_bounded(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "_CACHE_SIZE", 2)
    fresh = TextEncoder(encoder.model, encoder.tokenizer)
    assert fresh.sentences(["one", "two", "three", "four"]).shape == (4, EMBEDDING_SIZE)
    assert fresh.sentences(["one", "four"]).shape == (2, EMBEDDING_SIZE)


def test_token_states_have_the_pipelines_shape_and_long_texts_are_cut(
    encoder: TextEncoder,
) -> None:
    states = encoder.token_states(["", "fox " * 500])
    assert tuple(states.shape) == (2, MAX_TOKENS, EMBEDDING_SIZE)
    assert bool(states.isfinite().all())
