from __future__ import annotations

import hashlib
import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from backend.domain.errors import UnknownWeights, WeightsCorrupt, WeightsMissing
from backend.models.catalog import MANIFEST_FILE, Catalog, WeightEntry, WeightFile
from backend.models.completion import (
    Completion,
    PulledFile,
    PulledRepository,
    write_completion,
)
from backend.models.weights import verify

SHIPPED = Path(__file__).parents[3] / "weights"
FILE = WeightFile("net/model.bin", 5, hashlib.sha256(b"model").hexdigest())


def entry(name: str = "net", *files: WeightFile, profile: str = "embedded") -> WeightEntry:
    return WeightEntry(name, "draft", f"The {name}", "1", profile, "MIT", "made here", files=files)


def test_a_saved_manifest_comes_back(tmp_path: Path) -> None:
    pulled = WeightEntry(
        name="far",
        stage="restyle",
        title="Far away",
        version="1.5",
        profile="sd15",
        licence="MIT",
        source="somewhere",
        trained="by others",
        files=(WeightFile("far/a.bin", 0), WeightFile("far/b.bin", 7, "ab", "https://b.example")),
        hub="owner/far@main",
        facts={"patterns": ["*.json"], "on": True},
    )
    Catalog(tmp_path, [entry("net", FILE), pulled]).save()
    again = Catalog.load(tmp_path)
    assert again.entries == (entry("net", FILE), pulled)
    assert "trained" not in json.loads((tmp_path / MANIFEST_FILE).read_text("utf-8"))["weights"][0]


def test_a_manifest_may_leave_unknown_hashes_out(tmp_path: Path) -> None:
    # So it is before `seal`, and for files of the hub.
    record = {
        "name": "net",
        "stage": "draft",
        "title": "t",
        "version": "1",
        "profile": "embedded",
        "licence": "MIT",
        "source": "s",
        "files": [{"path": "net/model.bin", "bytes": 0}],
    }
    (tmp_path / MANIFEST_FILE).write_text(json.dumps({"weights": [record]}), "utf-8")
    assert Catalog.load(tmp_path).entry("net").files == (WeightFile("net/model.bin", 0, "", ""),)


def test_without_a_manifest_the_message_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"manifest\.json is missing .* git"):
        Catalog.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"weights": [1]}',
        '{"weights": [{"name": "a"}]}',
        '{"weights": [{"files": [{"size": 1}]}]}',
        "<<<<<<< HEAD",
    ],
)
def test_a_damaged_manifest_is_said_so(text: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST_FILE).write_text(text, "utf-8")
    with pytest.raises(WeightsCorrupt, match="git checkout"):
        Catalog.load(tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, [entry("one"), entry("two")])
    assert catalog.entry("two").title == "The two"
    with pytest.raises(UnknownWeights, match="known: one, two"):
        catalog.entry("three")
    with pytest.raises(UnknownWeights) as caught:
        catalog.entry("x" * 5000)
    assert len(caught.value.detail) < 200


def test_presence_is_judged_by_existence_and_size(tmp_path: Path) -> None:
    unmeasured = WeightFile("net/other.bin", 0)
    net = entry("net", FILE, unmeasured)
    catalog = Catalog(tmp_path, [net])
    assert catalog.missing(net) == ["net/model.bin", "net/other.bin"]
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "model.bin").write_bytes(b"mod")
    (tmp_path / "net" / "other.bin").write_bytes(b"any size")
    assert catalog.missing(net) == ["net/model.bin"]
    assert not catalog.is_present(net)
    (tmp_path / "net" / "model.bin").write_bytes(b"model")
    assert catalog.is_present(net)
    (tmp_path / "net" / "other.bin").unlink()
    (tmp_path / "net" / "other.bin").mkdir()
    assert catalog.missing(net) == ["net/other.bin"]


def test_a_pulled_model_is_present_when_its_marker_says_so(tmp_path: Path) -> None:
    file = WeightFile("net/model.bin", 0)
    net = WeightEntry(
        "net", "draft", "The net", "1", "sd15", "MIT", "x", files=(file,), hub=f"a/b@{'a' * 40}"
    )
    catalog = Catalog(tmp_path, [net])
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "model.bin").write_bytes(b"model")
    assert catalog.missing(net) == ["net/pulled.json"]
    with pytest.raises(WeightsMissing, match="The net was not pulled to its end; run: "):
        catalog.require("net")

    def mark(commit: str) -> None:
        files = (PulledFile("net/model.bin", 5, ""), PulledFile("net/unlisted.bin", 2, ""))
        repository = PulledRepository("a/b", commit, files)
        write_completion(tmp_path / "net", Completion((repository,)))

    mark("b" * 40)
    assert catalog.missing(net) == ["net/pulled.json"]
    mark("a" * 40)
    # Only the marker knows of the second file and of sizes.
    assert catalog.missing(net) == ["net/unlisted.bin"]
    (tmp_path / "net" / "unlisted.bin").write_bytes(b"12")
    assert catalog.is_present(net)
    (tmp_path / "net" / "model.bin").write_bytes(b"mode")
    assert catalog.missing(net) == ["net/model.bin"]


def test_requiring_what_is_absent_names_the_command(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, [entry("net", FILE)])
    with pytest.raises(WeightsMissing) as caught:
        catalog.require("net")
    assert "net/model.bin" in caught.value.detail
    assert "python -m backend weights pull net" in caught.value.detail
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "model.bin").write_bytes(b"model")
    assert catalog.require("net") is catalog.entries[0]
    with pytest.raises(UnknownWeights):
        catalog.require("other")


def test_a_model_of_one_file_has_that_files_fingerprint() -> None:
    assert entry("net", FILE).fingerprint == FILE.sha256


def test_several_hub_repositories_get_a_folder_each() -> None:
    def pulled(hub: str) -> WeightEntry:
        return WeightEntry("far", "measure", "Far", "1", "metrics", "MIT", "x", hub=hub)

    assert pulled("owner/one@abc").hub_folders() == [("owner/one", "abc", "far")]
    assert pulled("owner/one").hub_folders() == [("owner/one", "", "far")]
    assert pulled("owner/one@abc other/two").hub_folders() == [
        ("owner/one", "abc", "far/one"),
        ("other/two", "", "far/two"),
    ]


def test_the_fingerprint_of_several_files_depends_on_each_of_them() -> None:
    second = WeightFile("net/b.bin", 7, "b" * 64)
    both = entry("net", FILE, second)
    assert len(both.fingerprint) == 64
    assert both.fingerprint != entry("net", FILE, WeightFile("net/b.bin", 7, "c" * 64)).fingerprint
    assert both.fingerprint not in (FILE.sha256, second.sha256)
    assert both.total_bytes == 12


# --- The manifest as shipped ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return Catalog.load(SHIPPED)


def test_the_shipped_manifest_names_each_model_once(shipped: Catalog) -> None:
    names = [item.name for item in shipped.entries]
    assert len(set(names)) == len(names)
    assert {"text-encoder", "glyphs", "cgan", "sd-embedded", "sd15", "metrics"} <= set(names)
    for item in shipped.entries:
        assert item.profile in {"embedded", "sd15", "sdxl", "metrics", "optional"}
        assert item.stage in {"draft", "upscale", "restyle", "measure"}
        assert item.licence
        assert item.source
        assert item.files


def test_shipped_files_have_the_size_that_the_manifest_states(shipped: Catalog) -> None:
    present = [
        (file, SHIPPED / file.path)
        for item in shipped.entries
        if item.profile == "embedded"
        for file in item.files
        if (SHIPPED / file.path).is_file()
    ]
    assert any(file.path.startswith("glyphs/") for file, _ in present)
    # A size of 0 is one that `seal` has not measured yet.
    wrong = [file.path for file, path in present if file.bytes not in (0, path.stat().st_size)]
    assert wrong == []
    assert all(path.stat().st_size > 0 for _, path in present)


def test_what_is_pulled_can_be_checked(shipped: Catalog) -> None:
    for item in shipped.entries:
        if item.profile == "embedded":
            assert not item.hub
            assert not item.wheel
            assert not any(file.url for file in item.files)
        elif not item.hub:
            for file in item.files:
                assert len(file.sha256) == 64
                assert file.bytes > 0
                assert file.url.startswith("https://") or "==" in item.wheel


def test_files_of_the_hub_lie_where_their_repository_is_put(shipped: Catalog) -> None:
    for item in shipped.entries:
        folders = tuple(f"{folder}/" for _, _, folder in item.hub_folders())
        if folders:
            assert all(file.url or file.path.startswith(folders) for file in item.files)
            assert all(any(f.path.startswith(folder) for f in item.files) for folder in folders)


def test_repositories_of_the_hub_are_pinned_to_commits(shipped: Catalog) -> None:
    pulled = [item for item in shipped.entries if item.hub]
    assert {"sd15", "sd15-few-step", "sd15-tiny-decoder", "sdxl"} <= {item.name for item in pulled}
    for item in pulled:
        for _, revision, _ in item.hub_folders():
            assert len(revision) == 40
            assert set(revision) <= set("0123456789abcdef")


def test_companions_are_listed_and_terms_lead_to_the_licence(shipped: Catalog) -> None:
    sd15 = shipped.entry("sd15")
    assert [item.name for item in shipped.together(sd15)] == [
        "sd15",
        "sd15-few-step",
        "sd15-tiny-decoder",
    ]
    for item in shipped.entries:
        assert shipped.together(item)[0] is item
        assert item.licence in item.terms
        if "OpenRAIL" in item.licence:
            assert "https://" in item.terms
            assert "restrictions" in item.terms


def test_a_pull_asks_for_every_file_that_the_manifest_lists(shipped: Catalog) -> None:
    for item in shipped.entries:
        patterns = item.facts.get("patterns", ["*"])
        for file in item.files:
            if item.hub and not file.url:
                folder = next(f for *_, f in item.hub_folders() if file.path.startswith(f"{f}/"))
                name = file.path.removeprefix(f"{folder}/")
                assert any(fnmatch(name, pattern) for pattern in patterns), file.path


def test_paths_stay_inside_the_weights_folder(shipped: Catalog) -> None:
    for item in shipped.entries:
        for file in item.files:
            path = (SHIPPED / file.path).resolve()
            assert path.is_relative_to(SHIPPED.resolve())
            assert "\\" not in file.path


def test_what_comes_with_git_is_small(shipped: Catalog) -> None:
    paths = {
        SHIPPED / file.path
        for item in shipped.entries
        if item.profile == "embedded"
        for file in item.files
    }
    assert sum(path.stat().st_size for path in paths if path.is_file()) <= 120 * 1024 * 1024


@pytest.mark.slow
def test_shipped_files_have_the_content_that_the_manifest_states(shipped: Catalog) -> None:
    findings = [
        finding
        for item in shipped.entries
        if item.profile == "embedded"
        for finding in verify(shipped, item)
    ]
    assert [finding.path for finding in findings if finding.verdict == "damaged"] == []
    assert any(finding.verdict == "ok" for finding in findings)
