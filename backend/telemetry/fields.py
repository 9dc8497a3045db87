"""Every field that a log line can have, with its type: what the index template has to match.

A test holds this table against `logstash/elasticsearch`; what is not here becomes a label.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """Types of fields, named as Elasticsearch names them."""

    DATE = "date"
    KEYWORD = "keyword"
    TEXT = "match_only_text"
    LONG = "long"
    DOUBLE = "double"
    BOOLEAN = "boolean"


BASE_FIELDS: Mapping[str, Kind] = {
    # Set by the formatter itself; an `extra` of the same name becomes a label.
    "@timestamp": Kind.DATE,
    "log.level": Kind.KEYWORD,
    "message": Kind.TEXT,
    "ecs.version": Kind.KEYWORD,
    "service.name": Kind.KEYWORD,
    "service.type": Kind.KEYWORD,
    "event.dataset": Kind.KEYWORD,
    "event.id": Kind.KEYWORD,
    "data_stream.type": Kind.KEYWORD,
    "data_stream.dataset": Kind.KEYWORD,
    "data_stream.namespace": Kind.KEYWORD,
    "process.pid": Kind.LONG,
    "host.name": Kind.KEYWORD,
    "log.logger": Kind.KEYWORD,
    "log.origin.file.name": Kind.KEYWORD,
    "log.origin.file.line": Kind.LONG,
    "http.request.id": Kind.KEYWORD,
    "logo.stage": Kind.KEYWORD,
    "error.type": Kind.KEYWORD,
    "error.message": Kind.TEXT,
    "error.stack_trace": Kind.TEXT,
    "logo.prompt.length": Kind.LONG,
    "logo.prompt.sha256": Kind.KEYWORD,
    "logo.prompt.text": Kind.TEXT,
}
STAGES = ("brief", "draft", "upscale", "restyle", "finish")
EXTRA_FIELDS: Mapping[str, Kind] = {
    # An `extra` with one of these names and a fitting value takes the field's place.
    "event.action": Kind.KEYWORD,
    "event.outcome": Kind.KEYWORD,
    "event.duration": Kind.LONG,  # nanoseconds
    "error.code": Kind.KEYWORD,
    "http.request.method": Kind.KEYWORD,
    "http.response.status_code": Kind.LONG,
    "url.path": Kind.KEYWORD,
    "client.address": Kind.KEYWORD,
    "logo.route": Kind.KEYWORD,
    "logo.api_key": Kind.KEYWORD,  # the key's label, never the key
    "logo.page": Kind.KEYWORD,
    "logo.job.id": Kind.KEYWORD,
    "logo.job.kind": Kind.KEYWORD,
    "logo.job.lane": Kind.KEYWORD,
    "logo.job.state": Kind.KEYWORD,
    "logo.job.attempt": Kind.LONG,
    "logo.job.pictures": Kind.LONG,
    "logo.job.wait_ms": Kind.LONG,
    "logo.job.run_ms": Kind.LONG,
    **{f"logo.stage_ms.{stage}": Kind.DOUBLE for stage in STAGES},
    "logo.models.name": Kind.KEYWORD,
    "logo.models.sha256": Kind.KEYWORD,
    "logo.loras": Kind.KEYWORD,
    "logo.queue.queued": Kind.LONG,
    "logo.queue.running": Kind.LONG,
    "logo.worker.id": Kind.KEYWORD,
    "logo.worker.memory_bytes": Kind.LONG,
    "logo.worker.uptime_seconds": Kind.LONG,
    "logo.run.name": Kind.KEYWORD,
    "logo.run.step": Kind.LONG,
    "logo.run.total_steps": Kind.LONG,
    "logo.run.metric": Kind.KEYWORD,
    "logo.run.value": Kind.DOUBLE,
    "logo.log.lost": Kind.LONG,
    "logo.canary": Kind.KEYWORD,
}
