"""The interface as documented. After a wanted change: python -m backend.tests.api.test_openapi."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.api.app_factory import build_app

SNAPSHOT = Path(__file__).with_name("openapi.json")


def document() -> dict[str, Any]:
    return build_app().openapi()


def operations(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_the_interface_is_the_one_agreed_upon() -> None:
    assert text() == SNAPSHOT.read_text("utf-8"), (
        "the interface has changed; if that was meant, run python -m backend.tests.api.test_openapi"
    )


def has_example(found: dict[str, Any], content: dict[str, Any]) -> bool:
    if "example" in content or "examples" in content:
        return True
    schema = content.get("schema", {})
    if schema.get("format") == "binary":
        return True
    name = schema.get("$ref", "").rpartition("/")[2]
    return bool(found["components"]["schemas"].get(name, schema).get("examples"))


def test_every_route_has_an_example_a_summary_and_a_tag() -> None:
    found = document()
    lacking = []
    for name, operation in operations(found):
        contents = [
            (name, content)
            for status, answer in operation["responses"].items()
            if status.startswith("2")
            for content in answer.get("content", {}).values()
        ]
        body = operation.get("requestBody", {}).get("content", {})
        contents += [(name, body["application/json"])] if "application/json" in body else []
        lacking += [name for name, content in contents if not has_example(found, content)]
        if not (operation["summary"] and operation["description"] and operation["tags"]):
            lacking.append(name)
    assert lacking == []


def test_every_refusal_is_a_problem_document() -> None:
    for name, operation in operations(document()):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (name, status)


def test_examples_of_requests_are_accepted_as_they_stand() -> None:
    from backend.api.gallery_bodies import SelectionBody
    from backend.api.schemas import DraftsBody, GenerateBody, RestyleBody, UpscaleBody

    for body in (DraftsBody, GenerateBody, RestyleBody, SelectionBody, UpscaleBody):
        for example in body.model_json_schema()["examples"]:
            body.model_validate(example)


@pytest.mark.parametrize("name", ["HTTPValidationError", "ValidationError"])
def test_nothing_of_the_framework_shows(name: str) -> None:
    assert name not in document()["components"]["schemas"]


if __name__ == "__main__":
    SNAPSHOT.write_text(text(), "utf-8")
