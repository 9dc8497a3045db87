"""What a speed means for a pipeline: evaluations, sampler, few-step adapter and quick decoder.

The manifest says it in the pipeline's facts, so front ends and the worker read the same table:

    "speeds": {"draft": {"evaluations": 4, "sampler": "lcm", "adapter": "few-step",
                         "decoder": "tiny", "guidance": 1}, ...}

`adapter` and `decoder` are models of the manifest too: `PIPELINE-few-step`, one safetensors file,
and `PIPELINE-tiny-decoder`, a diffusers folder. No torch in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backend.domain.errors import UnknownWeights, WeightsCorrupt
from backend.domain.generation import EVALUATIONS_BY_SPEED, RestyleParams, Speed
from backend.models.catalog import Catalog

QUALITY_SAMPLER = "dpm++2m"
SAMPLERS = (QUALITY_SAMPLER, "ddim", "lcm")


@dataclass(frozen=True, slots=True)
class ExtraModel:
    """A model beside the pipeline.

    Attributes:
        name: in the manifest.
        path: its one file, or its folder.
        sha256: of the file, or over the hashes of the folder's files; "" if the manifest has none.
    """

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class SpeedPlan:
    """How one restyle is sampled.

    Attributes:
        evaluations: calls of the denoiser for a picture, whatever the strength; guidance makes
            each call twice as large.
        sampler: one of SAMPLERS.
        guidance: classifier-free guidance; 1 is none.
        speed: what was asked for; None if the evaluations were.
        adapter: few-step adapter that the sampler needs.
        decoder: small autoencoder in the place of the pipeline's own.
        warnings: sentences for the user, when something is not as asked for.
    """

    evaluations: int
    sampler: str = QUALITY_SAMPLER
    guidance: float = 1.0
    speed: Speed | None = None
    adapter: ExtraModel | None = None
    decoder: ExtraModel | None = None
    warnings: tuple[str, ...] = ()

    @property
    def sort(self) -> str:
        """A name for plans of one cost for an evaluation; "" is the quality sampler's."""
        return "-".join(
            filter(None, ("few" if self.adapter else "", "tiny" if self.decoder else ""))
        )

    def to_record(self) -> dict[str, Any]:
        """What is written down beside a picture."""
        return {
            "evaluations": self.evaluations,
            "sampler": self.sampler,
            "guidance": self.guidance,
            "speed": None if self.speed is None else str(self.speed),
            "adapter": None if self.adapter is None else self.adapter.name,
            "decoder": None if self.decoder is None else self.decoder.name,
        }


Planner = Callable[[RestyleParams], SpeedPlan]


@dataclass(frozen=True, slots=True)
class _Told:
    """One speed as the manifest tells it."""

    evaluations: int
    sampler: str = QUALITY_SAMPLER
    adapter: str = ""
    decoder: str = ""
    guidance: float | None = None


def plain_plan(params: RestyleParams) -> SpeedPlan:
    """The plan for a pipeline of which the manifest tells no speeds."""
    return _plan(None, params, _table({}))


def plan(catalog: Catalog, pipeline: str, params: RestyleParams) -> SpeedPlan:
    """How a pipeline takes a restyle.

    A speed whose adapter is not there is sampled as `quality` is, one whose decoder is not there is
    decoded by the pipeline itself; both with a warning.

    Args:
        catalog: the manifest and its folder.
        pipeline: manifest name of the diffusion pipeline.
        params: what was asked for.

    Raises:
        WeightsCorrupt: the manifest's table cannot be understood.
    """
    return _plan(catalog, params, _table(_facts(catalog, pipeline)), pipeline)


def evaluations_by_speed(catalog: Catalog, pipeline: str) -> Mapping[Speed, int]:
    """What each speed takes with the files that are there."""
    return {
        speed: plan(catalog, pipeline, RestyleParams(speed=speed)).evaluations for speed in Speed
    }


def _plan(
    catalog: Catalog | None,
    params: RestyleParams,
    table: Mapping[Speed, _Told],
    pipeline: str = "",
) -> SpeedPlan:
    told = table[params.speed or Speed.QUALITY]
    if params.speed is None:
        told = replace(told, evaluations=params.steps)
    warnings: list[str] = []
    adapter = decoder = None
    if told.adapter and catalog is not None:
        adapter = _extra(catalog, f"{pipeline}-{told.adapter}", ".safetensors")
        if adapter is None:
            warnings.append(_absent(f"{pipeline}-{told.adapter}", pipeline, params, "quality"))
            told = table[Speed.QUALITY]
    if told.decoder and catalog is not None:
        decoder = _extra(catalog, f"{pipeline}-{told.decoder}-decoder", "")
        if decoder is None:
            name = f"{pipeline}-{told.decoder}-decoder"
            warnings.append(_absent(name, pipeline, params, "the full decoder"))
    return SpeedPlan(
        evaluations=told.evaluations,
        sampler=told.sampler,
        guidance=params.guidance if told.guidance is None else told.guidance,
        speed=params.speed,
        adapter=adapter,
        decoder=decoder,
        warnings=tuple(warnings),
    )


def _absent(name: str, pipeline: str, params: RestyleParams, instead: str) -> str:
    return (
        f"speed {params.speed} of {pipeline} needs {name}, which is not here; {instead} was used "
        f"instead; run: python -m backend weights pull {name}"
    )


def _facts(catalog: Catalog, pipeline: str) -> Mapping[str, Any]:
    try:
        return dict(catalog.entry(pipeline).facts.get("speeds", {}))
    except UnknownWeights:
        return {}


def _table(told: Mapping[str, Any]) -> Mapping[Speed, _Told]:
    """Raises WeightsCorrupt when a row has unknown words or counts that make no sense."""
    table = {speed: _Told(count) for speed, count in EVALUATIONS_BY_SPEED.items()}
    try:
        table |= {Speed(name): _Told(**row) for name, row in told.items()}
    except (TypeError, ValueError) as error:
        raise WeightsCorrupt(f"the manifest's table of speeds is damaged: {error}") from error
    for speed, row in table.items():
        if row.sampler not in SAMPLERS or row.evaluations < 1:
            raise WeightsCorrupt(f"the manifest's speed {speed} is damaged: {asdict(row)}")
    return table


def _extra(catalog: Catalog, name: str, suffix: str) -> ExtraModel | None:
    """A model's file of this suffix, or its folder for ""; None when it is not whole."""
    try:
        entry = catalog.entry(name)
    except UnknownWeights:
        return None
    if not entry.files or not catalog.is_present(entry):
        return None
    if not suffix:
        is_known = all(file.sha256 for file in entry.files)
        return ExtraModel(name, catalog.folder / entry.name, entry.fingerprint if is_known else "")
    for file in entry.files:
        if file.path.endswith(suffix):
            return ExtraModel(name, catalog.folder / file.path, file.sha256)
    return None
