"""What pages show of a data set: its table, a row, a row's picture; read in a confined child.

The files are strangers', and Arrow and Pillow are large: `ConfinedRows` asks a kept child with
bounded memory and time, and `LocalRows` is what that child runs.
"""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from PIL import ImageOps

from backend.datasets.headers import Format, Header, Mode, header_of
from backend.datasets.parquet import Dataset, Row
from backend.domain.errors import (
    DatasetNotFound,
    DatasetSchemaMismatch,
    DatasetUnreadable,
    InvalidRequest,
    LogoError,
    StageFailed,
    StoreUnavailable,
    UnreadableImage,
    from_record,
)
from backend.utils.decoding import check_pixels, fitted, opened, plain_mode
from backend.utils.kept_child import (
    Answer,
    ChildDied,
    ChildLate,
    ChildrenBusy,
    KeptChildren,
    answer_questions,
)

MEMORY_MB = 640
_KEPT_MB = 224
_CHILDREN = 2
# A data set of a thousand shards on a slow disk; a row behind gigabytes of its group.
_TABLE_SECONDS, _ROW_SECONDS = 60.0, 20.0
_TEXT_CHARACTERS = 2_000
_SHOWN_PX = 512
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_REMEMBERED = 64
_BUG = "The data set cannot be looked into through a fault of ours; the log says more."
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DataFiles:
    """The files of a data set in one state.

    Attributes:
        stamp: changes with the files.
        name: of the data set.
    """

    stamp: str
    paths: Sequence[Path]
    name: str


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the footers tell. See `Dataset`."""

    rows: int
    columns: Sequence[tuple[str, str]]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class TableFault:
    """Why files are no data set. `is_passing`: it tells of this moment, not of the files."""

    error: LogoError
    is_passing: bool


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row to look at; `header` is the picture's, None when there is no picture."""

    index: int
    rows: int
    text: str | None
    is_text_cut: bool
    header: Header | None
    image_bytes: int
    problem: str | None


class RowReader(Protocol):
    """Looks into data sets; safe for several threads."""

    def table(self, files: DataFiles) -> TableFacts | TableFault:
        """What the footers tell. Raises DatasetNotFound: a file has gone."""

    def row(self, files: DataFiles, index: int) -> RowFacts:
        """A row of a sound table; what is wrong with it is told. Raises InvalidRequest."""

    def picture(self, files: DataFiles, index: int) -> bytes:
        """A row's picture as PNG of at most 512 px. Raises NotFound, UnreadableImage."""


class LocalRows:
    """Reads in this process."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Dataset] = OrderedDict()

    def table(self, files: DataFiles) -> TableFacts | TableFault:
        """See `RowReader`."""
        try:
            found = self._dataset(files)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise _gone() from error
            why = f"{files.name} cannot be read: {error.strerror or error}."
            return TableFault(DatasetUnreadable(why), is_passing=True)
        except (DatasetSchemaMismatch, DatasetUnreadable) as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise _gone() from error
            # Kept without the frames it came through, and what those hold.
            kept = type(error)(error.detail, fields=error.fields)
            return TableFault(kept, _may_pass(error))
        return TableFacts(found.rows, tuple(found.columns), found.fingerprint)

    def row(self, files: DataFiles, index: int) -> RowFacts:
        """See `RowReader`."""
        table = self._dataset(files)
        if not 0 <= index < table.rows:
            why = f"must be 0 to {table.rows - 1}" if table.rows else "there is no row"
            raise InvalidRequest("there is no such row", fields=[("index", why)])
        try:
            row = table.row(index)
        except DatasetUnreadable as error:
            return RowFacts(index, table.rows, None, False, None, 0, error.detail)
        return _facts_of(index, table.rows, row)

    def picture(self, files: DataFiles, index: int) -> bytes:
        """See `RowReader`."""
        row = self._dataset(files).row(index)
        if not row.image:
            raise UnreadableImage(f"There is no picture to show: {row.problem or 'it is empty'}.")
        # The first one of an animation.
        with opened(row.image, _FORMATS) as image:
            check_pixels(image)
            image.load()
            plain = plain_mode(ImageOps.exif_transpose(image))
        stream = BytesIO()
        shown = fitted(plain, _SHOWN_PX) if max(plain.size) > _SHOWN_PX else plain
        shown.save(stream, "PNG", compress_level=3)
        return stream.getvalue()

    def _dataset(self, files: DataFiles) -> Dataset:
        known = self._known.get(files.stamp)
        if known is None:
            known = self._known[files.stamp] = Dataset(files.paths, files.name)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known


class ConfinedRows:
    """Asks children that are kept, and replaced when they die."""

    def __init__(self) -> None:
        """Starts nothing yet."""
        self._children = KeptChildren("backend.datasets.rows", count=_CHILDREN)

    def table(self, files: DataFiles) -> TableFacts | TableFault:
        """See `RowReader`."""
        try:
            head, _ = self._answer("table", files, 0, _TABLE_SECONDS)
        except DatasetUnreadable as error:
            return TableFault(error, is_passing=False)
        if "fault" in head:
            return TableFault(from_record(head["fault"]), head["is_passing"])
        columns = [(name, kind) for name, kind in head["columns"]]
        return TableFacts(head["rows"], columns, head["fingerprint"])

    def row(self, files: DataFiles, index: int) -> RowFacts:
        """See `RowReader`."""
        try:
            head, _ = self._answer("row", files, index, _ROW_SECONDS)
        except DatasetUnreadable as error:
            # Whether there are rows is known from the table: the row is at fault.
            return RowFacts(index, 0, None, False, None, 0, error.detail)
        found = head["row"]
        header = found["header"]
        if header is not None:
            header = Header(
                Format(header["format"]), Mode(header["mode"]), header["width"], header["height"],
                header["is_truncated"],
            )  # fmt: skip
        return RowFacts(**{**found, "header": header})

    def picture(self, files: DataFiles, index: int) -> bytes:
        """See `RowReader`."""
        try:
            return self._answer("picture", files, index, _ROW_SECONDS)[1]
        except DatasetUnreadable as error:
            raise UnreadableImage(f"There is no picture to show: {error.detail}") from error

    def close(self) -> None:
        """Ends the children."""
        self._children.close()

    def _answer(self, what: str, files: DataFiles, index: int, seconds: float) -> Answer:
        question = {
            "what": what, "stamp": files.stamp, "name": files.name, "index": index,
            "paths": [str(path.absolute()) for path in files.paths],
        }  # fmt: skip
        try:
            try:
                head, body = self._children.ask(question, seconds)
            except ChildDied:
                # The system may have wanted the memory of a child that did nothing wrong.
                head, body = self._children.ask(question, seconds)
        except ChildDied as error:
            raise DatasetUnreadable(
                f"{files.name} cannot be read: it needs more memory than {MEMORY_MB} MB, or brings "
                "the reader down. Write it again with smaller row groups and cells."
            ) from error
        except ChildLate as error:
            raise DatasetUnreadable(
                f"{files.name} cannot be read within {seconds:.0f} seconds. Write it again with "
                "smaller row groups."
            ) from error
        except ChildrenBusy as error:
            raise StoreUnavailable(
                "Too many data sets are being looked into; try again in a moment."
            ) from error
        if "internal" in head:
            _LOG.error("reading a data set failed unexpectedly\n%s", head["internal"])
            raise StageFailed(_BUG)
        if "error" in head:
            raise from_record(head["error"])
        return head, body


def _facts_of(index: int, rows: int, row: Row) -> RowFacts:
    text = row.text
    is_cut = row.text_cut or (text is not None and len(text) > _TEXT_CHARACTERS)
    header = header_of(row.image) if row.image else None
    faults = [row.problem] if row.problem else []
    if header is not None and header.format is Format.NOT_AN_IMAGE:
        faults.append("what stands in `image` is not a picture")
        header = None
    elif header is not None and header.is_truncated:
        faults.append("the picture is cut short")
    return RowFacts(
        index=index,
        rows=rows,
        text=None if text is None else text[:_TEXT_CHARACTERS],
        is_text_cut=is_cut,
        header=header,
        image_bytes=len(row.image or b""),
        problem="; ".join(faults) or None,
    )


def _gone() -> DatasetNotFound:
    return DatasetNotFound("The files of this data set have gone meanwhile.")


def _may_pass(error: LogoError) -> bool:
    """Whether a failure tells of this moment (permissions, open files, memory), not of the file.

    Arrow raises an OSError for a file that is broken, too, but one without a number.
    """
    cause = error.__cause__
    if isinstance(cause, OSError):
        return cause.errno is not None
    return isinstance(cause, MemoryError)


def _answered(rows: LocalRows, question: Mapping[str, Any]) -> Answer:
    """One answer of the child; want of memory ends it, and the parent says what that means."""
    paths = [Path(path) for path in question["paths"]]
    files = DataFiles(question["stamp"], paths, question["name"])
    try:
        match question["what"]:
            case "table":
                found = rows.table(files)
                if isinstance(found, TableFacts):
                    return asdict(found), b""
                return {"fault": found.error.to_record(), "is_passing": found.is_passing}, b""
            case "row":
                return {"row": asdict(rows.row(files, question["index"]))}, b""
            case _:
                return {}, rows.picture(files, question["index"])
    except LogoError as error:
        return {"error": error.to_record()}, b""
    except (MemoryError, OSError) as error:
        if isinstance(error, MemoryError) or error.errno == errno.ENOMEM:
            sys.exit(1)
        return {"internal": traceback.format_exc()}, b""
    except Exception:  # noqa: BLE001 (nobody above it sees what this process raises)
        return {"internal": traceback.format_exc()}, b""


def main() -> None:
    """The child."""
    rows = LocalRows()
    answer_questions(
        lambda question: _answered(rows, question), memory_mb=MEMORY_MB, kept_mb=_KEPT_MB
    )


if __name__ == "__main__":
    main()
