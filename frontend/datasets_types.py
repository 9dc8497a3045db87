"""Data sets and their analysis as the API answers them, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from frontend.api_types import Problem


class DatasetState(StrEnum):
    """Whether a data set can be used."""

    UPLOADING = "uploading"
    READY = "ready"
    UNUSABLE = "unusable"


class AnalysisState(StrEnum):
    """Whether the report of a data set's present content is there."""

    NONE = "none"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table with its type in the file's own words."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set.

    Attributes:
        origin: "folder" for one that lies beside the server, "upload" for a user's.
        bytes: size on disk; of an upload, what was announced.
        rows: None while it is not known.
        problem: why it is unusable, None unless it is.
        job: id of the analysis that is going on or ended last, "" without one.
    """

    id: str
    name: str
    origin: str
    state: DatasetState
    bytes: int = 0
    received_bytes: int = 0
    files: int = 1
    rows: int | None = None
    columns: tuple[Column, ...] = ()
    problem: Problem | None = None
    analysis: AnalysisState = AnalysisState.NONE
    job: str = ""


@dataclass(frozen=True, slots=True)
class RowImage:
    """What is known of a row's picture without showing it."""

    url: str
    format: str = ""
    width: int | None = None
    height: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One element of a data set.

    Attributes:
        rows: how many there are.
        text: None where it is missing.
        is_text_cut: whether the text goes on.
        problem: a sentence about what is wrong with the row, "" for a good one.
    """

    index: int
    rows: int
    text: str | None = None
    is_text_cut: bool = False
    image: RowImage | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ComputedOn:
    """How many rows a figure rests on, and of how many."""

    rows: int
    of: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a number is distributed. Everything is 0 where count is 0.

    Attributes:
        lower_fence, upper_fence: ends of the whiskers, values of the data.
        outliers: how many values lie outside the whiskers.
        points: (value, how often), by value; centres of fine bins unless `is_exact`.
    """

    count: int = 0
    mean: float = 0.0
    std: float = 0.0
    low: float = 0.0
    q1: float = 0.0
    median: float = 0.0
    q3: float = 0.0
    high: float = 0.0
    lower_fence: float = 0.0
    upper_fence: float = 0.0
    outliers: int = 0
    points: tuple[tuple[float, int], ...] = ()
    is_exact: bool = True


Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TextReport:
    """Captions. Counts are (word or pair, how often), most frequent first."""

    computed_on: ComputedOn
    missing: int
    blank: int
    characters: Numbers
    words: Numbers
    epithets: Numbers
    top_words: Counts
    top_pairs: Counts
    top_epithets: Counts
    vocabulary: int


@dataclass(frozen=True, slots=True)
class ImageReport:
    """Pictures as their headers say."""

    computed_on: ComputedOn
    width: Numbers
    height: Numbers
    aspect_ratio: Numbers
    aspect_ratio_without_squares: Numbers
    squares: int
    pixels: Numbers
    file_bytes: Numbers
    formats: Counts
    modes: Counts


@dataclass(frozen=True, slots=True)
class DominantColour:
    """A colour, `#RRGGBB`, its English name and the share of the pixels near it, 0 to 1."""

    hex: str
    name: str
    share: float


@dataclass(frozen=True, slots=True)
class ColourReport:
    """Content of a sample of the pictures.

    Attributes:
        half_width_percent: half of the 95 % interval of the black-and-white share.
    """

    computed_on: ComputedOn
    black_and_white: int
    colourful: int
    half_width_percent: float | None
    dominant: tuple[DominantColour, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with rows.

    Attributes:
        examples: indexes of some of them.
        reasons: in the service's words, where there are several.
        computed_on: None where it is the whole part's.
    """

    rows: int = 0
    examples: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    computed_on: ComputedOn | None = None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows that are alike.

    Attributes:
        rows: how many would go if one of each group stayed.
        examples: indexes of the rows of some groups.
    """

    groups: int = 0
    rows: int = 0
    examples: tuple[tuple[int, ...], ...] = ()
    computed_on: ComputedOn | None = None


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What is wrong with a data set; issues by name in the API's order."""

    computed_on: ComputedOn
    issues: tuple[tuple[str, Issue], ...]
    exact: Duplicates
    near: Duplicates
    texts: Duplicates
    repeated_texts: Counts


@dataclass(frozen=True, slots=True)
class Report:
    """The analysis of one data set.

    Attributes:
        fingerprint: of the content that it was computed from.
        seconds: how long that took, None where it is not said.
    """

    name: str
    rows: int
    fingerprint: str
    seconds: float | None
    text: TextReport
    images: ImageReport
    colours: ColourReport
    quality: QualityReport
