from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.domain.generation import LogoRequest, RestyleParams, SourceName
from backend.domain.likeness import Amount, Recipe, Variation
from backend.domain.ports import StoredImage
from backend.services.records import new_image_record
from backend.services.variations import varied

WISH = Variation("img_1", Amount.LITTLE)
RED = Colour.from_hex("#C0392B")
ASKED = LogoRequest(
    "a fox", "Foxy", (RED,), "neon", "text", seed=5,
    restyle_params=RestyleParams(style="neon", avoid="text"),
)  # fmt: skip


def draft(**changes: Any) -> StoredImage:
    record = {
        "reproduce": {
            "request": ASKED.to_json(),
            "recipe": Recipe(3, ((11, 0.8), (12, 0.6))).to_json(),
        },
        "stage": "draft",
        "origin": "cgan",
        "seed": 6,
        "palette": ["#FFFFFF", "#C0392B", "#C0392B"],
        "layout": "disc",
        "glyphs": [{"id": "tabler:fox", "licence": "MIT", "author": "Somebody"}],
        "name": "Foxy",
        "description": "a fox",
        **changes,
    }
    return StoredImage("img_1", 512, 512, datetime.now(UTC), new_image_record(**record))


def test_what_is_left_empty_comes_from_the_original() -> None:
    request = varied(LogoRequest("", seed=9, count=2), WISH, draft())
    words = replace(request, likeness=None, count=4, seed=5, source=SourceName.AUTO)
    assert words == ASKED
    assert (request.seed, request.count, request.source) == (9, 2, SourceName.CGAN)


def test_what_is_said_anew_holds() -> None:
    own = LogoRequest("a wolf", "Wolfy", (Colour(0, 0, 0),), "flat", "hats")
    request = varied(own, WISH, draft())
    assert (request.description, request.name, request.palette) == ("a wolf", "Wolfy", own.palette)
    assert (request.style, request.avoid) == ("flat", "hats")


def test_the_likeness_survives_the_job_queue() -> None:
    request = varied(LogoRequest(""), WISH, draft())
    assert request.likeness is not None
    assert request.likeness.recipe.noise == ((11, 0.8), (12, 0.6))
    assert request.to_json()["vary"] == {"image": "img_1", "amount": "little"}
    assert LogoRequest.from_json(request.to_json()) == request
    # New ideas are told as they always were: their pictures keep their ids.
    assert not {"vary", "likeness"} & set(ASKED.to_json())


def test_a_picture_from_before_recipes_were_kept_can_be_varied() -> None:
    request = varied(LogoRequest(""), WISH, draft(reproduce={}))
    assert request.likeness is not None
    assert request.likeness.recipe == Recipe()
    assert (request.description, request.name) == ("a fox", "Foxy")
    # Nobody is known to have asked for what the picture wears.
    assert request.palette == ()


@pytest.mark.parametrize(
    "changes", [{"stage": "final"}, {"stage": "upload", "origin": "upload"}, {"palette": []}]
)
def test_only_drafts_of_ours_can_be_varied(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="restyle") as caught:
        varied(LogoRequest(""), WISH, draft(**changes))
    ((field, why),) = caught.value.fields
    assert field == "vary.image"
    assert "restyle it instead" in why
