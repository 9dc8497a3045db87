"""A whole evaluation with made-up models: what is measured, and what the card says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from backend.domain.errors import InvalidRequest
from backend.metrics.report import QualityReport
from backend.models.matcher import PictureMatcher
from backend.services.evaluation.card import table_of, with_table, write_card
from backend.services.evaluation.figures import Judge
from backend.services.evaluation.prompts import choose_prompts
from backend.services.evaluation.run import (
    CGAN,
    COMPOSER,
    REAL,
    RESTYLED_CGAN,
    Evaluation,
    EvaluationPlan,
    evaluate,
)
from backend.services.evaluation.sets import PictureSet
from backend.tests.services.evaluation.support import MadeUpModels, sheet_library
from backend.tests.services.evaluation.test_sets import silent

MARKS = "# Card\n<!-- evaluation: begin -->\nold\n<!-- evaluation: end -->\nrest\n"


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    plan = EvaluationPlan(prompts=16, per_prompt=2, seed=0)
    return evaluate(MadeUpModels(), plan, tmp_path_factory.mktemp("none"), silent)


def test_every_figure_stands_beside_its_ceiling_and_recalls_beside_their_floor(
    evaluation: Evaluation,
) -> None:
    figures = {figure.name: figure for figure in evaluation.report.figures}
    assert figures[f"{CGAN}: R@10"].floor is not None
    for name, figure in figures.items():
        if figure.ceiling is not None:
            assert figure.ceiling == figures[f"{REAL}: {name.split(': ')[1]}"].value
    assert figures[f"{CGAN}: copies"].num_samples == 32
    # Bars are no copies of anything: real glyphs that nobody learnt are nearer to others.
    near = figures[f"{CGAN}: overlap with the nearest glyph, median"]
    assert near.value < (near.floor or 0)
    assert evaluation.report.weights == {"made up": "0" * 64}
    assert QualityReport.from_json(evaluation.report.to_json()) == evaluation.report


def test_drafts_and_what_became_of_them_are_measured_apart(evaluation: Evaluation) -> None:
    assert evaluation.sets[CGAN].colours == evaluation.sets[RESTYLED_CGAN].colours == 1
    assert evaluation.sets[CGAN].flat > 0.95
    assert evaluation.sets[CGAN].diversity != evaluation.sets[RESTYLED_CGAN].diversity
    assert evaluation.sets[CGAN] == evaluation.sets[COMPOSER]


def test_networks_that_were_not_pulled_are_named_with_the_command(evaluation: Evaluation) -> None:
    assert len(evaluation.left_out) == 4
    assert all("weights pull metrics" in sentence for sentence in evaluation.left_out)


def test_the_card_gets_the_table_between_its_marks_and_a_sheet_of_each_half(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text(MARKS, "utf-8")
    files = write_card(evaluation, tmp_path, tmp_path / "pictures")
    card = (tmp_path / "README.md").read_text("utf-8")
    assert "old" not in card
    assert card.endswith("<!-- evaluation: end -->\nrest\n")
    assert table_of(evaluation) in card
    for name in evaluation.sets:
        assert f"| {name} |" in card
    for name in ("card-trained.png", "card-held-out.png"):
        with Image.open(tmp_path / "pictures" / name) as sheet:
            assert sheet.width > 4 * 120
    assert {path.name for path in files} == {
        "evaluation.json", "README.md", "card-trained.png", "card-held-out.png",
    }  # fmt: skip


def test_a_card_without_marks_is_left_alone(evaluation: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Card\n", "utf-8")
    with pytest.raises(InvalidRequest, match="marks"):
        write_card(evaluation, tmp_path, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert with_table(MARKS, r"\1 new") == MARKS.replace("old", r"\1 new")


class KnowingMatcher(PictureMatcher):
    """Reads the subject's number off the first pixel."""

    def __init__(self, count: int) -> None:
        self._count = count

    def images(self, pictures: object) -> NDArray[np.float32]:
        return np.stack([self._vector(picture) for picture in pictures])  # type: ignore[attr-defined]

    features = images

    def texts(self, phrases: object) -> NDArray[np.float32]:
        return np.eye(self._count, dtype=np.float32)

    def _vector(self, picture: Image.Image) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = np.eye(self._count, dtype=np.float32)
        return np.asarray(vector[int(np.asarray(picture)[0, 0, 0])])


def test_pictures_of_the_right_subject_are_found_and_of_the_wrong_one_not() -> None:
    prompts = choose_prompts(sheet_library(), 16, 0)
    rows = np.repeat(np.arange(16), 2)
    right, wrong = (
        PictureSet([Image.new("RGB", (32, 32), (int(row), 0, 0)) for row in order], rows)
        for order in (rows, np.roll(rows, 2))
    )
    judge = Judge(KnowingMatcher(16), prompts, right, seed=0)
    assert judge.measure(right).recall == {1: 1, 5: 1, 10: 1}
    assert judge.measure(wrong).recall == {1: 0, 5: 0, 10: 0}
    assert judge.measure(right).recall_floor[1] == 0
    assert judge.measure(right).recall_held_out == 1
    assert judge.measure(right).colours < 0.2
