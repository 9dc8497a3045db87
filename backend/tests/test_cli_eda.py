from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from backend.cli import app
from backend.settings import ROOT
from backend.tests.api.support import PATIENCE_SECONDS
from backend.tests.datasets.tables import SAMPLE, picture, write


def test_a_summary_is_printed_and_the_report_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "report.json"
    done = CliRunner().invoke(app, ["eda", str(SAMPLE), "--out", str(out)])
    assert done.exit_code == 0, done.output
    report = json.loads(out.read_text())
    assert report["dataset"]["rows"] == 2_000
    for words in (
        "2,000 rows",
        "characters",
        "same caption as an earlier row",
        "pairs: flat vector",
        "PNG 2,000",
        "computed on 2,000 of 2,000 rows",
    ):
        assert words in done.output
    assert str(out) in done.output.splitlines()[-1]


def test_markup_in_a_caption_is_shown_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [picture()] * 2, ["[red]fox[/red] [/b]"] * 2)
    done = CliRunner().invoke(app, ["eda", str(path)])
    assert done.exit_code == 0, done.output
    assert "[red]fox" in done.output


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is empty"), (b"PAR1PAR1", "is truncated"), (b"x" * 50, "is not a parquet file")],
)
def test_a_bad_file_ends_with_one_sentence(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    done = CliRunner().invoke(app, ["eda", str(path), "--out", str(tmp_path / "r.json")])
    assert done.exit_code == 1
    assert why in done.output.replace("\n", " ")
    assert "Traceback" not in done.output
    assert not (tmp_path / "r.json").exists()


def test_wrong_columns_and_a_missing_file_are_sentences(tmp_path: Path) -> None:
    pq.write_table(pa.table({"picture": [1]}), tmp_path / "a.parquet")
    for path, why in ((tmp_path / "a.parquet", "`image` is missing"), (tmp_path / "b", "No such")):
        done = CliRunner().invoke(app, ["eda", str(path)])
        assert done.exit_code == 1
        assert why in done.output.replace("\n", " ")


def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path) -> None:
    for shard in range(40):
        path = tmp_path / "data" / f"{shard}.parquet"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(SAMPLE.read_bytes())
    out = tmp_path / "report.json"
    command = [sys.executable, "-m", "backend", "eda", str(tmp_path / "data"), "--out", str(out)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # Tests that a shell runs in the background inherit that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().strip():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130, told
    assert b"nothing was written" in told
    assert b"Traceback" not in told
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
