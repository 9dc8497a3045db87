"""The commands about deliverables, over a quick workshop and stub models."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from backend.branding.recipes import read_recipe
from backend.cli import app
from backend.storage.disk_store import DiskImageStore
from backend.tests.services.brand_scene import FILES, RED, Scene
from backend.tests.services.test_verifying import Models


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder, self.models, self.scene = folder, Models(), Scene()

    def run(self, *arguments: Any) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    def kit(self, *arguments: Any) -> Path:
        done = self.run("kit", *arguments, "--out", self.folder / "kits")
        assert done.exit_code == 0, done.output
        return Path(done.stdout.splitlines()[-1])

    def drawn(self) -> Path:
        """A logo of `generate`."""
        out = self.folder / "cli"
        done = self.run("generate", "a fox", "--name", "Foxy", "--count", 1, "--out", out)
        assert done.exit_code == 0, done.output
        return out / "foxy-1.png"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell(tmp_path)
    monkeypatch.setenv("LOGO_PATHS__OUTPUT", str(tmp_path / "output"))
    for module in ("cli._models", "cli_brand.models"):
        monkeypatch.setattr(f"backend.{module}", lambda: made.models)
    monkeypatch.setattr("backend.services.workshop.open_workshop", made.scene.workshop)
    return made


def test_a_kit_of_a_drawn_logo_can_be_verified(shell: Shell) -> None:
    kit = shell.kit(shell.drawn(), "--name", "Лисья нора", "--tagline", "кофе")
    assert kit.name == "лисья-нора-brand-kit.zip"
    with zipfile.ZipFile(kit) as archive:
        assert len(archive.namelist()) == FILES
        content = archive.read("0.png")
    recipe = json.loads(read_recipe(content) or "")
    assert recipe["brand"]["text"]["tagline"] == "кофе"
    assert recipe["chain"][-1]["reproduce"]["request"]["description"] == "a fox"
    # The sidecar told the colours that the picture was made with.
    assert recipe["source"]["palette"]
    for verified in (kit, shell.folder / "0.png"):
        if verified.suffix == ".png":
            verified.write_bytes(content)
        done = shell.run("verify", verified)
        assert (done.exit_code, done.stdout) == (0, "identical (bytes)\n")


def test_a_sidecar_of_another_picture_tells_nothing(shell: Shell) -> None:
    picture = shell.drawn()
    sidecar = picture.with_suffix(".json")
    record = json.loads(sidecar.read_text("utf-8"))
    record["reproduce"]["seed"] = 99
    sidecar.write_text(json.dumps(record), "utf-8")
    with zipfile.ZipFile(shell.kit(picture)) as archive:
        recipe = json.loads(read_recipe(archive.read("0.png")) or "")
    assert recipe["source"]["palette"] == []


def test_any_picture_will_do_and_is_needed_again_to_verify(shell: Shell) -> None:
    photo = shell.folder / "photo.jpg"
    Image.new("RGB", (90, 70), RED.rgb).save(photo)
    kit = shell.kit(photo, "--name", "Foxy", "--palette", "#fff", "--palette", "#c0392b")
    alone = shell.run("verify", kit)
    assert alone.exit_code == 2
    assert "unrepeatable" in alone.stdout
    done = shell.run("verify", kit, "--picture", photo, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["verdict"] == "identical"


def test_a_stored_picture_goes_by_its_id(shell: Shell) -> None:
    store = DiskImageStore(shell.folder / "output")
    image = store.save(Image.new("RGB", (64, 64), RED.rgb), {}).id
    store.close()
    assert shell.kit(image, "--name", "Foxy").is_file()


def test_what_differs_decides_the_exit_code(shell: Shell) -> None:
    picture = shell.drawn()
    shell.models.shade, shell.models.hash = 200, "2" * 64
    done = shell.run("verify", picture)
    assert done.exit_code == 2
    assert done.stdout.startswith("different (pixels, SSIM 0.")
    assert "changed: stub is another file" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["kit", "nothing.png"], "there is no file 'nothing.png'"),
        (["kit", "img_" + "0" * 24], "There is no picture of this id"),
        (["kit", "{file}", "--font", "comic"], "there is no font comic"),
        (["kit", "{file}", "--palette", "red"], "is not a colour like #C0392B"),
        (["kit", "{file}", "--name", "x" * 201], "name: String should have at most 200"),
        (["kit", "{file}", "--name", "a\x07b"], "control characters"),
        (["kit", "{text}"], "it is not a whole PNG, JPEG or WEBP picture"),
        (["verify", "nothing.png"], "No such file"),
    ],
)
def test_wrong_input_ends_with_one_sentence(shell: Shell, arguments: list[str], why: str) -> None:
    picture, text = shell.folder / "a.png", shell.folder / "b.png"
    Image.new("RGB", (64, 64), RED.rgb).save(picture)
    text.write_text("hello")
    told = [part.format(file=picture, text=text) for part in arguments]
    done = shell.run(*told, "--out", shell.folder) if told[0] == "kit" else shell.run(*told)
    # Of verify, 1 would mean that the file is similar.
    assert done.exit_code == (1 if told[0] == "kit" else 2)
    assert why in " ".join(done.output.split())
    assert "Traceback" not in done.output


def test_a_file_without_a_recipe_ends_with_two(shell: Shell) -> None:
    picture = shell.folder / "a.png"
    Image.new("RGB", (64, 64), RED.rgb).save(picture)
    done = shell.run("verify", picture)
    assert done.exit_code == 2
    assert "carries no recipe" in done.stdout


def test_the_fonts_are_listed(shell: Shell) -> None:
    done = shell.run("fonts")
    assert done.exit_code == 0
    assert done.stdout.split()[:2] == ["manrope", "sans"]
