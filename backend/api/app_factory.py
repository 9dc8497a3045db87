"""Puts the web application together from its routes, handlers and layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse

from backend.api.access import AccessMiddleware
from backend.api.metrics import HttpMetrics
from backend.api.middleware import OriginMiddleware, ProblemMiddleware, RequestContextMiddleware
from backend.api.pace import BodyPaceMiddleware
from backend.api.problems import install_problem_handlers
from backend.api.routes import (
    branding,
    datasets,
    facts,
    gallery,
    generate,
    health,
    images,
    jobs,
    loras,
    models,
    tickets,
    training,
    training_runs,
    tryouts,
)
from backend.api.security_headers import SecurityHeadersMiddleware, policy_of_page
from backend.domain.version import VERSION
from backend.services.access import Access

_TAGS = [
    {"name": "generate", "description": "Ask for pictures."},
    {"name": "jobs", "description": "Follow and cancel what was asked for."},
    {
        "name": "images",
        "description": "Pictures, their files and records; search, uploads, settings.",
    },
    {
        "name": "branding",
        "description": "From a picture to files: cut-outs, lettering, checks, brand kits.",
    },
    {
        "name": "datasets",
        "description": "Captioned pictures in parquet files.",
    },
    {"name": "loras", "description": "Adapters that give the diffusion pipeline a style."},
    {
        "name": "training",
        "description": "Train LoRA adapters on a few pictures.",
    },
    {"name": "access", "description": "Tickets for browsers."},
    {"name": "facts", "description": "Models, limits, kinds of problems."},
    {"name": "health", "description": "For machines that watch."},
]
_DESCRIPTION = """A sentence in, logos out.

Every error is a problem document (RFC 9457) with a stable `code`; `GET /problems/{code}` explains
it. Where the service asks for keys, send yours as `Authorization: Bearer KEY`.
Text is normalised to Unicode NFC and stripped; marks that hide or reorder text are removed,
control characters are refused. When a JSON object names a field twice, the last one counts.
"""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """What the settings say about the outside.

    Attributes:
        allowed_hosts: values of the Host header that are answered.
        allowed_origins: other sites whose pages may call the service.
        access: who is let in; None: everybody.
        has_docs: whether /docs and /openapi.json are served.
    """

    allowed_hosts: Sequence[str] = ("localhost", "127.0.0.1")
    allowed_origins: Sequence[str] = ()
    access: Access | None = None
    has_docs: bool = True


def build_app(lifespan: Lifespan | None = None, options: ApiOptions | None = None) -> FastAPI:
    """The application. The lifespan sets `app.state.services` (see `api.deps.ApiServices`)."""
    options = options or ApiOptions()
    figures = HttpMetrics()
    app = FastAPI(
        title="Text to logo",
        version=VERSION,
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        openapi_url="/openapi.json" if options.has_docs else None,
        docs_url=None,
        redoc_url=None,
        # A redirect would answer an unknown address with something else than a problem.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        middleware=_layers(options, figures),
        lifespan=lifespan,
    )
    app.state.metrics = figures
    methods: dict[str, set[str]] = {}
    modules = (
        generate, jobs, gallery, images, branding, datasets, training, training_runs, models, loras,
        tryouts, tickets, facts, health,
    )  # fmt: skip
    for module in modules:
        app.include_router(module.router)
        for route in module.router.routes:
            if isinstance(route, APIRoute):
                methods.setdefault(route.path, set()).update(route.methods or ())
    install_problem_handlers(app, methods)
    if options.has_docs:
        _serve_docs(app)
    _document_keys(app)
    return app


def _layers(options: ApiOptions, figures: HttpMetrics) -> list[Middleware]:
    """From the outside in."""
    layers = [
        Middleware(RequestContextMiddleware, metrics=figures),
        Middleware(SecurityHeadersMiddleware),
        Middleware(ProblemMiddleware),
        Middleware(BodyPaceMiddleware),
        Middleware(
            TrustedHostMiddleware, allowed_hosts=list(options.allowed_hosts), www_redirect=False
        ),
    ]
    if options.allowed_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(options.allowed_origins),
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=[
                    "Authorization",
                    "Content-Type",
                    "Idempotency-Key",
                    "Last-Event-ID",
                    "Prefer",
                    "Upload-Offset",
                    "X-API-Key",
                ],
                expose_headers=[
                    "Location",
                    "Preference-Applied",
                    "RateLimit",
                    "Retry-After",
                    "Upload-Offset",
                    "X-Request-ID",
                ],
            )
        )
    layers.append(Middleware(OriginMiddleware, allowed_origins=options.allowed_origins))
    # Within CORS, so that pages can read why they were refused.
    if options.access is not None:
        layers.append(Middleware(AccessMiddleware, access=options.access))
    return layers


def _document_keys(app: FastAPI) -> None:
    """Says in the interface's description how a key is sent; /docs then has a field for it."""
    described = app.openapi

    def with_keys() -> dict[str, Any]:
        document = described()
        document["components"]["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer"},
            "keyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        # The empty one: a service without keys asks for none.
        document["security"] = [{"key": []}, {"keyHeader": []}, {}]
        return document

    app.openapi = with_keys  # type: ignore[method-assign]


def _serve_docs(app: FastAPI) -> None:
    """Swagger UI at /docs with its script and style from an installed package: no CDN needed."""
    folder = files("fastapi_offline") / "static"
    app.mount("/docs-assets", StaticFiles(directory=str(folder)), name="docs-assets")

    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=f"{app.title} - API",
        swagger_js_url="/docs-assets/swagger-ui-bundle.js",
        swagger_css_url="/docs-assets/swagger-ui.css",
        swagger_favicon_url="/docs-assets/favicon.png",
    )
    html = bytes(page.body).decode("utf-8")
    headers = {"Content-Security-Policy": policy_of_page(html)}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(html, headers=headers)


def _operation_id(route: APIRoute) -> str:
    return route.name
