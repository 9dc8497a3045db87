"""The upload's script in a browser, with an API that is made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, Route, expect

STATIC = Path(__file__).parents[2] / "static"
SITE = "http://logo.test"
KEPT = f"logo-upload:{SITE}/api:fox.parquet:9:1"
MOUNT = """async ([data, kept]) => {
  localStorage.setItem(kept, JSON.stringify({ id: "ds-9", name: "fox.parquet" }));
  const script = await import("/upload.js");
  const texts = new Proxy({}, { get: (_, name) => `${String(name)} {name}` });
  script.default({
    data: { ...data, texts }, parentElement: document.body, setTriggerValue: () => {},
  });
}"""
# A page that gives another ticket whenever it is asked for one.
GENEROUS = """async ([data]) => {
  const script = await import("/upload.js");
  const texts = new Proxy({}, { get: (_, name) => String(name) });
  let number = 0;
  const mount = () => script.default({
    data: { ...data, texts, ticket: `lt_${++number}` },
    parentElement: document.body,
    setTriggerValue: (name) => { if (name === "renew") mount(); },
  });
  mount();
}"""

pytestmark = pytest.mark.browser


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def mount(page: Page, status: int) -> list[str]:
    """Shows the place for a file beside a note of one half sent; what the API is asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/api/"):
            asked.append(f"{route.request.method} {path}")
            route.fulfill(status=status, json={"id": "ds-9"})
        elif path == "/upload.js":
            script = (STATIC / "upload.js").read_text("utf-8")
            route.fulfill(content_type="text/javascript", body=script)
        else:
            body = (STATIC / "upload.html").read_text("utf-8")
            route.fulfill(content_type="text/html", body=f"<body>{body}</body>")

    page.route("**/*", answer)
    page.goto(SITE)
    with page.expect_response("**/api/**"):
        page.evaluate(MOUNT, [{"api": f"{SITE}/api", "language": "en"}, KEPT])
    return asked


def send(page: Page, status: int, body: dict[str, object]) -> list[dict[str, str]]:
    """Sends a small file with a ticket; headers of what the API is asked for."""
    asked: list[dict[str, str]] = []

    def answer(route: Route) -> None:
        asked.append(route.request.headers)
        route.fulfill(status=status, json=body)

    mount(page, 404)
    page.route("**/api/**", answer)
    page.evaluate(MOUNT, [{"api": f"{SITE}/api", "language": "en", "ticket": "lt_1"}, "other"])
    content = b"PAR1" + bytes(16) + b"PAR1"
    file: FilePayload = {"name": "a.parquet", "mimeType": "", "buffer": content}
    with page.expect_response(lambda found: found.request.method == "POST"):
        page.locator("input").set_input_files(file)
    return asked


def test_the_ticket_goes_along_beside_a_proxys_password(page: Page) -> None:
    asked = send(page, 200, {"id": "ds-1", "upload": None})

    expect(page.locator(".message")).to_have_text("done {name}")
    assert {headers.get("x-api-key") for headers in asked} == {"lt_1"}
    assert not any("authorization" in headers for headers in asked)


@pytest.mark.parametrize(("good", "told"), [("lt_3", "done"), ("none", "locked")])
def test_a_ticket_that_has_ended_is_renewed_a_few_times(page: Page, good: str, told: str) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        ticket = route.request.headers["x-api-key"]
        asked.append(ticket)
        body = {"id": "ds-1", "upload": None} if ticket == good else {"code": "key-invalid"}
        route.fulfill(status=200 if ticket == good else 401, json=body)

    mount(page, 404)
    page.route("**/api/**", answer)
    page.evaluate(GENEROUS, [{"api": f"{SITE}/api", "language": "en"}])
    content = b"PAR1" + bytes(16) + b"PAR1"
    file: FilePayload = {"name": "a.parquet", "mimeType": "", "buffer": content}
    page.locator("input").set_input_files(file)

    expect(page.locator(".message")).to_have_text(told)
    assert asked == ["lt_1", "lt_2", "lt_3", "lt_4", "lt_5"][: 3 if told == "done" else 5]


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (401, "key-missing", "locked"),
        (401, "key-invalid", "locked"),
        (403, "scope-missing", "locked"),
        (403, "cross-origin", "refused"),
    ],
)
def test_who_is_not_let_in_is_told_what_to_do(
    page: Page, status: int, code: str, told: str
) -> None:
    send(page, status, {"code": code, "detail": "as it says"})

    expect(page.locator(".message")).to_contain_text(f"{told} {{name}}")
    expect(page.locator(".pause")).to_have_text("resume {name}")


def kept(page: Page) -> str | None:
    value: str | None = page.evaluate("key => localStorage.getItem(key)", KEPT)
    return value


def test_a_half_sent_file_that_was_deleted_is_forgotten(page: Page) -> None:
    asked = mount(page, 404)

    # The page is the same before the answer has been understood.
    page.wait_for_function("key => localStorage.getItem(key) === null", arg=KEPT)
    expect(page.locator(".message")).to_be_empty()
    expect(page.locator(".dismiss")).to_be_hidden()
    assert asked == ["GET /api/datasets/ds-9"]


@pytest.mark.parametrize("status", [200, 500])
def test_a_half_sent_file_is_told_until_it_is_dismissed(page: Page, status: int) -> None:
    mount(page, status)

    expect(page.locator(".message")).to_have_text("unfinished fox.parquet")
    assert json.loads(kept(page) or "")["id"] == "ds-9"
    page.locator(".dismiss").click()
    expect(page.locator(".message")).to_be_empty()
    expect(page.locator(".dismiss")).to_be_hidden()
    assert kept(page) is None
