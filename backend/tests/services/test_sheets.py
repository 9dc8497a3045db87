from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from backend.services.sheets import draw_style_cards
from backend.tests.services.test_chain import StubModels
from backend.vector.finishes import Finish

STATIC = Path(__file__).parents[3] / "frontend" / "static" / "styles"


def test_every_finish_gets_a_card(tmp_path: Path) -> None:
    models = StubModels()
    heard: list[int] = []
    files = draw_style_cards(models, tmp_path, lambda _, done, total: heard.append(done))
    assert [str(file.relative_to(tmp_path)) for file in files] == [
        f"{stage}/{finish}.webp" for finish in Finish for stage in ("drafts", "restyled")
    ]
    assert heard == list(range(len(Finish) + 1))
    assert models.calls.count("restyle:1") == len(Finish)
    for file in files:
        with Image.open(file) as card:
            assert (card.format, card.size) == ("WEBP", (160, 160))


@pytest.mark.parametrize("stage", ["drafts", "restyled"])
def test_the_cards_of_the_forms_are_there_small_and_different(stage: str) -> None:
    contents = [(STATIC / stage / f"{finish}.webp").read_bytes() for finish in Finish]
    assert len(set(contents)) == len(Finish)
    assert max(map(len, contents)) <= 8_000
