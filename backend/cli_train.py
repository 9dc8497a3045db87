"""`python -m backend train ...`: every network and adapter, from a shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.markup import escape

from backend.cli_console import console
from backend.cli_console import friendly as _friendly
from backend.cli_console import progress as _progress
from backend.cli_console import reporter as _reporter
from backend.cli_logs import log_to_files
from backend.domain.lora_presets import DEFAULT_BASE, Goal
from backend.settings import settings_or_exit

if TYPE_CHECKING:
    from backend.storage.training_inspection import Inspection
    from backend.training.loop import Lab

train_app = typer.Typer(
    no_args_is_help=True, help="Train models and adapters; every run can be stopped and resumed."
)
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


@train_app.command("lora")
def train_lora(
    place: Annotated[Path, typer.Argument(help="A folder or a zip of 3 to 200 pictures.")],
    words: Words = None,
    name: Annotated[str, typer.Option(help="Of the adapter's file.")] = "",
    goal: Annotated[Goal, typer.Option(help="What is to be learnt.")] = Goal.STYLE,
    base: Annotated[str, typer.Option(help="sd-embedded, sd15 or sdxl.")] = DEFAULT_BASE,
    trigger: Annotated[str, typer.Option(help="A word that calls the adapter.")] = "",
    class_phrase: Annotated[str, typer.Option(help="What the pictures show, such as toy.")] = "",
    title: Annotated[str, typer.Option(help="The adapter's name for people.")] = "",
    licence: Annotated[str, typer.Option(help="Under which others may use it.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Check the pictures and stop.")] = False,
    minutes: Minutes = None,
    threads: Threads = None,
    show: Show = False,
) -> None:
    """Trains an adapter from pictures, with captions.txt, with NAME.txt each or with proposals.

    The same command goes on with a run that was stopped.
    """
    with _friendly():
        import backend.models.quiet  # noqa: F401 - before what imports the libraries it silences
        from backend.domain.errors import InvalidRequest
        from backend.domain.lora_orders import LoraOrder
        from backend.training.loop import Lab
        from backend.training.lora.config import LoraExperiment, recipe_for, with_words
        from backend.training.lora.run import LoraFolders, train_adapter
        from backend.training.lora.shell import inspect_once, refuse_foreign
        from backend.training.machine import best_precision, training_device

        paths = settings_or_exit().paths
        run = paths.data / "runs" / "lora" / (name or place.stem)
        order = LoraOrder.from_json(
            {
                "name": name or place.stem,
                "goal": str(goal),
                "base": base,
                "set": str(run / "set"),
                "trigger": trigger,
                "class_phrase": class_phrase,
                "title": title,
                "licence": licence,
            }
        )
        precision = f"precision={best_precision(training_device())}"
        experiment = _experiment(
            "lora", LoraExperiment, [precision, *(words or ())], minutes, False
        )
        recipe = with_words(recipe_for(order), experiment)
        if show:
            _print_recipe(recipe)
        lab = Lab.open(experiment)
        folders = LoraFolders(run, paths.weights, paths.lora)

        def train(report: Callable[[str, int, int], None]) -> bool:
            if lab.is_main:
                if not check:
                    refuse_foreign(folders, order.name)
                inspection = inspect_once(place, run / "set", paths.weights, report)
                _tell_findings(inspection)
                if not inspection.is_ready:
                    raise InvalidRequest("the pictures cannot be trained on yet; see above")
            lab.accelerator.wait_for_everyone()
            if check:
                return False
            return train_adapter(order, recipe, folders, lab, report, _ignore) is not None

        finished = _train(threads, train, say=False)
        if lab.is_main:
            _tell(
                run, paths.lora / f"{order.name}.safetensors", is_finished=finished, is_check=check
            )


@train_app.command("lora-proof")
def train_lora_proof(
    minutes: Minutes = None,
    threads: Threads = None,
    ship: Annotated[bool, typer.Option("--ship", help="Put the adapter into lora/.")] = False,
) -> None:
    """Trains an adapter from eight drawn pictures and measures what it changes (a few minutes).

    Writes lora-proof.png and lora-proof.json into data/pictures.
    """
    with _friendly():
        import backend.models.quiet  # noqa: F401 - before what imports the libraries it silences
        from backend.training.lora.proof import ProofFolders, prove
        from backend.training.lora.styles import ENGRAVED

        paths = settings_or_exit().paths
        work = paths.data / "runs" / "lora-proof"
        folders = ProofFolders(work, paths.weights, paths.lora if ship else work / "adapters")
        lab, written = _lora_lab(minutes), []

        def train(report: Callable[[str, int, int], None]) -> bool:
            written.extend(prove(ENGRAVED, folders, paths.data / "pictures", lab, report))
            return bool(written)

        if not _train(threads, train, say=False):
            print("stopped early; the same command goes on")
    for path in written:
        print(path)


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


def _train(
    threads: int | None,
    train: Callable[[Callable[[str, int, int], None]], bool],
    *,
    say: bool = True,
) -> bool:
    """Runs a training; of several processes only the first one reports.

    Returns:
        Whether it has reached its last step.
    """
    import torch

    from backend.training.machine import is_main_process
    from backend.utils.allocating import keep_freed_memory

    keep_freed_memory()
    if threads is not None:
        torch.set_num_threads(threads)
    if not is_main_process():
        return train(_ignore)
    log_to_files(settings_or_exit(), "train")
    with _progress() as bar:
        finished = train(_reporter(bar))
    if say:
        print(
            "finished; now run: python -m backend weights seal"
            if finished
            else "stopped early; the same command goes on"
        )
    return finished


def _lora_lab(minutes: float | None) -> Lab:
    """The machine as it is, without a tracker."""
    from backend.training.loop import Lab
    from backend.training.machine import best_precision, training_device
    from backend.training.settings import Session, TrackerSettings

    return Lab.open(
        Session(
            tracker=TrackerSettings(name="none"),
            precision=best_precision(training_device()),
            budget_seconds=None if minutes is None else minutes * 60,
        )
    )


def _ignore(*_: Any) -> None:
    pass


def _print_recipe(recipe: Any) -> None:
    from backend.training.configuration import to_yaml

    print(to_yaml(recipe), end="")
    raise typer.Exit


def _tell_findings(inspection: Inspection) -> None:
    for finding in inspection.findings:
        console.print(f"{finding.level}: {escape(finding.detail)}")
    for source, reason in inspection.refused:
        console.print(f"  {escape(source)}: {escape(reason)}")


def _tell(run: Path, adapter: Path, *, is_finished: bool, is_check: bool) -> None:
    """Where things are, and what to do next."""
    if is_check:
        print(f"captions and pictures: {run / 'set'}")
        print('edit captions in its captions.json, {"PICTURE": "text"}, and run without --check')
        return
    if not is_finished:
        print("stopped early; the same command goes on")
        return
    import json

    result = json.loads((run / "result.json").read_text("utf-8"))
    for name, value in result["metrics"].items():
        print(f"{name:24} {value:.4g}")
    if result["note"]:
        console.print(f"note: {result['note']}")
    print(adapter)
