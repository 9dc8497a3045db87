"""The datasets part of the stub API: two sets beside the server, uploads, a made-up report."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from frontend.tests.stub_api import StubApi

ROWS = 2000
CHUNK_BYTES = 256 * 1024
COLUMNS = [
    {"name": "image", "type": "struct<bytes: binary, path: string>"},
    {"name": "text", "type": "string"},
]
EPITHETS = [
    "simple",
    "elegant",
    "modern",
    "flat",
    "minimal",
    "bold",
    "playful",
    "vintage",
    "geometric",
    "friendly",
]
COLOURS = ["orange", "white", "black", "green", "navy", "red", "mint", "gold"]
SUBJECTS = [
    "fox",
    "mountain",
    "leaf",
    "planet",
    "bird",
    "sun",
    "coffee",
    "letter",
    "wave",
    "tree",
    "crown",
    "rocket",
]
ENDINGS = ("logo for a small company", "logo", "mark in a circle", "logo, clean lines, flat vector")


class StubDatasets:
    """See `StubPart`. Files that contain "bad" lack their columns."""

    def __init__(self, stub: StubApi) -> None:
        self.stub = stub
        self.sets: dict[str, dict[str, Any]] = {
            "ds-sample": _dataset("ds-sample", "sample.parquet", "folder"),
            "ds-wrong": {
                **_dataset("ds-wrong", "table.parquet", "folder"),
                "state": "unusable",
                "rows": None,
                "columns": [{"name": "picture", "type": "binary"}],
                "problem": _problem(
                    "dataset-schema-mismatch", "Expected columns image and text; found: picture."
                ),
            },
        }
        self.chunks: dict[str, int] = {}

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""
        if path == "/datasets":
            return self._create(body) if method == "POST" else (200, {"datasets": self._all()})
        found = re.fullmatch(r"/datasets/([^/]+)(/.*)?", path)
        if not found:
            return None
        dataset = self.sets.get(found[1])
        if dataset is None:
            return _refused(404, "dataset-not-found", "There is no such data set.")
        match (method, found[2] or ""):
            case ("GET", ""):
                return 200, self._body(dataset)
            case ("PATCH", ""):
                return self._append(dataset, body)
            case ("DELETE", ""):
                return self._delete(dataset)
            case ("GET", "/sample"):
                return self._row(dataset, query)
            case ("GET", "/eda"):
                return self._report(dataset)
            case ("POST", "/eda"):
                return self._analyse(dataset)
        if row := re.fullmatch(r"/rows/(\d+)/image", found[2] or ""):
            return self._picture(int(row[1]))
        return None

    def _all(self) -> list[dict[str, Any]]:
        found = [self._body(dataset) for dataset in self.sets.values()]
        return sorted(found, key=lambda dataset: dataset["origin"] != "upload")

    def _body(self, dataset: dict[str, Any]) -> dict[str, Any]:
        body = {**dataset, "analysis": self._analysis(dataset)}
        if dataset["state"] == "uploading":
            body["upload"] = {"offset": dataset["received_bytes"], "chunk_bytes": CHUNK_BYTES}
        return body

    def _analysis(self, dataset: dict[str, Any]) -> dict[str, Any]:
        job = dataset["analysis"]["job"]
        if job is None:
            return {"state": "none", "job": None}
        state = self.stub.job_json(job)["state"]
        names = {"succeeded": "done", "cancelled": "none"}
        return {"state": names.get(state, state), "job": job}

    def _create(self, body: Mapping[str, Any]) -> Any:
        dataset_id = f"ds-{len(self.sets) + 1}"
        self.sets[dataset_id] = {
            **_dataset(dataset_id, body["name"], "upload"),
            "state": "uploading",
            "bytes": body["bytes"],
            "received_bytes": 0,
            "rows": None,
            "columns": [],
        }
        return 201, self._body(self.sets[dataset_id])

    def _append(self, dataset: dict[str, Any], body: bytes | None) -> Any:
        offset = int(self.stub.headers[-1].get("Upload-Offset", "0"))
        if offset != dataset["received_bytes"]:
            there = [{"field": "Upload-Offset", "reason": str(dataset["received_bytes"])}]
            return _refused(409, "upload-offset-mismatch", "Go on elsewhere.", errors=there)
        dataset["received_bytes"] += len(body or b"")
        self.chunks[dataset["id"]] = self.chunks.get(dataset["id"], 0) + 1
        if dataset["received_bytes"] >= dataset["bytes"]:
            self._complete(dataset)
        return 200, {"offset": dataset["received_bytes"]}

    def _complete(self, dataset: dict[str, Any]) -> None:
        if "bad" in dataset["name"]:
            wrong = self.sets["ds-wrong"]
            dataset |= {key: wrong[key] for key in ("state", "columns", "problem")}
        else:
            dataset |= {"state": "ready", "rows": ROWS, "columns": COLUMNS}

    def _delete(self, dataset: dict[str, Any]) -> Any:
        if dataset["origin"] == "folder":
            return _refused(409, "not-removable", "It lies in data/, remove it there.")
        del self.sets[dataset["id"]]
        return 204, b""

    def _row(self, dataset: dict[str, Any], query: Mapping[str, str]) -> Any:
        index = int(query.get("index", random.randrange(ROWS)))
        if not 0 <= index < ROWS:
            return _refused(422, "invalid-request", f"Rows go from 0 to {ROWS - 1}.")
        row: dict[str, Any] = {"index": index, "rows": ROWS, "text": captions()[index]}
        image = {
            "url": f"/datasets/{dataset['id']}/rows/{index}/image",
            "format": "PNG",
            "width": 512,
            "height": 512,
            "bytes": 18_300,
        }
        if index in BROKEN:
            return 200, {**row, "text": None, "image": None, "problem": BROKEN[index]}
        return 200, {**row, "text_cut": False, "image": image, "problem": None}

    def _picture(self, index: int) -> Any:
        from frontend.tests.stub_drawings import PALETTES, drawing, encoded

        if index in BROKEN:
            return _refused(422, "invalid-image", BROKEN[index])
        palette = PALETTES[index % len(PALETTES)]
        return 200, encoded(drawing(index % 6, palette, 256), "PNG")

    def _analyse(self, dataset: dict[str, Any]) -> Any:
        if self._analysis(dataset)["state"] not in ("queued", "running"):
            dataset["analysis"]["job"] = self.stub.add_job("eda", {"dataset": dataset["id"]})
        return 202, self.stub.job_json(dataset["analysis"]["job"])

    def _report(self, dataset: dict[str, Any]) -> Any:
        if self._analysis(dataset)["state"] != "done":
            return _refused(404, "report-not-found", "The data set has not been analysed.")
        return 200, report_json()


BROKEN = {17: "The picture is missing.", 404: "The picture is cut short."}


def _dataset(dataset_id: str, name: str, origin: str) -> dict[str, Any]:
    return {
        "id": dataset_id,
        "name": name,
        "origin": origin,
        "state": "ready",
        "bytes": 10_452_698,
        "received_bytes": 10_452_698,
        "files": 1,
        "rows": ROWS,
        "columns": COLUMNS,
        "problem": None,
        "analysis": {"state": "none", "job": None},
        "created_at": "2026-11-20T16:00:00Z",
    }


def _problem(code: str, detail: str) -> dict[str, Any]:
    return {"status": 422, "code": code, "title": code, "detail": detail, "errors": []}


def _refused(status: int, code: str, detail: str, **more: Any) -> Any:
    return status, {**_problem(code, detail), "status": status, **more}


@cache
def captions() -> list[str]:
    """Made-up captions, the same in every run."""
    rng = random.Random(4)
    found = []
    for _ in range(ROWS):
        words = rng.sample(EPITHETS, rng.choice((0, 1, 1, 2, 2, 3)))
        words += [rng.choice(SUBJECTS), rng.choice(ENDINGS)]
        words += rng.sample(COLOURS, rng.choice((0, 1, 2, 2, 3)))
        found.append(" ".join(words) + (" by the sea" * rng.choice((0,) * 40 + (6,))))
    return found


def numbers_json(values: Any) -> dict[str, Any]:
    """Numbers of the report, as the contract says, of a list or array."""
    data = np.sort(np.asarray(values, dtype=float))
    q1, median, q3 = np.percentile(data, [25, 50, 75])
    inside = data[(data >= q1 - 1.5 * (q3 - q1)) & (data <= q3 + 1.5 * (q3 - q1))]
    return {
        "count": len(data),
        "mean": data.mean(),
        "std": data.std(),
        "min": data[0],
        "q1": q1,
        "median": median,
        "q3": q3,
        "max": data[-1],
        "lower_fence": inside[0],
        "upper_fence": inside[-1],
        "outliers": len(data) - len(inside),
        "points": [[value, int((data == value).sum())] for value in np.unique(data).tolist()],
        "is_exact": True,
    }


@cache
def report_json() -> dict[str, Any]:
    """A whole report; what is not counted from the captions is drawn by lot."""
    everything = {"rows": ROWS, "of": ROWS}
    sizes = np.random.default_rng(4)
    width = sizes.choice([256, 512, 512, 512, 800, 1024], ROWS) + sizes.integers(0, 3, ROWS) * 16
    height = np.where(sizes.random(ROWS) < 0.8, width, (width * sizes.uniform(0.5, 1.6, ROWS)) // 1)
    aspect = np.round(width / height, 2)
    none: dict[str, Any] = {"rows": 0, "examples": []}
    broken = {"rows": 1, "examples": [17]}
    report = {
        "version": 1,
        "dataset": {"name": "sample.parquet", "rows": ROWS, "fingerprint": "5f2a" * 16},
        "computed": {"seconds": 0.83, "at": "2026-11-21T15:00:00Z", "workers": 2, "peak_mb": 210},
        "text": _text_json(),
        "images": {
            "computed_on": everything,
            "width": numbers_json(width),
            "height": numbers_json(height),
            "aspect_ratio": numbers_json(aspect),
            "aspect_ratio_without_squares": numbers_json(aspect[aspect != 1]),
            "squares": int((aspect == 1).sum()),
            "pixels": numbers_json(width * height),
            "file_bytes": numbers_json(np.round(sizes.lognormal(9.6, 0.5, ROWS), -1)),
            "formats": [["PNG", 1700], ["JPEG", 298], ["other", 0]],
            "modes": [["RGB", 1500], ["RGBA", 380], ["grey", 118]],
        },
        "colours": {
            "computed_on": {"rows": 1000, "of": ROWS},
            "black_and_white": 124,
            "colourful": 876,
            "half_width_percent": 2.1,
            "dominant": [
                {"hex": colour, "name": name, "share": share}
                for colour, name, share in (
                    ("#FFFFFF", "white", 0.46),
                    ("#D9531E", "orange", 0.17),
                    ("#14213D", "navy", 0.13),
                    ("#1F6F54", "green", 0.09),
                    ("#87CEEB", "sky blue", 0.08),
                    ("#F4EEDD", "cream", 0.05),
                    ("#16181D", "black", 0.02),
                )
            ],
        },
        "quality": {
            "computed_on": everything,
            "missing_text": broken,
            "missing_image": broken,
            "not_an_image": none,
            "truncated_image": {"rows": 1, "examples": [404]},
            "undecodable": {**none, "computed_on": {"rows": 1000, "of": ROWS}},
            "huge_image": none,
            "unreadable_rows": none,
            "exact_duplicates": {"groups": 2, "rows": 3, "examples": [[1, 49], [8, 56, 104]]},
            "duplicate_texts": {"groups": 9, "rows": 30, "examples": [["fox logo", 12]]},
            "near_duplicates": {
                "computed_on": {"rows": 1000, "of": ROWS},
                "groups": 1,
                "rows": 1,
                "examples": [[3, 51]],
            },
        },
    }
    copied: dict[str, Any] = json.loads(json.dumps(report))
    return copied


def _text_json() -> dict[str, Any]:
    split = [re.findall(r"[a-z]+", caption) for caption in captions()]
    words = Counter(word for caption in split for word in caption)
    pairs = Counter(" ".join(pair) for caption in split for pair in pairwise(caption))
    epithets = Counter(word for caption in split for word in caption if word in EPITHETS)
    return {
        "computed_on": {"rows": ROWS, "of": ROWS},
        "missing": 1,
        "blank": 0,
        "characters": numbers_json([len(caption) for caption in captions()]),
        "words": numbers_json([len(caption) for caption in split]),
        "epithets": numbers_json([sum(w in EPITHETS for w in caption) for caption in split]),
        "top_words": [list(pair) for pair in words.most_common(200)],
        "top_pairs": [list(pair) for pair in pairs.most_common(100)],
        "top_epithets": [list(pair) for pair in epithets.most_common(50)],
        "vocabulary": len(words),
    }
