"""`python -m backend logs ...`: the stack that collects the logs, and whether it does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from backend.domain.errors import LogoError
from backend.settings import ROOT, Settings, settings_or_exit

logs_app = typer.Typer(
    no_args_is_help=True, help="Elasticsearch, Logstash and Kibana for the logs."
)


@logs_app.command("setup")
def logs_setup() -> None:
    """Makes users, templates, lifecycle and dashboards; may be run again at any time.

    Addresses and passwords come from the settings LOGO_ELASTIC__*.
    """
    from backend.services.log_stack.objects import StackObjects
    from backend.services.log_stack.setup import NewPasswords, Patience, StackAddress, set_up

    elastic = settings_or_exit().elastic
    with _friendly():
        _need_url(elastic.url)
        address = StackAddress(
            elastic.url, elastic.kibana_url, elastic.ca_file,
            password=elastic.password.get_secret_value(),
        )  # fmt: skip
        passwords = NewPasswords(
            elastic.kibana_password.get_secret_value(),
            elastic.writer_password.get_secret_value(),
            elastic.reader_password.get_secret_value(),
        )
        objects = StackObjects.read(ROOT / "logstash")
        set_up(address, passwords, objects, print, Patience(elastic.wait_seconds))


@logs_app.command("canary")
def logs_canary(
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for the line.")] = 60,
) -> None:
    """Writes a marked line into the log folder; fails unless exactly one arrives."""
    from backend.domain.errors import LogStackFailed
    from backend.services.log_stack.canary import await_canary, send_canary
    from backend.services.log_stack.setup import Patience, StackAddress

    settings = settings_or_exit()
    elastic, folder = settings.elastic, settings.log.folder
    with _friendly():
        _need_url(elastic.url)
        if folder is None:
            raise LogStackFailed("there is no log folder; set LOGO_LOG__FOLDER")
        mark = send_canary(folder)
        print(f"{mark} written to {folder}")
        address = StackAddress(
            elastic.url, ca_file=elastic.ca_file, user="logo_reader",
            password=elastic.reader_password.get_secret_value(),
        )  # fmt: skip
        refused = await_canary(address, mark, Patience(wait))
    print("it arrived, once")
    if refused:
        print(f"note: {refused} other lines were refused; see Refused lines in Kibana")


def log_to_files(settings: Settings, process_name: str) -> None:
    """For commands: files only, if a folder is set; their terminal stays their own."""
    from backend.telemetry.logs import configure_logging

    if settings.log.folder is not None:
        configure_logging(settings.log_options, process_name, to_stderr=False)


def _need_url(url: str) -> None:
    from backend.domain.errors import LogStackFailed

    if not url:
        raise LogStackFailed("no log stack is set up; set LOGO_ELASTIC__URL")


@contextmanager
def _friendly() -> Iterator[None]:
    try:
        yield
    except LogoError as error:
        console = Console(stderr=True)
        console.print(f"error: {error.detail}", style="red", markup=False, highlight=False)
        sys.exit(1)
