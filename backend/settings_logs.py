"""The settings of logging and of the stack that collects the logs; part of `backend.settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from backend.telemetry.logs import LogOptions
from backend.telemetry.rotation import Rotation

_ROOT = Path(__file__).resolve().parents[1]
Folder = Annotated[Path, AfterValidator(lambda path: path if path.is_absolute() else _ROOT / path)]


class _Group(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )


class LogSettings(_Group):
    """Logs: text or ECS JSON on standard error, and JSON in rotated files if a folder is given.

    Attributes:
        file_bytes, file_count, file_hours: when a file is followed by the next one, and how many
            are kept for each process.
        keep_days: files that were not written for longer go.
        prompts: whether the words of prompts are written; else only their length and hash.
        live_tail: host:port of a Logstash `tcp` input that gets a copy of the files' lines.
    """

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["text", "json"] = "text"
    folder: Folder | None = None
    file_bytes: int = Field(5 * 1024 * 1024, ge=100_000, le=2**31)
    file_count: int = Field(5, ge=2, le=1_000)
    file_hours: float = Field(24, gt=0, le=24 * 365)
    keep_days: float = Field(14, gt=0, le=3_650)
    prompts: bool = False
    live_tail: str = Field("", pattern=r"^$|^[A-Za-z0-9.\-\[\]:]+:\d{1,5}$")

    @model_validator(mode="after")
    def _tail_copies_files(self) -> Self:
        if self.live_tail and self.folder is None:
            raise ValueError(
                "LOGO_LOG__LIVE_TAIL copies the lines of the log files; set LOGO_LOG__FOLDER too"
            )
        return self

    def options(self, secrets: tuple[str, ...] = ()) -> LogOptions:
        """What `telemetry.logs.configure_logging` takes."""
        rotation = Rotation(self.file_bytes, self.file_count, self.file_hours, self.keep_days)
        return LogOptions(
            self.level, self.format, self.folder, rotation, self.prompts, self.live_tail, secrets
        )


class ElasticSettings(_Group):
    """The stack that collects the logs; nothing of it is needed to run the service.

    Attributes:
        url: of Elasticsearch; empty: there is no stack.
        kibana_url: as the setup reaches Kibana.
        kibana_public_url: as browsers reach it: the link in the UI.
        ca_file: certificate of the authority that signed theirs; None: the system's.
        password: of the built-in user `elastic`, for the setup only.
        kibana_password: what `kibana_system` gets.
        writer_password: what `logo_writer` gets, with which Logstash writes.
        reader_password: what `logo_reader` gets, with which the canary and the status read.
        wait_seconds: how long the setup waits for Elasticsearch and Kibana.
    """

    url: str = Field("", pattern=r"^$|^https?://\S+$")
    kibana_url: str = Field("", pattern=r"^$|^https?://\S+$")
    kibana_public_url: str = Field("", pattern=r"^$|^https?://\S+$")
    ca_file: Folder | None = None
    password: SecretStr = SecretStr("")
    kibana_password: SecretStr = SecretStr("")
    writer_password: SecretStr = SecretStr("")
    reader_password: SecretStr = SecretStr("")
    wait_seconds: float = Field(300, gt=0, le=3_600)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All passwords, for the logs to mask."""
        held = (self.password, self.kibana_password, self.writer_password, self.reader_password)
        return tuple(secret.get_secret_value() for secret in held)
