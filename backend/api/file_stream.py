"""A large file out of a multipart form, written where it is to stay instead of through /tmp."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from backend.domain.errors import InvalidRequest
from backend.storage.disk_errors import disk_errors

FIELD = "file"
_FIELD_BYTES = 1_024
_MAX_FIELDS = 4


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that has arrived.

    Attributes:
        name: what the client calls it; any text.
        fields: the other fields of the form.
    """

    name: str
    fields: dict[str, str]


async def receive_file(request: Request, target: Path, *, folder: str) -> ReceivedFile:
    """Writes the one file of a form, in the field `file`, as it comes in.

    Args:
        target: where to; it is there already and is written over.
        folder: what its folder is called in errors.

    Raises:
        InvalidRequest: there is no file.
        HTTPException: 400, the body is no multipart form or breaks off.
        StorageFull, StoreUnavailable: it cannot be written.
    """
    full = f"There is no room for the file. Free some space on the disk of the {folder}."
    with disk_errors(full=full, folder=folder), target.open("wb") as stream:
        parser = _OneFileParser(request, stream)
        try:
            form = await parser.parse()
        except MultiPartException as error:
            raise HTTPException(400, error.message) from error
        upload = form.get(FIELD)
        if not isinstance(upload, UploadFile):
            why = "send the adapter as a file in this field"
            raise InvalidRequest("there is no file in the form", fields=[(FIELD, why)])
        await upload.close()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return ReceivedFile(upload.filename or "", fields)


class _OneFileParser(MultiPartParser):
    """Starlette's parser, with a place for the file that is not its own."""

    def __init__(self, request: Request, stream: BinaryIO) -> None:
        super().__init__(
            request.headers,
            cast("Any", request.stream()),
            max_files=1,
            max_fields=_MAX_FIELDS,
            max_part_size=_FIELD_BYTES,
        )
        self._stream = stream

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        upload = self._current_part.file
        if upload is not None:
            upload.file.close()
            # Whatever is no plain buffer in memory is written to in a thread.
            upload.file = self._stream
