"""The backend's only reader of `LOGO_*` variables and `.env`: typed, checked and frozen."""

from __future__ import annotations

import ipaddress
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.domain.access import bootstrap_key, is_loopback
from backend.settings_logs import ElasticSettings, LogSettings
from backend.telemetry.logs import LogOptions

ROOT = Path(__file__).resolve().parents[1]


def _from_root(path: Path) -> Path:
    # The same .env must mean the same folders wherever a command is started from.
    return path if path.is_absolute() else ROOT / path


def _split(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, str)
        else value
    )


Folder = Annotated[Path, AfterValidator(_from_root)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class _Group(BaseModel):
    # Forbidding extras turns a misspelt variable of a group into an error, not a silent default.
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )


class ApiSettings(_Group):
    """The web process.

    Attributes:
        wait_seconds: how long `POST /generate` waits before it answers 202.
        worker_grace_seconds: how long a job may wait for a worker to appear.
        allowed_hosts: values of the Host header that are answered.
        allowed_origins: other web sites whose pages may call the service. By default our own page,
            whose port makes it another site to a browser: files are sent from there straight here,
            in chunks, and never through the page's own process.
        queue_limit, queue_limit_per_caller: jobs that may wait in a lane, of all and of one key;
            callers without a key count as one.
        max_connections, max_connections_per_address: open at once; more are refused with 503. The
            containers' own network makes one address of all that come from outside.
        trusted_proxies: addresses and networks whose X-Forwarded-For is believed; the client is the
            right-most address in it that is none of them.
        allow_public: consent to listen beyond this machine without keys, behind another guard.
        require_keys: whether keys are asked for even while there is none.
        bootstrap_key: an admin key that comes from outside and is kept in no file.
        docs: whether /docs and /openapi.json are served; they are open to everybody.
        rate_per_second: points that each caller gets back; reading costs one. 0: no limits.
        rate_burst: the most points that a caller can have.
    """

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65_535)
    wait_seconds: float = Field(300, gt=0, le=3_600)
    worker_grace_seconds: float = Field(10, gt=0, le=600)
    allowed_hosts: Names = ("localhost", "127.0.0.1")
    allowed_origins: Names = ("http://localhost:8501", "http://127.0.0.1:8501")
    queue_limit: int = Field(200, ge=1, le=100_000)
    queue_limit_per_caller: int = Field(100, ge=1, le=100_000)
    max_connections: int = Field(1_000, ge=8, le=100_000)
    max_connections_per_address: int = Field(500, ge=1, le=100_000)
    trusted_proxies: Names = ()
    allow_public: bool = False
    require_keys: bool = False
    bootstrap_key: SecretStr = SecretStr("")
    docs: bool = True
    rate_per_second: float = Field(20, ge=0, le=100_000)
    rate_burst: int = Field(600, ge=1, le=1_000_000)

    @field_validator("bootstrap_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text:
            bootstrap_key(text, datetime.now(UTC))
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        networks = [ipaddress.ip_network(text) for text in value]
        if any(network.prefixlen == 0 for network in networks):
            raise ValueError("whoever is trusted names any client; everybody cannot be")
        return tuple(map(str, networks))

    @property
    def is_public(self) -> bool:
        """Whether the address can be reached from other machines."""
        return not is_loopback(self.host)


class PathSettings(_Group):
    """Folders; relative ones start at the repository's root."""

    weights: Folder = Path("weights")
    lora: Folder = Path("lora")
    data: Folder = Path("data")
    output: Folder = Path("output")


class JobSettings(_Group):
    """Jobs and leases.

    Attributes:
        url: an SQLAlchemy URL; empty means SQLite in the output folder.
        lease_seconds: a worker silent for longer loses its jobs.
        max_batch: how many compatible jobs run together.
        poll_seconds: how often a waiting process looks when no bell rings.
    """

    url: str = ""
    lease_seconds: float = Field(15, ge=1, le=600)
    max_batch: int = Field(8, ge=1, le=64)
    poll_seconds: float = Field(0.25, gt=0, le=10)


class Settings(BaseSettings):
    """Everything that can be set from outside, e.g. `LOGO_API__PORT=9000` for `api.port`."""

    model_config = SettingsConfigDict(
        env_prefix="LOGO_",
        env_nested_delimiter="__",
        env_file=ROOT / ".env",
        env_ignore_empty=True,
        # .env also holds the front end's variables (see frontend/settings.py) and others'.
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    profile: Literal["auto", "embedded", "sd15", "sdxl"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    upscaler: Literal[
        "auto",
        "realesr-animevideov3-x4",
        "realesrgan-x4plus-anime",
        "realesrgan-x4plus-ncnn",
        "realesrgan-x4plus",
    ] = "auto"
    api: ApiSettings = Field(default_factory=ApiSettings)
    paths: PathSettings = Field(default_factory=PathSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    elastic: ElasticSettings = Field(default_factory=ElasticSettings)

    @property
    def log_options(self) -> LogOptions:
        """What `telemetry.logs.configure_logging` takes; it masks the passwords known here."""
        return self.log.options((*self.elastic.secrets, self.api.bootstrap_key.get_secret_value()))

    @property
    def state_folder(self) -> Path:
        """Where the job database and the bells live."""
        return self.paths.output / "state"

    @property
    def jobs_url(self) -> str:
        """The SQLAlchemy URL of the job store."""
        return self.jobs.url or f"sqlite:///{self.state_folder / 'jobs.db'}"


def settings_or_exit() -> Settings:
    """The settings, for a process that is just starting; ends it with a sentence for each fault."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            place = "__".join(str(part).upper() for part in fault["loc"])
            print(f"error: LOGO_{place}: {fault['msg']}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
