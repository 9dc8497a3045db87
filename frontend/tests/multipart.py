"""Reading an upload as the stub API gets it."""

from __future__ import annotations

import re

_DISPOSITION = re.compile(rb'name="([^"]*)"(?:; filename="([^"]*)")?')


def parts(body: bytes) -> list[tuple[str, str, bytes]]:
    """(field, file name, content) of each part; the file name is "" for a plain field."""
    boundary = body.partition(b"\r\n")[0]
    found = []
    for part in body.split(boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        if told := _DISPOSITION.search(head):
            field, name = told.group(1), told.group(2) or b""
            found.append((field.decode(), name.decode(), content[:-2]))
    return found
