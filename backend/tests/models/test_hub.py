"""Pulls from a stand-in for the hub: the real client over real connections, in real processes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from backend.models.catalog import Catalog
from backend.models.completion import MARKER_FILE, read_completion
from backend.models.hub import PARTS_FOLDER
from backend.models.weights import verify
from backend.tests.api.support import eventually
from backend.tests.hub.pulls import (
    outcome_of,
    pull,
    pulling,
    toy_entry,
    write_manifest,
)
from backend.tests.hub.server import Fault, Repository, ToyHub, toy_hub

# The hub's client hands a file on in pieces of this size; what is less of one is lost with it.
PIECE = 10 * 1024 * 1024
LARGE = bytes(range(256)) * 100_000  # 25.6 MB
NAME, HUB = "net", "owner/net"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., ToyHub]]:
    """Serves a repository of a large file, a small one and one that nobody wants."""
    with ExitStack() as stack:

        def _serve(large: bytes = LARGE, **more: object) -> ToyHub:
            folder = tmp_path / "repository"
            (folder / "unet").mkdir(parents=True)
            (folder / "unet" / "model.safetensors").write_bytes(large)
            (folder / "config.json").write_text('{"a": 1}', "utf-8")
            (folder / "README.md").write_text("no", "utf-8")
            served: AbstractContextManager[ToyHub] = toy_hub({HUB: folder}, **more)
            return stack.enter_context(served)

        yield _serve


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return tmp_path / "weights"


def manifest(weights: Path, revision: str = "", **more: object) -> Catalog:
    facts = {"patterns": ["*.json", "*/*.safetensors"]}
    paths = ("config.json", "unet/model.safetensors")
    asked = HUB + (f"@{revision}" if revision else "")
    return write_manifest(weights, toy_entry(NAME, asked, *paths, facts=facts, **more))


def is_present(catalog: Catalog) -> bool:
    return catalog.is_present(catalog.entry(NAME))


def parts(weights: Path) -> list[Path]:
    return list((weights / NAME / PARTS_FOLDER).glob("*"))


# --- Whole downloads ------------------------------------------------------------------------------


def test_a_pull_is_whole_marked_and_needs_no_hub_afterwards(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(LARGE[:1000]), manifest(weights)
    assert pull(hub, weights, NAME) == {}
    folder = weights / NAME
    assert (folder / "unet" / "model.safetensors").read_bytes() == LARGE[:1000]
    assert not (folder / "README.md").exists()
    assert not (folder / PARTS_FOLDER).exists()
    assert is_present(catalog)
    completion = read_completion(folder)
    assert completion is not None
    (repository,) = completion.repositories
    assert repository.repository == HUB
    assert repository.commit == hub.repositories[HUB].commit
    assert {file.path for file in repository.files} == {
        "net/config.json",
        "net/unet/model.safetensors",
    }
    assert all(len(file.sha256) == 64 for file in repository.files)
    verdicts = {finding.verdict for finding in verify(catalog, catalog.entry(NAME))}
    assert verdicts == {"ok"}

    asked = len(hub.asked)
    assert pull(hub, weights, NAME, HF_HUB_OFFLINE="1") == {}
    assert pull(hub, weights, NAME) == {}
    assert len(hub.asked) == asked


def test_the_hub_s_own_client_accepts_the_stand_in(
    serve: Callable[..., ToyHub], tmp_path: Path
) -> None:
    """If it did not, the other tests would prove little."""
    hub = serve(LARGE[:1000])
    code = (
        "import sys; from huggingface_hub import snapshot_download\n"
        f"snapshot_download('{HUB}', local_dir=sys.argv[1])"
    )
    target = tmp_path / "target"
    subprocess.run(
        [sys.executable, "-c", code, str(target)],
        env={**os.environ, **hub.environment(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"},
        capture_output=True,
        check=True,
    )
    assert (target / "unet" / "model.safetensors").read_bytes() == LARGE[:1000]
    assert (target / "README.md").read_text("utf-8") == "no"
    assert {one.method for one in hub.asked} == {"GET", "HEAD"}


def test_several_repositories_of_one_entry_lie_side_by_side(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub = serve(LARGE[:1000])
    folder = hub.repositories[HUB].folder
    hub.repositories = {HUB: Repository(folder), "other/two": Repository(folder / "unet")}
    more = toy_entry(NAME, f"{HUB} other/two", "net/config.json", "two/model.safetensors")
    catalog = write_manifest(weights, more)
    assert pull(hub, weights, NAME) == {}
    assert is_present(catalog)
    # Without patterns everything is wanted, but for what belongs to git.
    assert (weights / NAME / "net" / "README.md").exists()
    shutil.rmtree(weights / NAME / "two")
    assert catalog.missing(catalog.entry(NAME)) == ["net/two/model.safetensors"]


def test_two_pulls_at_once_fetch_everything_once(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(), manifest(weights)
    with pulling(hub, weights, NAME) as first, pulling(hub, weights, NAME) as second:
        assert outcome_of(first) == {}
        assert outcome_of(second) == {}
    assert is_present(catalog)
    assert len(hub.bodies("model.safetensors")) == 1
    assert len(hub.bodies("config.json")) == 1


# --- Interruptions --------------------------------------------------------------------------------


def test_a_killed_pull_does_not_look_whole_and_goes_on_where_it_stopped(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(), manifest(weights)
    hub.faults.append(Fault("/cdn/", stall_at=2 * PIECE + 5000, times=1))
    with pulling(hub, weights, NAME):
        assert eventually(lambda: [p.stat().st_size for p in parts(weights)] == [2 * PIECE], 60)
        assert not is_present(catalog)
    assert [path.stat().st_size for path in parts(weights)] == [2 * PIECE]
    assert not is_present(catalog)
    assert "missing" in {finding.verdict for finding in verify(catalog, catalog.entry(NAME))}

    assert pull(hub, weights, NAME) == {}
    assert (weights / NAME / "unet" / "model.safetensors").read_bytes() == LARGE
    torn, rest = hub.bodies("model.safetensors")
    assert torn.first_byte == 0
    assert rest.first_byte == 2 * PIECE
    assert rest.sent == len(LARGE) - 2 * PIECE
    assert len(hub.bodies("config.json")) == 1


def test_a_cut_connection_is_continued_by_the_same_pull(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub = serve()
    manifest(weights)
    hub.faults.append(Fault("/cdn/", cut_at=PIECE + 77, times=1))
    assert pull(hub, weights, NAME) == {}
    assert [one.first_byte for one in hub.bodies("model.safetensors")] == [0, PIECE]
    assert (weights / NAME / "unet" / "model.safetensors").read_bytes() == LARGE


def test_a_server_that_ignores_ranges_sends_everything_again(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(), manifest(weights)
    hub.faults.append(Fault("/cdn/", cut_at=PIECE + 77, times=1))
    hub.faults.append(Fault("/cdn/", ignores_ranges=True))
    assert pull(hub, weights, NAME) == {}
    assert [one.sent for one in hub.bodies("model.safetensors")] == [PIECE + 77, len(LARGE)]
    assert is_present(catalog)


# --- Contents -------------------------------------------------------------------------------------


def test_wrong_bytes_are_thrown_away_and_the_next_pull_is_right(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(LARGE[:1000]), manifest(weights)
    hub.faults.append(Fault("/cdn/", damages=True, times=1))
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "weights-corrupt"
    assert "net/unet/model.safetensors arrived damaged and was thrown away" in outcome["detail"]
    assert not is_present(catalog)
    assert parts(weights) == []
    assert pull(hub, weights, NAME) == {}
    assert is_present(catalog)


def test_wrong_bytes_of_a_small_file_are_found_by_git_s_hash(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(LARGE[:1000]), manifest(weights)
    hub.faults.append(Fault("config.json", damages=True, times=1))
    assert "net/config.json arrived damaged" in pull(hub, weights, NAME)["detail"]
    assert not is_present(catalog)


def test_a_file_that_was_damaged_later_is_found_and_fetched_again_alone(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(LARGE[:1000]), manifest(weights)
    pull(hub, weights, NAME)
    path = weights / NAME / "config.json"
    path.write_text('{"a": 2}', "utf-8")
    damaged = [one for one in verify(catalog, catalog.entry(NAME)) if one.verdict != "ok"]
    assert [(one.path, one.verdict) for one in damaged] == [("net/config.json", "damaged")]
    assert pull(hub, weights, NAME) == {}
    assert path.read_text("utf-8") == '{"a": 1}'
    assert len(hub.bodies("model.safetensors")) == 1

    path.write_text("{}", "utf-8")
    assert catalog.missing(catalog.entry(NAME)) == ["net/config.json"]


def test_what_the_manifest_knows_to_be_another_file_is_not_even_fetched(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub = serve(LARGE[:1000])
    pinned = {"path": "net/unet/model.safetensors", "bytes": 1000, "sha256": "0" * 64}
    manifest(weights, files=[pinned])
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "weights-corrupt"
    assert "another net/unet/model.safetensors than the manifest lists" in outcome["detail"]
    assert hub.bodies("model.safetensors") == []

    manifest(weights, files=[{"path": "net/vae/model.safetensors", "bytes": 0}])
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "weights-missing"
    assert "no longer has net/vae/model.safetensors" in outcome["detail"]


def test_a_mirror_without_hashes_is_trusted_only_as_far_as_the_manifest_reaches(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub = serve(LARGE[:1000])
    hub.states_hashes = False
    manifest(weights)
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "weights-corrupt"
    assert "states no hash of net/config.json" in outcome["detail"]

    contents = {"config.json": b'{"a": 1}', "unet/model.safetensors": LARGE[:1000]}
    files = [
        {"path": f"net/{name}", "bytes": 0, "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    ]
    catalog = manifest(weights, files=files)
    hub.faults.append(Fault("config.json", damages=True, times=1))
    assert "net/config.json arrived damaged" in pull(hub, weights, NAME)["detail"]
    assert pull(hub, weights, NAME) == {}
    assert is_present(catalog)


def test_parts_of_other_contents_are_cleared_away(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, _ = serve(LARGE[:1000]), manifest(weights)
    stale = weights / NAME / PARTS_FOLDER / f"{'a' * 64}.part"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"old")
    hub.faults.append(Fault("/cdn/", status=404))
    pull(hub, weights, NAME)
    assert not stale.exists()


def test_another_pinned_commit_is_fetched_by_its_differences(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub = serve(LARGE[:1000])
    manifest(weights, revision=hub.repositories[HUB].commit)
    pull(hub, weights, NAME)
    folder = hub.repositories[HUB].folder
    (folder / "config.json").write_text('{"a": 2}', "utf-8")
    hub.repositories = {HUB: Repository(folder)}
    newer = manifest(weights, revision=hub.repositories[HUB].commit)
    assert newer.missing(newer.entry(NAME)) == [f"{NAME}/{MARKER_FILE}"]
    assert pull(hub, weights, NAME) == {}
    assert is_present(newer)
    assert (weights / NAME / "config.json").read_text("utf-8") == '{"a": 2}'
    assert len(hub.bodies("model.safetensors")) == 1


def test_names_that_lead_out_of_the_folder_are_refused(
    serve: Callable[..., ToyHub], weights: Path, tmp_path: Path
) -> None:
    class Hostile(Repository):
        def names(self) -> list[str]:
            return [*super().names(), "unet/../../evil.json"]

    hub = serve(LARGE[:1000])
    (tmp_path / "evil.json").write_text("{}", "utf-8")
    hub.repositories = {HUB: Hostile(hub.repositories[HUB].folder)}
    manifest(weights)
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "weights-corrupt"
    assert "unet/../../evil.json" in outcome["detail"]
    assert not (weights / "evil.json").exists()


# --- Refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("/api/", status=429), "takes no more requests for now (429)"),
        (Fault("/api/", status=503), "answered 503 for The net; try again later"),
        (Fault("/api/", status=403), "refuses the access token (403)"),
        (Fault("/api/", status=404, error_code="RepoNotFound"), "shows no repository of The net"),
        (Fault("/cdn/", status=404), "answered 404 for The net"),
    ],
)
def test_a_refusal_says_what_to_do(
    fault: Fault, words: str, serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(LARGE[:1000]), manifest(weights)
    hub.faults.append(fault)
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "network-unavailable"
    assert words in outcome["detail"]
    assert hub.endpoint in outcome["detail"]
    assert not is_present(catalog)


def test_a_commit_that_is_gone_is_named(serve: Callable[..., ToyHub], weights: Path) -> None:
    hub = serve(LARGE[:1000])
    manifest(weights, revision="a" * 40)
    assert "no longer has the pinned commit of The net" in pull(hub, weights, NAME)["detail"]


def test_a_gated_repository_wants_a_token_which_never_leaves_the_hub(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub, catalog = serve(LARGE[:1000], is_gated=True), manifest(weights)
    outcome = pull(hub, weights, NAME)
    assert f"accept its terms on {hub.endpoint}/{HUB}" in outcome["detail"]
    assert "HF_TOKEN" in outcome["detail"]
    assert pull(hub, weights, NAME, HF_TOKEN="toy-token") == {}
    assert is_present(catalog)
    sent = {one.path.startswith("/cdn/"): one.has_token for one in hub.asked if one.status == 200}
    assert sent == {True: False, False: True}


def test_without_a_network_the_address_is_named(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub = serve(LARGE[:1000])
    manifest(weights)
    # Port 9 refuses; the address never leaves this machine.
    outcome = pull(hub, weights, NAME, HF_ENDPOINT="http://127.0.0.1:9")
    assert outcome["code"] == "network-unavailable"
    assert "could not be fetched from http://127.0.0.1:9; check the network" in outcome["detail"]
    outcome = pull(hub, weights, NAME, HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE is set and The net is not here as a whole" in outcome["detail"]
    assert hub.asked == []


# --- Room -----------------------------------------------------------------------------------------


def test_too_little_room_is_told_before_anything_is_fetched(
    serve: Callable[..., ToyHub], weights: Path
) -> None:
    hub = serve(LARGE[:1000])
    manifest(weights)
    hub.lies["unet/model.safetensors"] = 10**16
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "storage-full"
    assert "10000000.0 GB are still to be fetched" in outcome["detail"]
    assert hub.bodies("model.safetensors") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_up_is_told_by_name(serve: Callable[..., ToyHub], weights: Path) -> None:
    hub, catalog = serve(LARGE[:1000]), manifest(weights)
    large = hub.repositories[HUB].large("unet/model.safetensors")
    assert large is not None
    (weights / NAME / PARTS_FOLDER).mkdir(parents=True)
    part = weights / NAME / PARTS_FOLDER / f"{large['sha256']}.part"
    part.symlink_to("/dev/full")
    outcome = pull(hub, weights, NAME)
    assert outcome["code"] == "storage-full"
    assert "it continues where it stopped" in outcome["detail"]
    assert not is_present(catalog)
    shutil.rmtree(weights / NAME)
    assert pull(hub, weights, NAME) == {}
