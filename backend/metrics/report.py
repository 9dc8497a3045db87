"""What a measurement says: figures that cannot be without their floor, ceiling and sample count."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Only the remark has a default: who reports a value has to say what it is compared with.

    Attributes:
        name: what was measured, such as "CLIP-T".
        value: finite.
        sd: standard deviation over splits, subsets or seeds; None where there is but one.
        floor: the value for shuffled captions or chance; None where that has no meaning.
        ceiling: the value of real pictures; None where that has no meaning.
        num_samples: generated pictures behind the value.
        higher_is_better: whether the value should rise.
        remark: what a reader must know, such as that an FID of few samples is biased.
    """

    name: str
    value: float
    sd: float | None
    floor: float | None
    ceiling: float | None
    num_samples: int
    higher_is_better: bool
    remark: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a figure needs a name")
        for number in (self.value, self.sd, self.floor, self.ceiling):
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{self.name} holds {number}, which is not a finite number")
        if self.sd is not None and self.sd < 0:
            raise ValueError(f"{self.name} has a negative standard deviation")
        if self.num_samples < 1:
            raise ValueError(f"{self.name} was measured on no sample")


@dataclass(frozen=True, slots=True)
class QualityReport:
    """A set of figures and all that is needed to get them again.

    It holds no date: the same weights, seed and samples give the same report but for the seconds.

    Attributes:
        figures: at least one, names distinct.
        seed: of the samples and of every random choice of the measurement.
        weights: SHA-256 by name, of the measured models and of the extractors; at least one.
        seconds: how long it took.
    """

    figures: Sequence[Figure]
    seed: int
    weights: Mapping[str, str]
    seconds: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", tuple(self.figures))
        object.__setattr__(self, "weights", dict(self.weights))
        names = [figure.name for figure in self.figures]
        if not names or len(set(names)) < len(names):
            raise ValueError("a report needs figures of distinct names")
        if not self.weights:
            raise ValueError("a report needs the hashes of the weights that were measured")
        for name, digest in self.weights.items():
            if not _SHA256.fullmatch(digest):
                raise ValueError(f"{name} needs a SHA-256 of 64 hexadecimal digits")
        if not math.isfinite(self.seconds) or self.seconds < 0:
            raise ValueError(f"a duration of {self.seconds} seconds is none")

    def to_json(self) -> str:
        """Text from which `from_json` makes an equal report; numbers are not rounded."""
        record = {
            "seed": self.seed,
            "seconds": self.seconds,
            "weights": dict(self.weights),
            "figures": [asdict(figure) for figure in self.figures],
        }
        return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> QualityReport:
        """Reads what `to_json` wrote.

        Raises:
            ValueError: it is not JSON, a field is missing, unknown or of a wrong type, or a value
                is impossible.
        """
        record = _fields(json.loads(text), {field.name for field in fields(cls)}, "the report")
        if not isinstance(record["figures"], list) or not isinstance(record["weights"], dict):
            raise ValueError("figures must be a list and weights an object")
        return cls(
            figures=[_figure(item) for item in record["figures"]],
            seed=_typed(record["seed"], int, "seed"),
            weights={name: _typed(digest, str, name) for name, digest in record["weights"].items()},
            seconds=_number(record["seconds"], "seconds"),
        )

    def to_markdown(self) -> str:
        """A table of the figures, then what they were measured with."""
        lines = [
            "| figure | value | floor | ceiling | samples | better | remark |",
            "|---|---|---|---|---|---|---|",
        ]
        for figure in self.figures:
            spread = "" if figure.sd is None else f" ± {_short(figure.sd)}"
            cells = (
                figure.name,
                _short(figure.value) + spread,
                _short(figure.floor),
                _short(figure.ceiling),
                str(figure.num_samples),
                "higher" if figure.higher_is_better else "lower",
                figure.remark,
            )
            lines.append("| " + " | ".join(map(_cell, cells)) + " |")
        hashes = ", ".join(f"{name} `{digest[:12]}`" for name, digest in self.weights.items())
        lines += ["", f"Seed {self.seed}; {self.seconds:.0f} s; weights: {hashes}."]
        return "\n".join(lines) + "\n"


def _figure(item: Any) -> Figure:
    record = _fields(item, {field.name for field in fields(Figure)}, "a figure")
    optional = {
        key: None if record[key] is None else _number(record[key], key)
        for key in ("sd", "floor", "ceiling")
    }
    return Figure(
        name=_typed(record["name"], str, "name"),
        value=_number(record["value"], "value"),
        sd=optional["sd"],
        floor=optional["floor"],
        ceiling=optional["ceiling"],
        num_samples=_typed(record["num_samples"], int, "num_samples"),
        higher_is_better=_typed(record["higher_is_better"], bool, "higher_is_better"),
        remark=_typed(record["remark"], str, "remark"),
    )


def _fields(record: Any, names: set[str], what: str) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise ValueError(f"{what} must be an object")
    if odd := names.symmetric_difference(record):
        raise ValueError(f"{what} lacks or does not know: {', '.join(sorted(odd))}")
    return record


def _typed(value: Any, kind: type[T], name: str) -> T:
    # True is an int to Python but not to a reader.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name} must be {kind.__name__}")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number")
    return float(value)


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
