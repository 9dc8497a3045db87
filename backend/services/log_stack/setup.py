"""Prepares Elasticsearch and Kibana for the logs; may be run again at any time.

Passwords travel in the bodies and headers of requests only: any characters do, and no command
line or message shows them.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from backend.domain.errors import InvalidRequest, LogStackFailed
from backend.services.log_stack.objects import STREAM_PATTERN, STREAMS, StackObjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from elasticsearch import Elasticsearch

_PAUSE_SECONDS = 2.0
_REQUEST_SECONDS = 30.0
_SHORTEST_PASSWORD = 6
_KIBANA_HEADERS = {"kbn-xsrf": "true"}

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StackAddress:
    """Where the stack is and who asks.

    Attributes:
        url, kibana_url: of Elasticsearch and Kibana; without the latter no dashboards are made.
        ca_file: certificate of the authority that signed theirs; None: the system's.
        user, password: of the one who asks.
    """

    url: str
    kibana_url: str = ""
    ca_file: Path | None = None
    user: str = "elastic"
    password: str = field(default="", repr=False)

    def client(self) -> Elasticsearch:
        """A client of Elasticsearch; close it."""
        from elasticsearch import Elasticsearch

        trust: dict[str, Any] = {"ca_certs": str(self.ca_file)} if self.ca_file else {}
        # The client would refuse to encode a password that is not ASCII; the server takes UTF-8.
        coded = base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")
        headers = {"authorization": f"Basic {coded}"}
        return Elasticsearch(self.url, headers=headers, request_timeout=_REQUEST_SECONDS, **trust)

    def kibana(self) -> httpx.Client:
        """A client of Kibana; close it."""
        return httpx.Client(
            base_url=self.kibana_url,
            auth=httpx.BasicAuth(self.user, self.password),
            headers=_KIBANA_HEADERS,
            timeout=_REQUEST_SECONDS,
            verify=str(self.ca_file) if self.ca_file else True,
        )


@dataclass(frozen=True, slots=True)
class NewPasswords:
    """What the users of the stack get."""

    kibana_system: str = field(repr=False)
    logo_writer: str = field(repr=False)
    logo_reader: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a stack that is starting; the clocks are for tests."""

    seconds: float = 300.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def until(self, is_there: Callable[[], bool], what: str) -> None:
        """Asks now and then. Raises LogStackFailed when the time is up."""
        end = self.monotonic() + self.seconds
        while not is_there():
            if self.monotonic() >= end:
                raise LogStackFailed(
                    f"{what} was not ready after {self.seconds:.0f} seconds; look at its own log, "
                    "then run this again"
                )
            self.sleep(_PAUSE_SECONDS)


def set_up(
    address: StackAddress,
    passwords: NewPasswords,
    objects: StackObjects,
    tell: Tell,
    patience: Patience | None = None,
) -> None:
    """Makes or renews everything that the logs need.

    Raises:
        InvalidRequest: a password is missing or too short.
        LogStackFailed: Elasticsearch or Kibana does not answer, or refuses; says which and why.
    """
    _check(address, passwords)
    patience = patience or Patience()
    with address.client() as client:
        _wait_for_elasticsearch(client, patience)
        tell("Elasticsearch answers")
        with _explained("Elasticsearch"):
            _make_objects(client, objects, tell)
            _make_users(client, passwords, tell)
            _make_streams(client, objects, tell)
    if address.kibana_url:
        with address.kibana() as kibana:
            _wait_for_kibana(kibana, patience)
            _make_dashboards(kibana, objects.dashboards, tell)


def _check(address: StackAddress, passwords: NewPasswords) -> None:
    given = {
        "PASSWORD": address.password,
        "KIBANA_PASSWORD": passwords.kibana_system,
        "WRITER_PASSWORD": passwords.logo_writer,
        "READER_PASSWORD": passwords.logo_reader,
    }
    short = [name for name, value in given.items() if len(value) < _SHORTEST_PASSWORD]
    if short:
        raise InvalidRequest(
            "these passwords are missing or have less than six characters: "
            + ", ".join(f"LOGO_ELASTIC__{name}" for name in short)
        )


def _wait_for_elasticsearch(client: Elasticsearch, patience: Patience) -> None:
    from elasticsearch import ApiError, AuthenticationException, TransportError

    def is_there() -> bool:
        try:
            return bool(client.cluster.health()["status"] in ("green", "yellow"))
        except AuthenticationException as error:
            raise LogStackFailed(
                "Elasticsearch refuses the user elastic with LOGO_ELASTIC__PASSWORD. A data volume "
                "keeps the password that it was first started with: use that one, or reset it "
                "there with bin/elasticsearch-reset-password"
            ) from error
        except ApiError as error:
            if error.status_code < 500 and error.status_code not in (408, 429):
                raise LogStackFailed(f"Elasticsearch refuses: {_reason(error)}") from error
            return False
        except TransportError:
            return False

    patience.until(is_there, "Elasticsearch")


def _make_objects(client: Elasticsearch, objects: StackObjects, tell: Tell) -> None:
    for name, body in objects.lifecycle.items():
        client.ilm.put_lifecycle(name=name, policy=body["policy"])
        tell(f"lifecycle {name}")
    for name, body in objects.ingest_pipelines.items():
        client.ingest.put_pipeline(id=name, **body)
        tell(f"ingest pipeline {name}")
    for name, body in objects.component_templates.items():
        client.cluster.put_component_template(
            name=name, template=body["template"], meta=body["_meta"]
        )
        tell(f"component template {name}")
    for name, body in objects.index_templates.items():
        values = {key: value for key, value in body.items() if key != "_meta"}
        client.indices.put_index_template(name=name, meta=body["_meta"], **values)
        tell(f"index template {name}")
    for name, body in objects.roles.items():
        client.security.put_role(name=name, **body)
        tell(f"role {name}")


def _make_users(client: Elasticsearch, passwords: NewPasswords, tell: Tell) -> None:
    client.security.change_password(username="kibana_system", password=passwords.kibana_system)
    tell("password of kibana_system")
    users = {"logo_writer": passwords.logo_writer, "logo_reader": passwords.logo_reader}
    for name, password in users.items():
        client.security.put_user(username=name, password=password, roles=[name], enabled=True)
        tell(f"user {name}")


def _make_streams(client: Elasticsearch, objects: StackObjects, tell: Tell) -> None:
    from elasticsearch import BadRequestError

    mappings = objects.component_templates["logo-mappings"]["template"]["mappings"]
    for name in STREAMS:
        try:
            client.indices.create_data_stream(name=name)
        except BadRequestError as error:
            if "resource_already_exists_exception" not in str(error.body):
                raise
        else:
            tell(f"data stream {name}")
    try:
        # Streams of an older version learn the new fields at once, not at their next index.
        client.indices.put_mapping(index=STREAM_PATTERN, properties=mappings["properties"])
        tell("fields of all data streams")
    except BadRequestError:
        # A field has another type now: only a new index can have it.
        for name in STREAMS:
            client.indices.rollover(alias=name)
        tell("a new index for each data stream, since the type of a field has changed")


def _wait_for_kibana(kibana: httpx.Client, patience: Patience) -> None:
    def is_there() -> bool:
        try:
            return kibana.get("/api/status").status_code == 200
        except httpx.TransportError:
            return False

    patience.until(is_there, "Kibana")


def _make_dashboards(
    kibana: httpx.Client, dashboards: Mapping[str, Mapping[str, Any]], tell: Tell
) -> None:
    view = {"id": "logo-logs", "title": "logs-logo.*", "timeFieldName": "@timestamp"}
    body = {"data_view": {**view, "name": "Text to logo"}, "override": True}
    _send(kibana, "POST", "/api/data_views/data_view", body)
    tell("data view logo-logs")
    for name, dashboard in dashboards.items():
        _send(kibana, "PUT", f"/api/dashboards/{name}", dashboard)
        tell(f"dashboard {name}")


def _send(kibana: httpx.Client, method: str, path: str, body: Mapping[str, Any]) -> None:
    try:
        answer = kibana.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise LogStackFailed(f"Kibana does not answer at {path}: {error}") from error
    if answer.status_code == 404 and path.startswith("/api/dashboards/"):
        raise LogStackFailed(
            "this Kibana has no dashboards API; it came with 9.4 and is stable from 9.5"
        )
    if not answer.is_success:
        raise LogStackFailed(f"Kibana refuses {path}: {answer.status_code} {answer.text[:500]}")


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Failures of the client as ours, with the server's own reason."""
    from elasticsearch import ApiError, TransportError

    try:
        yield
    except ApiError as error:
        raise LogStackFailed(f"{what} refuses: {_reason(error)}") from error
    except TransportError as error:
        raise LogStackFailed(f"{what} does not answer: {error.message}") from error


def _reason(error: Any) -> str:
    body = error.body
    found = body.get("error") if isinstance(body, dict) else None
    reason = found.get("reason") if isinstance(found, dict) else None
    return f"{error.status_code} {reason or error.message}"[:500]
