from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from backend.cli import app
from backend.storage.keys import KeyFile


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOGO_PATHS__OUTPUT", str(tmp_path))
    # A key must be possible to make where the service does not start without one.
    monkeypatch.setenv("LOGO_API__HOST", "0.0.0.0")
    return tmp_path / "state"


def run(*words: str, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(app, ["keys", *words])
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def test_a_key_is_shown_once_listed_and_revoked(state: Path) -> None:
    told, _ = run("create", "--label", "the shop", "--scope", "generate", "--scope", "upload")
    (text,) = told.split()
    key_id = text.split("_")[1]
    listed, _ = run("list")
    assert "generate,upload" in listed
    assert "the shop" in listed
    assert "valid" in listed
    assert text not in listed
    assert KeyFile(state).all()[key_id].digest not in listed
    assert "is revoked" in run("revoke", key_id)[0]
    assert "revoked" in run("list")[0]


def test_a_key_may_have_an_end(state: Path) -> None:
    run("create", "--label", "trial", "--scope", "train", "--days", "7")
    assert "until" in run("list")[0]


def test_a_pasted_key_is_revoked_by_its_id_and_not_repeated(state: Path) -> None:
    text = run("create", "--label", "a", "--scope", "admin")[0].strip()
    assert text not in run("revoke", text)[0]
    (key,) = KeyFile(state).all().values()
    assert key.revoked_at is not None


def test_what_is_wrong_is_one_sentence(state: Path) -> None:
    assert "keys list" in run("revoke", "nobody", code=1)[1].replace("\n", " ")
    assert "label" in run("create", "--label", " ", "--scope", "admin", code=1)[1]
    run("create", "--label", "a", "--scope", "everything", code=2)
