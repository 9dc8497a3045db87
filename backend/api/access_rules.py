"""Who may call which route, as one table. A route without a line here does not pass the tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from starlette._utils import get_route_path
from starlette.routing import compile_path
from starlette.types import Scope

from backend.domain.access import KeyScope


class Door(Enum):
    """What a route asks for apart from scopes."""

    OPEN = "no key"
    ANY_KEY = "any key"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks for, and what calling it costs.

    Attributes:
        needs: the scope that a key must carry, or a door.
        tickets: whether a browser's ticket will do, too.
        points: taken from the caller's rate; jobs add theirs once the request is understood.
    """

    needs: KeyScope | Door
    tickets: bool = False
    points: int = 1


_OPEN = Rule(Door.OPEN, points=0)
_READ = Rule(Door.ANY_KEY)
_GENERATE = Rule(KeyScope.GENERATE, points=2)
_PREVIEW = Rule(KeyScope.GENERATE)
_JOB = Rule(KeyScope.GENERATE, points=5)
_UPLOAD = Rule(KeyScope.UPLOAD, points=2)
_BROWSER_READ = Rule(Door.ANY_KEY, tickets=True)
_BROWSER_UPLOAD = Rule(KeyScope.UPLOAD, tickets=True, points=2)
_TRAIN = Rule(KeyScope.TRAIN, points=2)
_TRAIN_JOB = Rule(KeyScope.TRAIN, points=50)
_ADMIN = Rule(KeyScope.ADMIN)
_ADMIN_JOB = Rule(KeyScope.ADMIN, points=50)
# What no line fits is a 404 or 405, and tells nobody without a key which.
UNKNOWN = _READ

RULES: dict[tuple[str, str], Rule] = {
    ("GET", "/health/live"): _OPEN,
    ("GET", "/health/ready"): _OPEN,
    ("GET", "/problems/{code}"): _OPEN,
    ("GET", "/docs"): _OPEN,
    ("GET", "/docs-assets/{path:path}"): _OPEN,
    ("GET", "/openapi.json"): _OPEN,
    # Reading what there is.
    ("GET", "/capabilities"): _READ,
    ("POST", "/tickets"): _READ,
    ("GET", "/jobs"): _READ,
    ("GET", "/jobs/{job_id}"): _READ,
    ("GET", "/jobs/{job_id}/events"): _READ,
    ("GET", "/jobs/{job_id}/preview"): _READ,
    ("GET", "/images"): _READ,
    ("GET", "/images/{image_id}"): _READ,
    ("GET", "/images/{image_id}/record"): _READ,
    ("POST", "/images/zip"): Rule(Door.ANY_KEY, points=10),
    ("POST", "/images/recipe"): Rule(Door.ANY_KEY, points=2),
    ("GET", "/images/{image_id}/finish"): _READ,
    ("GET", "/branding/fonts"): _READ,
    ("GET", "/exports/{kit}"): _READ,
    ("GET", "/datasets"): _READ,
    ("GET", "/datasets/{dataset_id}"): _BROWSER_READ,
    ("GET", "/datasets/{dataset_id}/sample"): _READ,
    ("GET", "/datasets/{dataset_id}/rows/{index}/image"): _READ,
    ("GET", "/datasets/{dataset_id}/eda"): _READ,
    ("GET", "/loras"): _READ,
    ("GET", "/loras/{name}"): _READ,
    ("GET", "/loras/{name}/thumbnail"): _READ,
    ("GET", "/loras/{name}/tryout"): _READ,
    ("GET", "/loras/{name}/tryout/{prompt}-{weight}.webp"): _READ,
    ("GET", "/models"): _READ,
    ("GET", "/models/evaluation"): _READ,
    ("GET", "/models/sheets/{name}"): _READ,
    ("GET", "/models/{name}/history"): _READ,
    ("GET", "/training/presets"): _READ,
    ("GET", "/training/sets"): _READ,
    ("GET", "/training/sets/{set_id}"): _READ,
    ("GET", "/training/sets/{set_id}/pictures/{file}/thumbnail"): _READ,
    ("GET", "/training/runs"): _READ,
    ("GET", "/training/runs/{run_id}"): _READ,
    ("GET", "/training/runs/{run_id}/samples/{file}"): _READ,
    # Pictures.
    ("POST", "/generate"): _JOB,
    ("POST", "/drafts"): _JOB,
    ("POST", "/restyle"): _JOB,
    ("POST", "/upscale"): _JOB,
    ("DELETE", "/jobs/{job_id}"): _GENERATE,
    ("DELETE", "/images/{image_id}"): _GENERATE,
    ("POST", "/images/delete"): _GENERATE,
    ("PUT", "/images/{image_id}/favourite"): _GENERATE,
    ("DELETE", "/images/{image_id}/favourite"): _GENERATE,
    # A live preview asks at every change.
    ("POST", "/branding/preview"): _PREVIEW,
    ("POST", "/branding/checks"): _PREVIEW,
    ("POST", "/branding/mockups"): _JOB,
    ("POST", "/branding/file"): _GENERATE,
    ("POST", "/branding/cutout"): _GENERATE,
    ("POST", "/branding/palette"): _GENERATE,
    ("PUT", "/images/{image_id}/finish"): _PREVIEW,
    ("DELETE", "/images/{image_id}/finish"): _PREVIEW,
    ("POST", "/exports"): Rule(KeyScope.GENERATE, points=20),
    ("POST", "/loras/{name}/tryout"): Rule(KeyScope.GENERATE, points=50),
    # Files.
    ("POST", "/images"): _UPLOAD,
    ("POST", "/datasets"): _BROWSER_UPLOAD,
    ("PATCH", "/datasets/{dataset_id}"): Rule(KeyScope.UPLOAD, tickets=True),
    ("DELETE", "/datasets/{dataset_id}"): _BROWSER_UPLOAD,
    ("POST", "/datasets/{dataset_id}/eda"): Rule(KeyScope.UPLOAD, points=50),
    ("POST", "/loras"): Rule(KeyScope.UPLOAD, points=20),
    ("DELETE", "/loras/{name}"): _UPLOAD,
    # Training.
    ("POST", "/training/sets"): _TRAIN,
    ("DELETE", "/training/sets/{set_id}"): _TRAIN,
    ("POST", "/training/sets/{set_id}/files"): _TRAIN,
    ("POST", "/training/sets/{set_id}/inspect"): _TRAIN_JOB,
    ("DELETE", "/training/sets/{set_id}/pictures/{file}"): _TRAIN,
    ("PUT", "/training/sets/{set_id}/captions"): _TRAIN,
    ("POST", "/training/runs"): _TRAIN_JOB,
    ("POST", "/training/runs/{run_id}/stop"): _TRAIN,
    ("POST", "/training/runs/{run_id}/resume"): _TRAIN_JOB,
    ("DELETE", "/training/runs/{run_id}"): _TRAIN,
    # The machine.
    ("POST", "/models/{name}/pull"): _ADMIN_JOB,
    ("GET", "/health/logs"): _ADMIN,
    ("GET", "/metrics"): _ADMIN,
}


class RuleBook:
    """Finds the rule of a request, with the patterns that the router itself uses."""

    def __init__(self, rules: dict[tuple[str, str], Rule] | None = None) -> None:
        lines = list((RULES if rules is None else rules).items())
        self._compiled = {
            method: [
                (compile_path(path)[0], rule) for (told, path), rule in lines if told == method
            ]
            for method in {method for (method, _), _ in lines}
        }

    def rule(self, scope: Scope) -> Rule:
        """The rule of a request; `UNKNOWN` where no route takes it."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        path = get_route_path(scope)
        for pattern, rule in self._compiled.get(method, ()):
            if pattern.match(path):
                return rule
        return UNKNOWN
