"""`python -m backend eda`: the data-set analysis in a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from backend.datasets.confined import MEMORY_MB, analyse_confined
from backend.domain.errors import LogoError
from backend.utils.files import write_json

_SHOWN_WORDS = 12
_SHOWN_COLOURS = 8
_NUMBERS = (
    ("characters", "text", "characters"),
    ("words", "text", "words"),
    ("epithets", "text", "epithets"),
    ("width, px", "images", "width"),
    ("height, px", "images", "height"),
    ("width / height", "images", "aspect_ratio"),
    ("... no squares", "images", "aspect_ratio_without_squares"),
    ("file bytes", "images", "file_bytes"),
)
_ISSUES = (
    ("text is missing", "missing_text"),
    ("image is missing", "missing_image"),
    ("not an image", "not_an_image"),
    ("cut off before its end", "truncated_image"),
    ("cannot be decoded", "undecodable"),
    ("too many pixels to decode", "huge_image"),
    ("row cannot be read", "unreadable_rows"),
    ("same file as an earlier row", "exact_duplicates"),
    ("same caption as an earlier row", "duplicate_texts"),
    ("nearly the same picture", "near_duplicates"),
)


def eda(
    source: Annotated[Path, typer.Argument(help="A parquet file, or a folder of shards.")],
    out: Annotated[Path | None, typer.Option(help="Where to write the report as JSON.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Threads.")] = 2,
    memory: Annotated[
        int, typer.Option(min=256, help="The most memory that it may use, in MB.")
    ] = MEMORY_MB,
) -> None:
    """Analyses a data set of logos: captions, pictures, colours, and what is wrong with it."""
    console = Console(stderr=True)
    try:
        report = _with_progress(console, source, workers, memory)
        if out is not None:
            write_json(out, report)
    except LogoError as error:
        console.print(f"error: {error.detail}", style="red", markup=False)
        sys.exit(1)
    except OSError as error:
        console.print(f"error: {out}: {error.strerror or error}", style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("stopped; nothing was written")
        sys.exit(130)
    _print_summary(Console(), report)
    if out is not None:
        print(out)


def _with_progress(console: Console, source: Path, workers: int, memory: int) -> dict[str, Any]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("analysis", total=1)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return analyse_confined(source, report=report, workers=workers, memory_mb=memory, nice=0)


def _print_summary(console: Console, report: dict[str, Any]) -> None:
    facts, computed = report["dataset"], report["computed"]
    console.print(
        f"{escape(facts['name'])}: {facts['rows']:,} rows in {facts['files']} file(s), "
        f"{facts['bytes'] / 1e6:,.1f} MB, {facts['row_groups']} row groups; "
        f"analysed in {computed['seconds']:.2f} s",
        highlight=False,
    )
    console.print(_numbers_table(report))
    console.print(_issues_table(report["quality"]))
    text, images, colours = report["text"], report["images"], report["colours"]
    sampled = colours["computed_on"]
    lines = (
        ("words", _listed(text["top_words"])),
        ("pairs", _listed(text["top_pairs"])),
        ("epithets", _listed(text["top_epithets"])),
        ("formats", _listed(images["formats"])),
        ("modes", _listed(images["modes"])),
        ("colours", _colours(colours)),
    )
    for label, line in lines:
        console.print(f"{label}: {escape(line)}", highlight=False)
    console.print(
        f"colours, near duplicates and decoding: computed on {sampled['rows']:,} of "
        f"{sampled['of']:,} rows; everything else on all that could be read",
        highlight=False,
    )


def _numbers_table(report: dict[str, Any]) -> Table:
    table = Table("", *("min", "q1", "median", "q3", "max", "mean", "outliers"), box=SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    for label, section, name in _NUMBERS:
        numbers = report[section][name]
        keys = ("min", "q1", "median", "q3", "max", "mean")
        cells = [_figure(numbers[key]) for key in keys]
        table.add_row(label, *cells, f"{numbers['outliers']:,}")
    return table


def _issues_table(quality: dict[str, Any]) -> Table:
    table = Table("what is wrong", "rows", "computed on", "for example", box=SIMPLE)
    table.columns[1].justify = table.columns[2].justify = "right"
    for label, name in _ISSUES:
        issue = quality[name]
        base = issue.get("computed_on", quality["computed_on"])
        examples = "; ".join(escape(_example(found)) for found in issue["examples"][:3])
        table.add_row(label, f"{issue['rows']:,}", f"{base['rows']:,}", examples)
    return table


def _example(found: Any) -> str:
    if not isinstance(found, list):
        return f"row {found}"
    if isinstance(found[0], str):
        return f"{found[0][:40]} ({found[1]} times)"
    return f"rows {found[0]} and {found[1]}"


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1_000 or isinstance(value, int) else f"{value:.4g}"


def _listed(pairs: list[list[Any]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in pairs[:_SHOWN_WORDS]) or "none"


def _colours(colours: dict[str, Any]) -> str:
    dominant = ", ".join(
        f"{found['name']} {found['hex']} {found['share']:.1%}"
        for found in colours["dominant"][:_SHOWN_COLOURS]
    )
    total = colours["computed_on"]["rows"]
    if not total:
        return "none"
    grey = colours["black_and_white"] / total
    half = colours["half_width_percent"]
    spread = f" ± {half:.1f} %" if half else ""
    return f"{dominant}; black and white {100 * grey:.1f} %{spread}"
