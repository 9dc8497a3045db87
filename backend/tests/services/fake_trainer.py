"""Speaks the protocol of `python -m backend.training.lora` without a network.

`train RUN --weights W --lora L` counts its steps: 0.02 s each, or as RUN/pace says. It keeps the
number in RUN/checkpoint.json when it is asked to stop and every ten steps, and resumes from there.
RUN/trace collects "start PID STEP" and "end PID STEP". Files in RUN change what it does: `hang`
ignores every wish to stop, `crash` ends it in the middle, `fail` ends it with an error by name.

`inspect SET --weights W` takes every picture in SET/uploads as it is; SET/hold makes it wait,
SET/fail makes it fail.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from backend.domain.errors import OutOfMemory, UnreadableImage
from backend.utils.files import write_bytes, write_json

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
stop = threading.Event()


def say(**values: Any) -> None:
    # A parent that has died hears nothing more; what was learnt is saved all the same.
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(values).encode() + b"\n")


def watch_parent() -> None:
    sys.stdin.buffer.read()
    stop.set()


def train(run: Path, lora: Path) -> dict[str, Any]:
    order = json.loads((run / "order.json").read_text())
    total = int(order["overrides"].get("steps", 50))
    pictures = sorted((Path(order["set"]) / "pictures").iterdir())
    kept = run / "checkpoint.json"
    step = int(json.loads(kept.read_text())["step"]) if kept.exists() else 0
    trace(run, "start", step)
    pace = float((run / "pace").read_text()) if (run / "pace").exists() else 0.02
    say(progress={"phase": "load", "step": 0, "total": 1, "eta_seconds": None})
    os.write(1, b"a library that prints\n[1]\n")
    while step < total:
        if stop.is_set() and not (run / "hang").exists():
            write_json(kept, {"step": step})
            trace(run, "end", step)
            return {"stopped": True}
        if (run / "fail").exists():
            (run / "fail").unlink()
            raise OutOfMemory("The device ran out of memory.")
        if (run / "crash").exists():
            (run / "crash").unlink()
            os.kill(os.getpid(), signal.SIGSEGV)
        time.sleep(pace)
        step += 1
        with (run / "history.jsonl").open("a") as stream:
            record = {"step": step, "seconds": step * pace, "loss": 1 / step, "note": "x"}
            stream.write(json.dumps(record) + "\n")
        left = (total - step) * pace
        say(progress={"phase": "train", "step": step, "total": total, "eta_seconds": left})
        if step % 10 == 0:
            write_json(kept, {"step": step})
            write_bytes(run / f"samples-{step:06d}.png", b"\x89PNG " + str(step).encode())
            say(metrics={"loss": 1 / step, "nonsense": "x"})
    adapter = f"an adapter of {len(pictures)} pictures, {total} steps".encode()
    lora.mkdir(parents=True, exist_ok=True)
    write_bytes(lora / f"{order['name']}.safetensors", adapter)
    result = {"adapter": order["name"], "metrics": {"loss": 1 / step}, "seconds": step * pace}
    result["note"] = f"From step {step} on, nothing is new."
    write_json(run / "result.json", result)
    trace(run, "end", step)
    return {}


def trace(run: Path, what: str, step: int) -> None:
    with (run / "trace").open("a") as stream:
        stream.write(f"{what} {os.getpid()} {step} {os.nice(0)} {session_nice()}\n")


def session_nice() -> str:
    """What Linux weighs the whole session by: "/autogroup-7 nice 10"; "" where it does not."""
    try:
        return Path("/proc/self/autogroup").read_text().rpartition(" ")[2].strip()
    except OSError:
        return ""


def inspect(folder: Path) -> dict[str, Any]:
    while (folder / "hold").exists():
        if stop.is_set():
            return {"stopped": True}
        time.sleep(0.01)
    if (folder / "fail").exists():
        raise UnreadableImage("Nothing of this can be read.")
    uploads = sorted((folder / "uploads").iterdir())
    pictures, refused = [], []
    for name in ("pictures", "thumbs"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir()
    for number, path in enumerate(uploads):
        say(progress={"phase": "pictures", "step": number, "total": len(uploads)})
        if path.suffix not in PICTURES:
            refused.append({"source": path.name, "reason": "it is no picture"})
            continue
        shutil.copyfile(path, folder / "pictures" / path.name)
        (folder / "thumbs" / f"{path.name}.webp").write_bytes(b"RIFF of " + path.name.encode())
        pictures.append(
            {
                "file": path.name, "source": path.name, "width": 64, "height": 48,
                "caption": f"a picture of {path.stem}", "caption_from": "proposed",
                "sharpness": 0.5, "problems": [], "duplicate_of": None,
            }
        )  # fmt: skip
    few = {"code": "too-few", "level": "error", "files": [], "detail": "Send three pictures."}
    write_json(
        folder / "inspection.json",
        {
            "version": 1,
            "pictures": pictures,
            "findings": [few] if len(pictures) < 3 else [],
            "is_ready": len(pictures) >= 3,
            "refused": refused,
        },
    )
    return {}


def main(command: str, folder: Path, options: dict[str, str]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=watch_parent, daemon=True).start()
    try:
        is_training = command == "train"
        outcome = train(folder, Path(options["--lora"])) if is_training else inspect(folder)
    except (OutOfMemory, UnreadableImage) as error:
        outcome = error.to_record()
    say(outcome=outcome)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), dict(zip(sys.argv[3::2], sys.argv[4::2], strict=True)))
