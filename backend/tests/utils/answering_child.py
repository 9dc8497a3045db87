"""A child for tests: does what it is asked to."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from typing import Any

from backend.utils.kept_child import Answer, answer_questions


def answered(question: Mapping[str, Any]) -> Answer:
    """Says its number, dies, hangs, takes memory or prints."""
    match question["do"]:
        case "die":
            os._exit(3)
        case "hang":
            threading.Event().wait()
        case "fill":
            return {"filled": len(bytearray(question["mb"] * 2**20))}, b""
        case "print":
            print('{"bytes": 7}', flush=True)  # noqa: T201
            sys.stdout.write("more")
    return {"pid": os.getpid()}, bytes(question.get("bytes", 0))


if __name__ == "__main__":
    answer_questions(answered, memory_mb=128, kept_mb=96)
