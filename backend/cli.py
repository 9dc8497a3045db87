"""Composition root of `python -m backend ...`: the chain, its weights and data from a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from backend.cli_brand import fonts, kit, verify
from backend.cli_console import console
from backend.cli_console import fail as _fail
from backend.cli_console import friendly as _friendly
from backend.cli_console import progress as _progress
from backend.cli_console import reporter as _reporter
from backend.cli_eda import eda
from backend.cli_keys import keys_app
from backend.cli_logs import logs_app
from backend.cli_models import catalog as _catalog
from backend.cli_models import models as _models
from backend.cli_train import train_app
from backend.domain.errors import LogoError
from backend.domain.generation import LIMITS, SourceName, Speed
from backend.settings import settings_or_exit

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Text in, logo out.")
weights_app = typer.Typer(
    no_args_is_help=True, help="Model files: what is there, is it whole, fetch the rest."
)
glyphs_app = typer.Typer(
    no_args_is_help=True, help="The glyph library that drafts are composed of."
)
corpus_app = typer.Typer(no_args_is_help=True, help="The training corpus.")
app.add_typer(weights_app, name="weights")
app.add_typer(glyphs_app, name="glyphs")
app.add_typer(corpus_app, name="corpus")
app.add_typer(train_app, name="train")
app.add_typer(logs_app, name="logs")
app.add_typer(keys_app, name="keys")
app.command()(eda)
app.command()(kit)
app.command()(fonts)
app.command()(verify)


@app.command()
def generate(
    description: Annotated[str, typer.Argument(help="What the logo is for, in a sentence.")],
    name: Annotated[str, typer.Option(help="The brand's name.")] = "",
    count: Annotated[int, typer.Option(min=1, max=8, help="How many logos.")] = int(
        LIMITS.count.default
    ),
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same logos.")] = 0,
    palette: Annotated[
        list[str] | None, typer.Option(help="A colour such as #C0392B; repeat for more.")
    ] = None,
    style: Annotated[str, typer.Option(help="Words for the look, such as 'neon'.")] = "",
    avoid: Annotated[str, typer.Option(help="What must not appear.")] = "",
    source: Annotated[SourceName, typer.Option(help="Who draws the drafts.")] = SourceName.AUTO,
    restyle: Annotated[
        bool | None, typer.Option("--restyle/--no-restyle", help="Repaint by diffusion.")
    ] = None,
    strength: Annotated[float, typer.Option(min=0.3, max=0.9)] = LIMITS.strength.default,
    steps: Annotated[
        int | None,
        typer.Option(min=1, max=100, help="Denoising evaluations; wins over --speed."),
    ] = None,
    speed: Annotated[Speed, typer.Option(help="How thoroughly to repaint.")] = Speed.BALANCED,
    guidance: Annotated[float, typer.Option(min=1, max=20)] = LIMITS.guidance.default,
    size: Annotated[int, typer.Option(help="256, 512 or 1024 pixels.")] = LIMITS.size_px,
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("output/cli"),
) -> None:
    """Draws logos without any server and writes PNGs, SVGs and a contact sheet."""
    from backend.domain.brief import Colour
    from backend.domain.generation import LogoRequest, RestyleParams
    from backend.services.local import draw_logos, validated_size

    with _friendly(), _progress() as bar:
        request = LogoRequest(
            description=description,
            name=name,
            palette=tuple(Colour.from_hex(text) for text in palette or ()),
            style=style,
            avoid=avoid,
            count=count,
            seed=seed,
            source=source,
            restyle=restyle,
            restyle_params=RestyleParams(
                strength=strength,
                steps=steps or int(LIMITS.steps.default),
                speed=None if steps else speed,
                guidance=guidance,
                style=style,
                avoid=avoid,
            ),
            size_px=validated_size(size),
        )
        result = draw_logos(request, _models(), out, _reporter(bar))
    for warning in result.warnings:
        console.print(f"note: {warning}")
    for path in result.files:
        print(path)


@app.command()
def sheets(out: Path | None = None) -> None:
    """Draws the README's pictures and the style cards of the forms anew."""
    from backend.services.sheets import draw_sheets, draw_style_cards

    pictures = out or settings_or_exit().paths.data / "pictures"
    cards = out / "styles" if out else Path("frontend/static/styles")
    with _friendly(), _progress() as bar:
        models, report = _models(), _reporter(bar)
        written = [
            *draw_sheets(models, pictures, report),
            *draw_style_cards(models, cards, report),
        ]
    for path in written:
        print(path)


@app.command()
def kits(
    out: Annotated[Path, typer.Option(help="Folder for the kits.")] = Path("output/kits"),
) -> None:
    """Makes brand kits of eight made-up brands, and the README's pictures of them."""
    from backend.services.example_kits import make_example_kits
    from backend.services.workshop import open_workshop

    pictures = settings_or_exit().paths.data / "pictures"
    with _friendly(), _progress() as bar:
        written = make_example_kits(_models(), open_workshop, out, pictures, _reporter(bar))
    for path in written:
        print(path)


@app.command()
def evaluate(
    profile: Annotated[
        str, typer.Argument(help="embedded, sd15 or sdxl: whose restyling.")
    ] = "embedded",
    prompts: Annotated[int, typer.Option(min=16, help="Subjects, half of them held out.")] = 144,
    per_prompt: Annotated[int, typer.Option(min=2, help="Pictures of each subject.")] = 4,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    card: Annotated[
        bool, typer.Option("--card/--no-card", help="Write the model card's table and sheets.")
    ] = True,
) -> None:
    """Measures the models against real drawings and writes the model card's table."""
    from backend.services.evaluation.card import table_of, write_card
    from backend.services.evaluation.run import EvaluationPlan
    from backend.services.evaluation.run import evaluate as measure

    if profile not in ("embedded", "sd15", "sdxl"):
        _fail(f"there is no profile {profile!r}; evaluate embedded, sd15 or sdxl")
    paths = settings_or_exit().paths
    plan = EvaluationPlan(prompts, per_prompt, seed)
    with _friendly(), _progress() as bar:
        done = measure(_models(profile), plan, paths.weights / "metrics", _reporter(bar))
        written = write_card(done, paths.weights, paths.data / "pictures") if card else []
    print(table_of(done))
    for sentence in done.left_out:
        console.print(f"left out: {sentence}")
    for path in written:
        print(path)


@weights_app.command("list")
def weights_list() -> None:
    """Every model of the manifest and whether it is there."""
    catalog = _catalog()
    for entry in catalog.entries:
        missing = catalog.missing(entry)
        absent = {file.path for file in entry.files}.intersection(missing)
        state = f"missing {len(absent)} of {len(entry.files)} files"
        if not absent:
            state = "not pulled to its end" if missing else "present"
        size = f"{entry.total_bytes / 1e6:8.1f} MB"
        print(f"{entry.name:26} {entry.profile:9} {size}  {state:28} {entry.licence}")


@weights_app.command("verify")
def weights_verify(names: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Reads the files and compares them with the manifest; absent optional models are no fault."""
    from backend.models.weights import verify

    catalog = _catalog()
    bad = 0
    with _friendly():
        entries = [catalog.entry(name) for name in names] if names else catalog.entries
        for entry in entries:
            optional = not names and entry.profile != "embedded" and not catalog.is_present(entry)
            for finding in [] if optional else verify(catalog, entry):
                bad += finding.verdict != "ok"
                print(f"{finding.verdict:8} {finding.path}")
    if bad:
        console.print(
            f"{bad} files are not as they should be; run: python -m backend weights pull NAME"
        )
        raise typer.Exit(1)


@weights_app.command("pull")
def weights_pull(name: str) -> None:
    """Fetches a model and what it needs; an interrupted download goes on where it stopped."""
    from backend.models.weights import pull_together
    from backend.storage.disk_errors import disk_errors

    catalog = _catalog()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    full = "the disk is full; free some space and run the same command again, it goes on there"
    with _friendly():
        entries = catalog.together(catalog.entry(name))
        for entry in entries:
            console.print(entry.terms, highlight=False)
        with (
            Progress(*columns, console=console) as bar,
            disk_errors(full=full, folder="weights folder"),
        ):
            pull_together(catalog, entries[0], _reporter(bar))
        unfinished = [entry.name for entry in entries if not catalog.is_present(entry)]
        if unfinished:
            raise LogoError(f"{unfinished[0]} is still not right; run the same command again")
    restart = "; a worker that runs uses it once it is started again"
    print(f"{name} is complete{restart if entries[0].is_served else ''}")


@weights_app.command("seal")
def weights_seal() -> None:
    """Takes sizes and hashes of the repository's own weights anew, after a training."""
    from backend.models.weights import seal

    with _friendly():
        seal(_catalog())


@glyphs_app.command("build")
def glyphs_build() -> None:
    """Builds the library from the pinned icon packages (needs npm and about ten minutes)."""
    from backend.datasets.glyph_build import build_library, save_library

    settings = settings_or_exit()
    with _friendly(), _progress() as bar:
        library = build_library(
            settings.paths.data / "raw" / "npm", _models().text_encoder().sentences, _reporter(bar)
        )
        save_library(library, settings.paths.weights / "glyphs")
    print(f"{len(library)} glyphs of {len(library.packs)} packs")


@corpus_app.command("build")
def corpus_build(
    rows: Annotated[int, typer.Option(min=1)] = 40_000,
    size: Annotated[int, typer.Option(min=32, max=1024)] = 128,
    seed: int = 7,
    out: Path | None = None,
) -> None:
    """Draws the corpus as parquet shards; shards that are there are kept."""
    from backend.datasets.corpus import CorpusConfig, build_corpus

    settings = settings_or_exit()
    with _friendly(), _progress() as bar:
        config = CorpusConfig(rows=rows, size_px=size, seed=seed)
        build_corpus(
            settings.paths.weights / "glyphs",
            config,
            out or settings.paths.data / "corpus",
            _reporter(bar),
        )


@corpus_app.command("sample")
def corpus_sample(
    rows: Annotated[int, typer.Option(min=1)] = 2_000,
    size: Annotated[int, typer.Option(min=32, max=1024)] = 128,
    seed: int = 7,
    out: Path | None = None,
) -> None:
    """Draws the first rows of the corpus into one file, data/sample.parquet."""
    from backend.datasets.corpus import CorpusConfig, write_sample

    paths = settings_or_exit().paths
    target = out or paths.data / "sample.parquet"
    with _friendly():
        config = CorpusConfig(rows=rows, size_px=size, seed=seed)
        write_sample(paths.weights / "glyphs", config, target)
    print(target)
