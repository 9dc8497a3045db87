"""The recipe of the matchers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from backend.training.settings import Recipe, Session, require_one_of

RANKING, EVALUATION = "ranking", "evaluation"


class Holdout(StrEnum):
    """What a matcher is kept from seeing.

    CONCEPTS is the split of all generative models. DRAWINGS hides single glyphs instead, so that
    the judge of evaluations knows every concept and still meets real pictures it has not learnt.
    """

    CONCEPTS = "concepts"
    DRAWINGS = "drawings"


@dataclass(frozen=True, kw_only=True)
class MatcherTraining(Recipe):
    """The recipe of one matcher.

    Attributes:
        batch_size: pairs in a step; each is the negative of all others.
        scenes_per_glyph: drawings of each glyph, in layouts of a seeded choice, made once.
        synonym_share: share of pairs worded by a tag instead of the glyph's name.
        noise_share: share of pictures that are blurred or roughened, so that the matcher reads
            generated pictures as well as clean ones.
        min_worth: which glyphs are learnt.
    """

    steps: int = 2400
    batch_size: int = 256
    peak_rate: float = 2e-3
    final_rate: float = 2e-5
    warmup_steps: int = 100
    weight_decay: float = 0.05
    scenes_per_glyph: int = 3
    synonym_share: float = 0.25
    noise_share: float = 0.3
    ema_decay: float = 0.995
    holdout: Holdout = Holdout.CONCEPTS
    min_worth: float = 0.6
    seed: int = 21


@dataclass(frozen=True, kw_only=True)
class MatcherExperiment(MatcherTraining, Session):
    """What `train matcher` is told.

    Attributes:
        which: "ranking" ranks drafts and guides training; "evaluation" only judges.
    """

    which: str = RANKING

    def __post_init__(self) -> None:
        MatcherTraining.__post_init__(self)
        Session.__post_init__(self)
        require_one_of("which", self.which, (RANKING, EVALUATION))

    @property
    def training(self) -> MatcherTraining:
        """The recipe alone."""
        return MatcherTraining(
            **{each.name: getattr(self, each.name) for each in fields(MatcherTraining)}
        )
