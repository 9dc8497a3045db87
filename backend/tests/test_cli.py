from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from backend.cli import app
from backend.settings import ROOT
from backend.tests.services.test_chain import StubModels


@pytest.fixture
def cli() -> CliRunner:
    return CliRunner()


@pytest.fixture
def stub_models(monkeypatch: pytest.MonkeyPatch) -> StubModels:
    models = StubModels()
    monkeypatch.setattr("backend.cli._models", lambda: models)
    return models


@pytest.mark.usefixtures("stub_models")
def test_pictures_and_a_sheet_are_written_and_their_paths_printed(
    cli: CliRunner, tmp_path: Path
) -> None:
    asked = ["generate", "a red fox", "--name", "Foxy", "--count", "2", "--seed", "7"]
    done = cli.invoke(app, [*asked, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    for name in ("foxy-1.png", "foxy-2.png", "contact-sheet.png"):
        assert str(tmp_path / name) in done.stdout.splitlines()
        Image.open(tmp_path / name).verify()


def test_restyle_and_its_settings_reach_the_chain(
    cli: CliRunner, stub_models: StubModels, tmp_path: Path
) -> None:
    out = ["--out", str(tmp_path)]
    assert cli.invoke(app, ["generate", "a fox", "--no-restyle", *out]).exit_code == 0
    assert not any(call.startswith("restyle") for call in stub_models.calls)
    told = ["--restyle", "--source", "cgan", "--strength", "0.7", "--steps", "12"]
    assert cli.invoke(app, ["generate", "a fox", *told, *out]).exit_code == 0
    assert "source:cgan" in stub_models.calls
    assert any(call.startswith("restyle") for call in stub_models.calls)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["generate", "a fox", "--palette", "nope"], "'nope' is not a colour"),
        (["generate", "a fox", "--size", "300"], "size must be one of 256, 512, 1024"),
        (["weights", "pull", "nonesuch"], "does not list 'nonesuch'"),
        (["weights", "verify", "nonesuch"], "does not list 'nonesuch'"),
    ],
)
@pytest.mark.usefixtures("stub_models")
def test_wrong_input_ends_with_one_sentence(cli: CliRunner, arguments: list[str], why: str) -> None:
    done = cli.invoke(app, arguments)
    assert done.exit_code == 1
    assert why in done.output.replace("\n", " ")
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    "arguments",
    [["--count", "9"], ["--strength", "0.1"], ["--steps", "1000"], ["--source", "nobody"]],
)
def test_values_outside_their_range_are_refused_before_any_work(
    cli: CliRunner, arguments: list[str]
) -> None:
    done = cli.invoke(app, ["generate", "a fox", *arguments])
    assert done.exit_code == 2
    assert arguments[0] in done.output


def test_the_list_of_weights_tells_what_is_there(cli: CliRunner) -> None:
    done = cli.invoke(app, ["weights", "list"])
    assert done.exit_code == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "present" in lines["glyphs"]
    assert "CreativeML" in lines["sd15"]


def test_verify_reports_damage_and_fails(
    cli: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    glyphs = tmp_path / "glyphs"
    glyphs.mkdir()
    (tmp_path / "manifest.json").write_bytes((ROOT / "weights" / "manifest.json").read_bytes())
    for path in (ROOT / "weights" / "glyphs").iterdir():
        (glyphs / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("LOGO_PATHS__WEIGHTS", str(tmp_path))
    assert cli.invoke(app, ["weights", "verify", "glyphs"]).exit_code == 0
    content = bytearray((glyphs / "packs.json").read_bytes())
    content[5] ^= 1
    (glyphs / "packs.json").write_bytes(content)
    done = cli.invoke(app, ["weights", "verify", "glyphs"])
    assert done.exit_code == 1
    assert "damaged  glyphs/packs.json" in done.output


def test_a_profile_that_is_not_there_cannot_be_evaluated(cli: CliRunner) -> None:
    done = cli.invoke(app, ["evaluate", "imaginary"])
    assert done.exit_code == 1
    assert "evaluate embedded, sd15 or sdxl" in done.output


def test_every_command_explains_itself(cli: CliRunner) -> None:
    for command in (
        [],
        ["generate"],
        ["weights"],
        ["train"],
        ["corpus", "sample"],
        ["evaluate"],
        ["glyphs"],
    ):
        done = cli.invoke(app, [*command, "--help"])
        assert done.exit_code == 0
        assert len(done.output.splitlines()) > 5


def test_a_training_is_shown_and_a_wrong_key_is_named(cli: CliRunner) -> None:
    shown = cli.invoke(app, ["train", "cgan", "loss=hinge", "--minutes", "2", "--show"])
    assert shown.exit_code == 0, shown.output
    assert "  name: hinge\n" in shown.stdout
    assert "budget_seconds: 120.0\n" in shown.stdout
    refused = cli.invoke(app, ["train", "cgan", "stepz=3", "--show"])
    assert refused.exit_code == 1
    assert "stepz" in refused.output
