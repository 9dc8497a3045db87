"""The pipelines are in Logstash's language and use only what is listed here.

Logstash itself was not run here: the lists are taken from its documentation, version 9.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import lark
import pytest
import yaml  # type: ignore[import-untyped]

from backend.settings import ROOT
from backend.telemetry.fields import BASE_FIELDS, EXTRA_FIELDS
from backend.tests.logstash.config_language import Plugin, plugins_of, selectors_of

LOGSTASH = ROOT / "logstash"
PIPELINES = ("main", "dead-letters")

NUMBER, TEXT, BOOLEAN, LIST, HASH = float, str, bool, list, dict
COMMON = {"id": TEXT, "codec": TEXT, "add_field": HASH, "remove_field": LIST}
ELASTICSEARCH = {
    "hosts": LIST,
    "user": TEXT,
    "password": TEXT,
    "data_stream": TEXT,
    "data_stream_auto_routing": BOOLEAN,
    "data_stream_sync_fields": BOOLEAN,
    "action": TEXT,
}
ALLOWED: Mapping[tuple[str, str], Mapping[str, type]] = {
    ("input", "file"): {
        "path": LIST,
        "mode": TEXT,
        "start_position": TEXT,
        "sincedb_path": TEXT,
        "sincedb_write_interval": TEXT,
        "stat_interval": TEXT,
        "discover_interval": NUMBER,
        "close_older": TEXT,
    },
    ("input", "tcp"): {"port": NUMBER},
    ("input", "dead_letter_queue"): {"path": TEXT, "pipeline_id": TEXT, "commit_offsets": BOOLEAN},
    ("filter", "truncate"): {"fields": LIST, "length_bytes": NUMBER},
    ("filter", "fingerprint"): {
        "source": LIST,
        "concatenate_sources": BOOLEAN,
        "method": TEXT,
        "target": TEXT,
    },
    ("filter", "mutate"): {"replace": HASH},
    ("output", "elasticsearch"): ELASTICSEARCH,
}
SETTINGS = {
    "node.name",
    "api.http.host",
    "pipeline.ecs_compatibility",
    "queue.type",
    "queue.max_bytes",
    "queue.checkpoint.writes",
    "dead_letter_queue.enable",
    "dead_letter_queue.max_bytes",
    "dead_letter_queue.retain.age",
    "xpack.monitoring.enabled",
}
PIPELINE_SETTINGS = {
    "pipeline.id",
    "path.config",
    "pipeline.workers",
    "queue.type",
    "dead_letter_queue.enable",
}


def text(name: str) -> str:
    return (LOGSTASH / "pipeline" / f"{name}.conf").read_text("utf-8")


def faults(plugin: Plugin) -> list[str]:
    allowed = ALLOWED.get((plugin.section, plugin.name))
    if allowed is None:
        return [f"{plugin.section} {plugin.name}"]
    known = {**COMMON, **allowed}
    return [
        f"{plugin.name}.{name}"
        for name, value in plugin.options.items()
        if name not in known or not isinstance(value, known[name])
    ]


def only(name: str, plugin: str) -> dict[str, Any]:
    (found,) = [each for each in plugins_of(text(name)) if each.name == plugin]
    return found.options


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_use_known_plugins_and_options(name: str) -> None:
    plugins = plugins_of(text(name))
    assert {plugin.section for plugin in plugins} == {"input", "filter", "output"}
    assert [fault for plugin in plugins for fault in faults(plugin)] == []


@pytest.mark.parametrize("name", PIPELINES)
def test_every_plugin_has_an_id_of_its_own(name: str) -> None:
    ids = [plugin.options.get("id") for plugin in plugins_of(text(name))]
    assert None not in ids
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "broken",
    [
        "input { file { path => [ } }",
        'input { file { path = "x" } }',
        "inputs { file { } }",
        "input { file { path => 'x' }",
        "filter { if [a] in { mutate { } } }",
    ],
)
def test_the_parser_refuses_what_is_no_pipeline(broken: str) -> None:
    with pytest.raises(lark.LarkError):
        plugins_of(broken)


@pytest.mark.parametrize(
    "misspelt",
    [
        'output { elasticsearhc { id => "x" } }',
        'output { elasticsearch { hostz => ["x"] } }',
        'output { elasticsearch { ssl => true cacert => "x" } }',
        'input { file { path => "x" } }',
        'output { elasticsearch { document_id => "%{id}" } }',
    ],
)
def test_the_lists_notice_wrong_names_and_options_gone_since_9_0(misspelt: str) -> None:
    (plugin,) = plugins_of(misspelt)
    assert faults(plugin)


def test_files_are_followed_from_their_beginning_and_remembered() -> None:
    options = only("main", "file")
    assert options["path"] == ["/logs/*.jsonl"]
    assert (options["mode"], options["start_position"]) == ("tail", "beginning")
    assert options["sincedb_path"].startswith("/usr/share/logstash/data/")


@pytest.mark.parametrize("name", PIPELINES)
def test_output_goes_to_data_streams_without_a_password_in_the_file(name: str) -> None:
    options = only(name, "elasticsearch")
    assert (options["data_stream"], options["action"]) == ("true", "create")
    assert options["password"] == "${LOGO_ELASTIC__WRITER_PASSWORD}"
    assert options["user"] == "logo_writer"


def test_variables_are_settings_of_the_product() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    for name in PIPELINES:
        for variable in re.findall(r"\$\{(\w+)", text(name)):
            assert f"\n{variable}=" in example


def test_conditions_look_at_fields_that_lines_have() -> None:
    known = {*BASE_FIELDS, *EXTRA_FIELDS, "tags"}
    assert selectors_of(text("main")) <= known


def test_settings_keep_what_was_read_and_what_was_refused() -> None:
    settings = yaml.safe_load((LOGSTASH / "config" / "logstash.yml").read_text("utf-8"))
    assert set(settings) <= SETTINGS
    assert settings["queue.type"] == "persisted"
    assert settings["dead_letter_queue.enable"] is True
    assert settings["pipeline.ecs_compatibility"] == "v8"


def test_both_pipelines_are_listed_and_the_second_reads_the_firsts_dead_letters() -> None:
    listed = yaml.safe_load((LOGSTASH / "config" / "pipelines.yml").read_text("utf-8"))
    assert all(set(each) <= PIPELINE_SETTINGS for each in listed)
    files = [each["path.config"].rpartition("/")[2] for each in listed]
    assert sorted(files) == sorted(path.name for path in (LOGSTASH / "pipeline").iterdir())
    assert only("dead-letters", "dead_letter_queue")["pipeline_id"] == listed[0]["pipeline.id"]
    assert listed[1]["dead_letter_queue.enable"] is False
