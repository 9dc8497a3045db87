"""The log of a run and the table made of it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from backend.training.history import (
    HISTORY_FILE,
    append_history,
    forget_after,
    read_history,
    write_table,
)


def test_history_refuses_nan(tmp_path: Path) -> None:
    append_history(tmp_path, {"step": 1, "loss": 0.5})
    with pytest.raises(ValueError, match="not JSON compliant"):
        append_history(tmp_path, {"step": 2, "loss": float("nan")})
    assert (tmp_path / HISTORY_FILE).read_text() == '{"step": 1, "loss": 0.5}\n'


def test_steps_past_the_checkpoint_and_half_lines_are_forgotten(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        append_history(tmp_path, {"step": step})
    with (tmp_path / HISTORY_FILE).open("a") as stream:
        stream.write('{"step": 4, "lo')
    forget_after(tmp_path, 2)
    append_history(tmp_path, {"step": 3})
    assert [record["step"] for record in read_history(tmp_path)] == [1, 2, 3]


def test_the_table_names_the_network_and_leaves_missing_metrics_empty(tmp_path: Path) -> None:
    first, second = tmp_path / "vae", tmp_path / "unet"
    head = {"epoch": 1, "step": 50, "seconds": 2.5, "images": 100}
    append_history(first, {**head, "loss": 1})
    append_history(second, {**head, "hits": 0.5})
    write_table(tmp_path / "history.parquet", [first, second, tmp_path / "absent"])
    table = pq.read_table(tmp_path / "history.parquet")
    assert table.to_pylist() == [
        {"network": "vae", **head, "loss": 1.0, "hits": None},
        {"network": "unet", **head, "loss": None, "hits": 0.5},
    ]
    assert str(table.schema.field("step").type) == "int64"
    assert str(table.schema.field("loss").type) == "double"


def test_a_run_without_an_epoch_has_an_empty_table(tmp_path: Path) -> None:
    write_table(tmp_path / "history.parquet", [tmp_path / "gan"])
    table = pq.read_table(tmp_path / "history.parquet")
    assert table.num_rows == 0
    assert table.column_names == ["network", "epoch", "step", "seconds", "images"]
