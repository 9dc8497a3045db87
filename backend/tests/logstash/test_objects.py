"""Templates, lifecycle, roles and dashboards fit each other and the lines that are written.

Elasticsearch and Kibana themselves were not run here.
"""

from __future__ import annotations

import ast
import fnmatch
import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from backend.services.log_stack.objects import STREAM_PATTERN, STREAMS, StackObjects
from backend.settings import ROOT
from backend.telemetry.context import REQUEST_ID, STAGE, working_for
from backend.telemetry.ecs import EcsFormatter
from backend.telemetry.fields import BASE_FIELDS, EXTRA_FIELDS, Kind

OBJECTS = StackObjects.read(ROOT / "logstash")
MAPPINGS = OBJECTS.component_templates["logo-mappings"]["template"]["mappings"]
# What Logstash adds, and what holds everything without a field of its own.
ADDED = {
    "labels": "flattened",
    "tags": "keyword",
    "log.file.path": "keyword",
    "logo.dead_letter.reason": "match_only_text",
}
GOLDEN = Path(__file__).with_name("golden.json")
BUCKET = "BUCKET(@timestamp, 75, ?_tstart, ?_tend)"


def types(properties: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in properties.items():
        if "properties" in value:
            found |= types(value["properties"], f"{prefix}{name}.")
        else:
            found[prefix + name] = value["type"]
    return found


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and name != "labels":
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


TYPES = types(MAPPINGS["properties"])


# Lines and the mapping


def test_the_mapping_has_the_fields_of_the_code_and_their_types() -> None:
    fields = {name: str(kind) for name, kind in {**BASE_FIELDS, **EXTRA_FIELDS}.items()}
    constant = {name: "constant_keyword" for name in fields if name.startswith("data_stream.")}
    assert {**fields, **constant, **ADDED} == TYPES
    assert MAPPINGS["dynamic"] is False


def golden_line() -> dict[str, Any]:
    """A line with every field: times, ids and places as they are in the golden file."""
    values: dict[Kind, Any] = {Kind.KEYWORD: "word", Kind.LONG: 7, Kind.DOUBLE: 0.5}
    record = logging.LogRecord("a.b", logging.ERROR, "/x/f.py", 3, "hello", None, None)
    record.exc_info = (ValueError, ValueError("no"), None)
    extra = {name: values[kind] for name, kind in EXTRA_FIELDS.items()}
    vars(record).update(extra, prompt="a fox", other=1)
    with working_for(REQUEST_ID, "r1"), working_for(STAGE, "draft"):
        line: dict[str, Any] = json.loads(EcsFormatter("api", prompts=True).format(record))
    line["@timestamp"], line["event"]["id"] = "2026-11-21T10:15:00.123Z", "0-1-2"
    line["host"]["name"], line["process"]["pid"] = "host", 1
    return line


def test_the_golden_line_is_what_the_formatter_writes() -> None:
    assert golden_line() == json.loads(GOLDEN.read_text("utf-8")), (
        "the line has changed; if that was meant, run python -m backend.tests.logstash.test_objects"
    )


def test_every_field_of_the_golden_line_is_mapped_and_fits_its_type() -> None:
    python_types = {
        "date": str, "keyword": str, "constant_keyword": str, "match_only_text": str, "long": int,
        "double": float, "flattened": dict,
    }  # fmt: skip
    line = dict(leaves(json.loads(GOLDEN.read_text("utf-8"))))
    for name, value in line.items():
        assert isinstance(value, python_types[TYPES[name]]), name
    # Every field but those that Logstash adds.
    assert set(TYPES) - set(line) == {"tags", "log.file.path", "logo.dead_letter.reason"}


# Templates, lifecycle, roles, streams


def test_the_template_takes_our_streams_and_gives_them_all_parts() -> None:
    (template,) = OBJECTS.index_templates.values()
    (pattern,) = template["index_patterns"]
    assert pattern == STREAM_PATTERN
    assert [name for name in STREAMS if not fnmatch.fnmatch(name, pattern)] == []
    assert set(template["composed_of"]) == set(OBJECTS.component_templates)
    assert template["data_stream"] == {}
    # Integrations of Elastic use 200 to 500, the built-in logs template 100.
    assert template["priority"] > 500


def test_settings_name_a_lifecycle_and_a_pipeline_that_exist() -> None:
    index = OBJECTS.component_templates["logo-settings"]["template"]["settings"]["index"]
    assert index["lifecycle"]["name"] in OBJECTS.lifecycle
    assert index["default_pipeline"] in OBJECTS.ingest_pipelines
    assert index["mapping"]["ignore_malformed"] is True


def test_lines_are_deleted_after_fourteen_days() -> None:
    phases = OBJECTS.lifecycle["logo-logs"]["policy"]["phases"]
    assert phases["hot"]["actions"]["rollover"]["max_age"] == "1d"
    assert phases["delete"] == {"min_age": "14d", "actions": {"delete": {}}}


def test_the_id_of_a_line_becomes_the_id_of_its_document() -> None:
    (processor,) = OBJECTS.ingest_pipelines["logo-event-id"]["processors"]
    assert processor["set"]["field"] == "_id"
    assert processor["set"]["value"].strip("{}") in TYPES


def test_roles_reach_our_streams_and_nothing_else() -> None:
    rights = {"logo_writer": {"create_doc", "auto_configure"}}
    rights["logo_reader"] = {"read", "view_index_metadata"}
    assert set(OBJECTS.roles) == set(rights)
    for name, role in OBJECTS.roles.items():
        (place,) = role["indices"]
        assert place["names"] == [STREAM_PATTERN]
        assert set(place["privileges"]) == rights[name]
        assert role["cluster"] == ["monitor"]


# What the code logs


def extras() -> Iterator[tuple[Path, str, ast.expr]]:
    """Names and values of dictionaries in our code whose names are those of fields."""
    for package in ("backend", "frontend"):
        for path in (ROOT / package).rglob("*.py"):
            if {"tests", "texts"} & set(path.parts) or path.name == "fields.py":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Dict):
                    for key, value in zip(node.keys, node.values, strict=True):
                        if isinstance(key, ast.Constant) and isinstance(key.value, str):
                            yield path, key.value, value


def actions() -> set[str]:
    """All values of event.action, those of functions that take them as an argument too."""
    found = set()
    for package in ("backend", "frontend"):
        for path in (ROOT / package).rglob("*.py"):
            if "tests" not in path.parts:
                found |= set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', path.read_text("utf-8")))
    return found


def test_names_in_log_calls_are_names_of_fields() -> None:
    pattern = re.compile(r"(logo|event|http|url|error)\.[a-z_.]+")
    used = {
        (path.name, name)
        for path, name, _ in extras()
        # Files of adapters have metadata under names of their own.
        if pattern.fullmatch(name) and "lora" not in path.parts
    }
    assert used
    assert sorted(place for place in used if place[1] not in EXTRA_FIELDS) == []


def test_every_field_is_written_by_somebody() -> None:
    written = {name for _, name, _ in extras()}
    computed = {name for name in EXTRA_FIELDS if name.startswith("logo.stage_ms.")}
    assert sorted(set(EXTRA_FIELDS) - written - computed) == []


# Dashboards


def panels() -> list[Any]:
    return [
        pytest.param(panel, id=f"{name}-{panel['id']}")
        for name, dashboard in OBJECTS.dashboards.items()
        for panel in dashboard["panels"]
    ]


def sources(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(config.get("layers", [config]))


def columns(config: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for layer in sources(config):
        for name in ("x", "breakdown_by"):
            if name in layer:
                found.append(layer[name]["column"])
        for name in ("y", "metrics", "rows"):
            found += [each["column"] for each in layer.get(name, [])]
    return found


def produced(query: str) -> set[str]:
    """The columns that a query ends with."""
    steps = [step.strip() for step in query.split(" | ")]
    for step in reversed(steps):
        if step.startswith("KEEP "):
            return {name.strip() for name in step.removeprefix("KEEP ").split(",")}
        if step.startswith("STATS "):
            aggregates, _, keys = step.removeprefix("STATS ").partition(" BY ")
            names = set(re.findall(r"(?:^|, )(`[^`]+`|\w+) = ", aggregates))
            return {name.strip("`") for name in names} | set(split(keys))
    raise AssertionError(f"the query keeps no columns: {query}")


def split(keys: str) -> list[str]:
    """At commas outside of parentheses."""
    return [key.strip() for key in re.split(r",(?![^(]*\))", keys) if key.strip()]


@pytest.mark.parametrize("panel", panels())
def test_panels_ask_for_streams_and_fields_that_exist(panel: dict[str, Any]) -> None:
    for layer in sources(panel["config"]):
        assert layer["data_source"]["type"] == "esql"
        query = layer["data_source"]["query"]
        source, _, rest = query.removeprefix("FROM ").partition(" | ")
        stream, _, _ = source.partition(" ")
        assert [name for name in STREAMS if fnmatch.fnmatch(name, stream)], stream
        bare = re.sub(r'"[^"]*"|`[^`]*`', "", query.removeprefix(f"FROM {stream}"))
        named = set(re.findall(r"@timestamp|\b[a-z_]+(?:\.[a-z_0-9]+)+", bare))
        assert named <= set(TYPES), named - set(TYPES)
        assert "?_tstart" in query
        assert rest


@pytest.mark.parametrize("panel", panels())
def test_panels_show_columns_that_their_query_gives(panel: dict[str, Any]) -> None:
    config = panel["config"]
    given = {name for layer in sources(config) for name in produced(layer["data_source"]["query"])}
    assert columns(config)
    assert set(columns(config)) <= given


@pytest.mark.parametrize("panel", panels())
def test_panels_wait_for_events_that_the_code_writes(panel: dict[str, Any]) -> None:
    asked: set[str] = set()
    for layer in sources(panel["config"]):
        query = layer["data_source"]["query"]
        for values in re.findall(r"event\.action (?:==|IN) (\([^)]*\)|\"[^\"]*\")", query):
            asked |= set(re.findall(r'"([^"]+)"', values))
    assert asked <= actions()


# What the dashboards API takes, as far as it is used here; empty lists it refuses.
SHAPES = {
    "metric": {"type", "data_source", "metrics"},
    "xy": {"type", "title", "legend", "axis", "layers"},
    "data_table": {"type", "title", "data_source", "metrics", "rows"},
}
LAYER = {"type", "data_source", "x", "y", "breakdown_by"}
LAYERS = {"line", "bar_stacked", "bar_horizontal"}


@pytest.mark.parametrize("panel", panels())
def test_panels_have_the_shape_that_the_api_takes(panel: dict[str, Any]) -> None:
    assert set(panel) == {"type", "id", "grid", "config"}
    config = panel["config"]
    assert panel["type"] == "vis"
    assert set(config) <= SHAPES[config["type"]]
    for layer in config.get("layers", []):
        assert set(layer) <= LAYER
        assert layer["type"] in LAYERS
    for part in sources(config):
        assert [name for name in ("metrics", "rows", "y") if part.get(name) == []] == []
    if config["type"] == "metric":
        assert [metric["type"] for metric in config["metrics"]] == ["primary"]


@pytest.mark.parametrize("name", sorted(OBJECTS.dashboards))
def test_panels_lie_side_by_side(name: str) -> None:
    panels = OBJECTS.dashboards[name]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        grid = panel["grid"]
        assert grid["x"] + grid["w"] <= 48
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, panel["id"]
        taken |= cells


def test_the_dashboards_answer_what_is_asked_of_them() -> None:
    queries = " ".join(
        layer["data_source"]["query"]
        for dashboard in OBJECTS.dashboards.values()
        for panel in dashboard["panels"]
        for layer in sources(panel["config"])
    )
    wanted = (
        "http-request", "PERCENTILE(logo.stage_ms.restyle, 95)", "error.code", "logo.queue.queued",
        "logo.job.wait_ms", "logo.worker.memory_bytes", "logo.loras", "logo.run.value",
    )  # fmt: skip
    assert [text for text in wanted if text not in queries] == []


def test_time_axes_are_axes_of_time() -> None:
    for dashboard in OBJECTS.dashboards.values():
        for panel in dashboard["panels"]:
            for layer in panel["config"].get("layers", []):
                is_time = layer["x"]["column"] == BUCKET
                axis = panel["config"].get("axis", {}).get("x", {})
                assert (axis.get("scale") == "temporal") == is_time


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden_line(), indent=1) + "\n", "utf-8")
