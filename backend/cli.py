"""Composition root of `python -m backend ...`: chain, weights and training from a shell."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from backend.cli_eda import eda
from backend.cli_logs import log_to_files, logs_app
from backend.domain.errors import LogoError
from backend.domain.generation import LIMITS, SourceName, Speed
from backend.settings import settings_or_exit

if TYPE_CHECKING:
    from backend.models.catalog import Catalog
    from backend.models.registry import ModelHouse

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Text in, logo out.")
weights_app = typer.Typer(
    no_args_is_help=True, help="Model files: what is there, is it whole, fetch the rest."
)
glyphs_app = typer.Typer(
    no_args_is_help=True, help="The glyph library that drafts are composed of."
)
corpus_app = typer.Typer(no_args_is_help=True, help="The training corpus.")
train_app = typer.Typer(
    no_args_is_help=True, help="Train the embedded models; every run can be stopped and resumed."
)
app.add_typer(weights_app, name="weights")
app.add_typer(glyphs_app, name="glyphs")
app.add_typer(corpus_app, name="corpus")
app.add_typer(train_app, name="train")
app.add_typer(logs_app, name="logs")
app.command()(eda)

console = Console(stderr=True)
Threads = Annotated[
    int | None, typer.Option(min=1, help="CPU threads; two trainings share two cores best at 1.")
]
Minutes = Annotated[float | None, typer.Option(help="Stop after this long; the next call goes on.")]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="What differs from the defaults, such as steps=300."),
]
Show = Annotated[bool, typer.Option("--show", help="Print the configuration and stop.")]
Experiment = TypeVar("Experiment")


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
        int | None, typer.Option(min=10, max=100, help="Denoising steps; wins over --speed.")
    ] = None,
    speed: Annotated[Speed, typer.Option(help="Denoising steps in words.")] = Speed.BALANCED,
    guidance: Annotated[float, typer.Option(min=1, max=20)] = LIMITS.guidance.default,
    size: Annotated[int, typer.Option(help="256, 512 or 1024 pixels.")] = LIMITS.size_px,
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("output/cli"),
) -> None:
    """Draws logos without any server and writes PNGs, SVGs and a contact sheet."""
    from backend.domain.brief import Colour
    from backend.domain.generation import STEPS_BY_SPEED, LogoRequest, RestyleParams
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
                steps=steps or STEPS_BY_SPEED[speed],
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
def evaluate(
    profile: Annotated[str, typer.Argument(help="embedded or sd15: whose restyling.")] = "embedded",
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

    if profile not in ("embedded", "sd15"):
        _fail(f"there is no profile {profile!r}; evaluate embedded or sd15")
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
        state = "present" if not missing else f"missing {len(missing)} of {len(entry.files)} files"
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
    """Fetches a model's files; an interrupted download goes on where it stopped."""
    from backend.models.weights import pull, verify

    catalog = _catalog()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with _friendly(), Progress(*columns, console=console) as bar:
        entry = catalog.entry(name)
        pull(catalog, entry, _reporter(bar))
        damaged = [finding.path for finding in verify(catalog, entry) if finding.verdict != "ok"]
        if damaged:
            raise LogoError(f"{damaged[0]} is still not right; run the same command again")
    print(f"{name} is complete")


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


@train_app.command("cgan")
def train_cgan(
    words: Words = None, minutes: Minutes = None, threads: Threads = None, show: Show = False
) -> None:
    """Trains the layer codec and the conditional GAN.

    Games: loss=relativistic, bce, wasserstein, wgan-gp or hinge.
    """
    with _friendly():
        from backend.training.cgan.config import CganExperiment
        from backend.training.cgan.run import CganFolders, train

        paths = settings_or_exit().paths
        folders = CganFolders(
            library=paths.weights / "glyphs",
            run=paths.data / "runs" / "cgan",
            weights=paths.weights / "cgan",
            matcher=paths.weights / "matcher" / "ranking.safetensors",
            text_encoder=paths.weights / "sd-embedded",
        )
        experiment = _experiment("cgan", CganExperiment, words, minutes, show)
        _train(threads, lambda report: train(folders, experiment, report))


@train_app.command("diffusion")
def train_diffusion(
    words: Words = None, minutes: Minutes = None, threads: Threads = None, show: Show = False
) -> None:
    """Trains the autoencoder (vae.KEY) and the denoiser (unet.KEY) of the embedded pipeline."""
    with _friendly():
        from backend.training.diffusion.config import DiffusionExperiment
        from backend.training.diffusion.run import DiffusionFolders, train

        paths = settings_or_exit().paths
        folders = DiffusionFolders(
            paths.data / "corpus", paths.data / "runs" / "diffusion", paths.weights / "sd-embedded"
        )
        experiment = _experiment("diffusion", DiffusionExperiment, words, minutes, show)
        _train(threads, lambda report: train(folders, experiment, report))


@train_app.command("matcher")
def train_matcher(
    words: Words = None, minutes: Minutes = None, threads: Threads = None, show: Show = False
) -> None:
    """Trains a matcher of pictures and phrases: which=ranking or which=evaluation."""
    with _friendly():
        from backend.models.text import TextEncoder
        from backend.training.matcher.config import MatcherExperiment
        from backend.training.matcher.run import MatcherFolders, train

        paths = settings_or_exit().paths
        folders = MatcherFolders(
            paths.weights / "glyphs", paths.data / "runs" / "matcher", paths.weights / "matcher"
        )
        experiment = _experiment("matcher", MatcherExperiment, words, minutes, show)
        encoder = TextEncoder.load(paths.weights / "sd-embedded")
        _train(threads, lambda report: train(folders, experiment, encoder, report))


@train_app.command("smoke")
def train_smoke(
    seconds: Annotated[float, typer.Option(min=4, help="For each trainer.")] = 60,
    only: Annotated[
        list[str] | None, typer.Option(help="A trainer's name; repeat for more.")
    ] = None,
) -> None:
    """Runs, stops and resumes every trainer at toy size; compares with a run never stopped."""
    with _friendly():
        from backend.training.smoke import run_smoke

        passed = run_smoke(settings_or_exit().paths.weights, seconds, only or (), print)
    if not passed:
        raise typer.Exit(1)


def _catalog() -> Catalog:
    from backend.models.catalog import Catalog

    with _friendly():
        return Catalog.load(settings_or_exit().paths.weights)


def _models(profile: str | None = None) -> ModelHouse:
    from backend.models.devices import detect_compute
    from backend.models.registry import ModelHouse, pipeline_for

    settings, catalog = settings_or_exit(), _catalog()
    with _friendly():
        compute = detect_compute(settings.device)
    pipeline = pipeline_for(profile or settings.profile, catalog, has_gpu=compute.is_cuda)
    return ModelHouse(catalog, settings.paths.lora, compute, pipeline, settings.upscaler)


def _experiment(
    name: str,
    schema: type[Experiment],
    words: list[str] | None,
    minutes: float | None,
    show: bool,
) -> Experiment:
    """The training that KEY=VALUE words ask for; with `show` it is printed and that is all."""
    from backend.training.configuration import compose_experiment, to_yaml

    budget = [] if minutes is None else [f"budget_seconds={minutes * 60}"]
    experiment = compose_experiment(name, schema, [*(words or ()), *budget])
    if show:
        print(to_yaml(experiment), end="")
        raise typer.Exit
    return experiment


def _train(threads: int | None, train: Callable[[Callable[[str, int, int], None]], bool]) -> None:
    """Runs a training; of several processes only the first one reports."""
    import torch

    from backend.training.machine import is_main_process

    if threads is not None:
        torch.set_num_threads(threads)
    if not is_main_process():
        train(lambda *_: None)
        return
    log_to_files(settings_or_exit(), "train")
    with _progress() as bar:
        finished = train(_reporter(bar))
    print(
        "finished; now run: python -m backend weights seal"
        if finished
        else "stopped early; the same command goes on"
    )


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description:10}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        yield bar
        for task in bar.tasks:
            bar.update(task.id, completed=task.total)


def _reporter(bar: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}

    def report(label: str, done: int, total: int) -> None:
        if label not in tasks:
            # A stage tells what it begins; the next one tells that it has ended.
            for earlier in tasks.values():
                bar.update(earlier, completed=bar.tasks[earlier].total)
            tasks[label] = bar.add_task(label, total=total)
        bar.update(tasks[label], completed=done, total=total)

    return report


@contextmanager
def _friendly() -> Iterator[None]:
    """Expected failures end as one sentence and exit code 1, not as a traceback."""
    try:
        yield
    except LogoError as error:
        _fail(error.detail)
    except ValueError as error:
        _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    console.print(f"error: {sentence}", style="red")
    sys.exit(1)
