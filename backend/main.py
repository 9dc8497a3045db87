"""Composition root of the web process: `python -m backend.main`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from fastapi import FastAPI

from backend.api.app_factory import ApiOptions, build_app
from backend.api.connections import ConnectionLimits
from backend.api.server import serve
from backend.api.shutdown import at_termination
from backend.settings import Settings, settings_or_exit
from backend.telemetry.logs import configure_logging, reset_logging
from backend.utils.allocating import share_heaps
from backend.web_parts import log_status, open_access, open_services, public_fault


def create_app(settings: Settings | None = None) -> FastAPI:
    """The web application; everything it holds is opened when it starts and closed at its end."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(settings.log_options, "api")
        app.state.log_status = log_status(settings)
        with ExitStack() as stack:
            stack.callback(reset_logging)
            services = open_services(settings, stack, app.state.metrics.tally)
            app.state.services = services
            seen = settings.jobs.lease_seconds
            app.state.metrics.watch_jobs(services.store, services.wakeups, seen)
            stack.enter_context(at_termination(services.wakeups.close))
            yield

    api = settings.api
    return build_app(
        lifespan,
        ApiOptions(api.allowed_hosts, api.allowed_origins, open_access(settings), api.docs),
    )


def main() -> None:
    """Serves on the address of the settings until SIGTERM or SIGINT."""
    share_heaps()
    settings = settings_or_exit()
    fault = public_fault(settings)
    if fault is not None:
        print(f"error: {fault}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    api = settings.api
    limits = ConnectionLimits(
        connections=api.max_connections,
        per_address=api.max_connections_per_address,
        trusted_proxies=api.trusted_proxies,
    )
    serve("backend.main:create_app", limits, host=api.host, port=api.port)


if __name__ == "__main__":
    main()
