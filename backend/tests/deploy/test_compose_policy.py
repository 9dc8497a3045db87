"""docker-compose.yml keeps the rules that every container of this project is held to."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from backend.settings import ROOT, Settings

FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text("utf-8")
COMPOSE: Mapping[str, Any] = YAML(typ="safe").load(TEXT)
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
OWN = sorted(name for name, it in SERVICES.items() if it["image"].startswith("text-to-logo"))
FOREIGN = sorted(set(SERVICES) - set(OWN))
LONG_RUNNING = sorted(name for name, it in SERVICES.items() if it["restart"] != "no")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text("utf-8").splitlines()
    if re.match(r"[A-Z]", line)
)
# What an 8 GB laptop can give beside its own system and a browser.
LAPTOP_BYTES = 7 * 2**30
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|(?:^|_)KEY(?!S)")
_VARIABLE = re.compile(r"\$\{([A-Z_]+)((?::?[-?])[^}]*)?\}")
# Addresses and folders inside containers are fixed: they are not for choosing.
_FIXED = {
    "LOGO_API__HOST",
    "LOGO_API__ALLOW_PUBLIC",
    "LOGO_UI__API_URL",
    "LOGO_LOG__FOLDER",
    "LOGO_ELASTIC__KIBANA_URL",
    "LOGO_PATHS__WEIGHTS",
    "LOGO_PATHS__LORA",
    "LOGO_PATHS__DATA",
    "LOGO_PATHS__OUTPUT",
}


def bytes_of(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([mg])", text).groups()  # type: ignore[union-attr]
    return int(number) * {"m": 2**20, "g": 2**30}[unit]


def mounts(service: str) -> Iterator[tuple[str, str, str]]:
    """Source, target and mode of each of a service's volumes."""
    for entry in SERVICES[service].get("volumes", []):
        source, target, *mode = entry.split(":")
        yield source, target, mode[0] if mode else "rw"


def test_the_file_follows_the_compose_specification() -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", FILE], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_wished_parts_are_there() -> None:
    wished = {"backend", "worker", "frontend", "elasticsearch", "logstash", "kibana", "setup"}
    assert wished <= set(SERVICES)
    stack = {name for name, it in SERVICES.items() if it.get("profiles") == ["elk"]}
    assert stack == {"elasticsearch", "logstash", "kibana", "setup"}
    assert SERVICES["worker-gpu"]["profiles"] == ["gpu"]


@pytest.mark.parametrize("name", FOREIGN)
def test_images_of_others_are_pinned(name: str) -> None:
    assert re.search(r":\d+\.\d+\.\d+$", SERVICES[name]["image"])


def test_the_stack_is_of_one_version() -> None:
    assert len({SERVICES[name]["image"].rsplit(":", 1)[1] for name in FOREIGN}) == 1


def test_the_base_image_is_pinned_and_the_same_everywhere() -> None:
    defaults = set(re.findall(r"\$\{BASE_IMAGE:-([^}]+)\}", TEXT)) | {EXAMPLE["BASE_IMAGE"]}
    for file in ("Dockerfile.backend", "Dockerfile.frontend"):
        defaults |= set(re.findall(r"^ARG BASE_IMAGE=(.+)$", (ROOT / file).read_text(), re.M))
    assert len(defaults) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", defaults.pop())


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nobody_has_more_rights_than_needed(name: str) -> None:
    service = SERVICES[name]
    uid, gid = service["user"].split(":")
    assert int(uid) >= 1_000
    assert gid.isdigit()
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["networks"] == ["logo"]
    forbidden = {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices", "container_name"}
    assert not forbidden & set(service)
    assert "docker.sock" not in str(service)


@pytest.mark.parametrize("name", OWN)
def test_our_root_file_systems_are_read_only(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["init"] is True
    assert service["user"] == "10001:10001"
    # Built here, never fetched under this name from a registry.
    assert ("build" in service) != (service.get("pull_policy") == "never")
    if name in LONG_RUNNING:
        assert any(entry.startswith("/tmp:size=") for entry in service["tmpfs"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_memory_processes_and_logs_are_limited(name: str) -> None:
    service = SERVICES[name]
    assert bytes_of(service["mem_limit"]) > 0
    assert 0 < service["pids_limit"] <= 4_096
    assert service["logging"]["driver"] == "json-file"
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])


def test_everything_together_fits_a_laptop() -> None:
    limits = {
        name: bytes_of(SERVICES[name]["mem_limit"])
        for name in LONG_RUNNING
        if "gpu" not in SERVICES[name].get("profiles", [])
    }
    assert sum(limits.values()) <= LAPTOP_BYTES


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_long_running_services_are_watched_and_come_back(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert "stop_grace_period" in service


def test_services_wait_for_what_they_need() -> None:
    graph: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        graph[name] = set(service.get("depends_on", {}))
        for other, how in service.get("depends_on", {}).items():
            is_lasting = other in LONG_RUNNING
            wanted = "service_healthy" if is_lasting else "service_completed_successfully"
            assert how == {"condition": wanted}, (name, other)
    order = list(TopologicalSorter(graph).static_order())
    for first, then in (
        ("files", "backend"),
        ("backend", "worker"),
        ("backend", "frontend"),
        ("elasticsearch", "kibana"),
        ("elasticsearch", "logstash"),
    ):
        assert order.index(first) < order.index(then)


def test_whoever_runs_without_a_profile_needs_nobody_with_one() -> None:
    for name, service in SERVICES.items():
        for other in service.get("depends_on", {}):
            theirs = SERVICES[other].get("profiles", [])
            assert not theirs or theirs == service.get("profiles"), (name, other)


def test_ports_are_published_on_this_machine_unless_told_otherwise() -> None:
    published = {name: it["ports"] for name, it in SERVICES.items() if "ports" in it}
    assert set(published) == {"backend", "frontend", "kibana"}
    for port in (port for ports in published.values() for port in ports):
        assert port.startswith("${PUBLISH_ADDRESS:-127.0.0.1}:")
    assert EXAMPLE["PUBLISH_ADDRESS"] == "127.0.0.1"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_everything_mounted_is_there(name: str) -> None:
    for source, target, mode in mounts(name):
        assert target.startswith("/")
        if not source.startswith("."):
            assert source in COMPOSE["volumes"]
            continue
        assert mode == "ro", source
        path = ROOT / source
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        assert files, f"{source} is not there"
        # Git keeps only whether a file may be executed, so this is about what is checked out here.
        tracked = subprocess.run(
            ["git", "ls-files", "--error-unmatch", *map(str, files)], cwd=ROOT, capture_output=True
        )
        assert tracked.returncode == 0, tracked.stderr


def test_every_volume_is_used() -> None:
    used = {source for name in SERVICES for source, _, _ in mounts(name)}
    assert set(COMPOSE["volumes"]) <= used
    assert {"weights", "lora", "data", "output", "logs", "elasticsearch"} <= set(COMPOSE["volumes"])


def test_only_the_backend_writes_where_weights_and_logs_are_read() -> None:
    assert ("weights", "/srv/weights", "ro") in mounts("backend")
    assert {mode for source, _, mode in mounts("logstash") if source == "logs"} == {"ro"}


def test_web_process_and_workers_share_jobs_and_doorbell() -> None:
    shared = {("output", "/srv/output", "rw"), ("data", "/srv/data", "rw")}
    for name in ("backend", "worker", "worker-gpu"):
        assert shared <= set(mounts(name))


def test_secrets_come_from_outside_and_have_no_defaults() -> None:
    seen = set()
    for name, service in SERVICES.items():
        for variable, value in (service.get("environment") or {}).items():
            if _SECRET.search(variable):
                match = _VARIABLE.fullmatch(str(value))
                assert match, f"{name}: {variable} is written into the file"
                seen.add(match.group(1))
    for variable, how in _VARIABLE.findall(TEXT):
        if _SECRET.search(variable):
            # The message is all that a user sees: it must say what to do.
            assert how.startswith(":?"), variable
            assert "make env" in how
            assert EXAMPLE[variable] == ""
    users = ("", "KIBANA_", "WRITER_", "READER_")
    assert {f"LOGO_ELASTIC__{user}PASSWORD" for user in users} <= seen


def test_the_pages_have_the_key_that_the_api_takes(tmp_path: Path) -> None:
    for name in ("Makefile", ".env.example"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(["make", "env"], cwd=tmp_path, check=True, capture_output=True)
    file = tmp_path / ".env"
    made = dict(
        line.split("=", 1)
        for line in file.read_text("utf-8").splitlines()
        if re.match(r"[A-Z]", line)
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert made["LOGO_API__BOOTSTRAP_KEY"] == made["LOGO_UI__API_KEY"]
    settings = Settings(_env_file=file)
    assert settings.api.bootstrap_key.get_secret_value() == made["LOGO_UI__API_KEY"]
    secrets = [value for name, value in made.items() if _SECRET.search(name)]
    assert all(len(value) >= 48 for value in secrets)
    assert len(set(secrets)) == len(secrets) - 1


def test_every_variable_is_in_the_example_with_its_default() -> None:
    for variable, how in _VARIABLE.findall(TEXT):
        assert variable in EXAMPLE, variable
        default = how.removeprefix(":").removeprefix("-")
        if how and not how.startswith(":?") and default:
            assert EXAMPLE[variable] == default, variable


def test_every_setting_reaches_the_containers() -> None:
    used = {variable for variable, _ in _VARIABLE.findall(TEXT)}
    listed = {name for name in EXAMPLE if name.startswith("LOGO_")}
    assert listed - used - _FIXED == set()


def test_lists_in_the_file_are_told_to_the_right_process() -> None:
    environment = SERVICES["backend"]["environment"]
    # The pages call the web process by its name in the network.
    assert environment["LOGO_API__ALLOWED_HOSTS"].endswith(",backend")
    assert SERVICES["frontend"]["environment"]["LOGO_UI__API_URL"].startswith("http://backend:")
