from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from backend.settings import ROOT, Settings

EXAMPLE = ROOT / ".env.example"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in os.environ:
        if name.startswith("LOGO_"):
            monkeypatch.delenv(name)


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


def variables(model: type[BaseModel], prefix: str = "LOGO_") -> set[str]:
    names = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= variables(kind, f"{prefix}{name.upper()}__")
        else:
            names.add(prefix + name.upper())
    return names


def test_the_example_lists_every_variable_once() -> None:
    listed = re.findall(r"^(LOGO_\w+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    # The front end reads its own; its tests hold the example against what it reads.
    of_the_front_end = {"LOGO_UI__API_URL", "LOGO_UI__PUBLIC_API_URL", "LOGO_UI__API_KEY"}
    assert sorted(listed) == sorted({*variables(Settings), *of_the_front_end})


def test_no_name_of_a_test_is_answered() -> None:
    assert settings().api.allowed_hosts == ("localhost", "127.0.0.1")


def test_the_example_shows_the_defaults() -> None:
    assert Settings(_env_file=EXAMPLE) == settings()


def test_variables_reach_their_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGO_API__PORT", "9001")
    monkeypatch.setenv("LOGO_API__ALLOWED_HOSTS", "logo.example, localhost")
    monkeypatch.setenv("LOGO_PROFILE", "sd15")
    found = settings()
    assert found.api.port == 9001
    assert found.api.allowed_hosts == ("logo.example", "localhost")
    assert found.profile == "sd15"


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("LOGO_API__PORT=1\nLOGO_API__QUEUE_LIMIT=7\nELASTIC_PASSWORD=x\n")
    monkeypatch.setenv("LOGO_API__PORT", "2")
    found = Settings(_env_file=file)
    assert (found.api.port, found.api.queue_limit) == (2, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOGO_API__PROT", "1"),
        ("LOGO_API__PORT", "70000"),
        ("LOGO_API__PORT", "many"),
        ("LOGO_API__WAIT_SECONDS", "0"),
        ("LOGO_JOBS__MAX_BATCH", "0"),
        ("LOGO_PROFILE", "sd35"),
        ("LOGO_DEVICE", "tpu"),
        ("LOGO_LOG__LEVEL", "LOUD"),
    ],
)
def test_misspelt_and_impossible_values_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_the_network_is_told_from_this_machine(host: str) -> None:
    assert settings(api={"host": host}).api.is_public


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_is_not_the_network(host: str) -> None:
    assert not settings(api={"host": host}).api.is_public


@pytest.mark.parametrize("text", ["hunter2", "lk_env_short", "lk__" + "a" * 64, "x" * 64])
def test_a_bootstrap_key_that_is_none_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(ValidationError, match="lk_<id>_<secret>") as caught:
        settings(api={"bootstrap_key": text})
    assert text not in str(caught.value)


def test_the_bootstrap_key_is_masked_in_logs() -> None:
    text = "lk_env_" + "5e" * 32
    found = settings(api={"bootstrap_key": text})
    assert text in found.log_options.secrets
    assert text not in repr(found)


def test_relative_folders_start_at_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = settings(paths={"lora": "adapters", "data": tmp_path})
    assert found.paths.weights == ROOT / "weights"
    assert found.paths.lora == ROOT / "adapters"
    assert found.paths.data == tmp_path


def test_jobs_lie_in_the_output_folder_unless_a_database_is_named(tmp_path: Path) -> None:
    found = settings(paths={"output": tmp_path})
    assert found.jobs_url == f"sqlite:///{tmp_path}/state/jobs.db"
    url = "postgresql+psycopg://logo@db/logo"
    assert settings(jobs={"url": url}).jobs_url == url


def test_errors_do_not_show_values() -> None:
    with pytest.raises(ValidationError) as caught:
        settings(jobs={"url": "postgresql://u:hunter2@db", "max_batch": 0})
    assert "hunter2" not in str(caught.value)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        settings().profile = "sd15"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        settings().api.port = 1  # type: ignore[misc]


def test_the_settings_of_logs_reach_the_logging(tmp_path: Path) -> None:
    found = settings(
        log={"folder": tmp_path, "file_count": 9, "live_tail": "logstash:5959"},
        elastic={"password": "elastic-password"},
    ).log_options
    assert (found.folder, found.rotation.file_count) == (tmp_path, 9)
    assert found.live_tail == "logstash:5959"
    assert "elastic-password" in found.secrets


@pytest.mark.parametrize(
    "log",
    [
        {"live_tail": "logstash:5959"},
        {"live_tail": "logstash", "folder": "x"},
        {"file_bytes": 0},
        {"file_count": 1},
    ],
)
def test_settings_of_logs_that_cannot_work_are_refused(log: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(log=log)


def test_trusted_proxies_are_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().api.trusted_proxies == ()
    monkeypatch.setenv("LOGO_API__TRUSTED_PROXIES", "172.18.0.1, 10.0.0.0/8,2001:db8::/32")
    told = ("172.18.0.1/32", "10.0.0.0/8", "2001:db8::/32")
    assert settings().api.trusted_proxies == told


@pytest.mark.parametrize("told", ["*", "proxy", "10.0.0.1/8", "0.0.0.0/0", "::/0", "127.0.0.1:80"])
def test_nonsense_and_everybody_are_no_trusted_proxies(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("LOGO_API__TRUSTED_PROXIES", told)
    with pytest.raises(ValidationError):
        settings()
