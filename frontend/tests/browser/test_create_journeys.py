"""What people do on the first page, in a real browser, with the real models."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import expect

from frontend.tests.browser.conftest import NewPage, Snap
from frontend.tests.browser.create_page import EN, RU, CreatePage
from frontend.tests.browser.stack import Stack

pytestmark = pytest.mark.browser

# Two hundred steps, so that there is a middle: minutes on a busy machine.
_SLOW_RESTYLE_MS = 900_000
FOX = "A friendly fox for a same-day delivery service"


def test_a_first_logo_takes_three_clicks(open_tab: NewPage, snap: Snap) -> None:
    create = CreatePage(open_tab())
    snap(create.page, "ui-empty")

    create.wait_until_drawn()
    create.page.get_by_label(EN("brief.name")).click()
    create.page.keyboard.type("Foxy")
    create.page.get_by_role("button", name=EN("brief.submit")).click()
    expect(create.drafts).to_have_count(5)
    button = create.page.locator(".st-key-draft_1").get_by_role("button", name="PNG")
    file = create.downloaded(button)

    with Image.open(file) as image:
        assert (image.format, image.size) == ("PNG", (512, 512))


def test_an_example_takes_two(open_tab: NewPage) -> None:
    create = CreatePage(open_tab())

    create.page.locator(".st-key-try_fox").get_by_role("button").click()
    expect(create.drafts).to_have_count(5)
    button = create.page.locator(".st-key-draft_1").get_by_role("button", name="PNG")

    assert create.downloaded(button).read_bytes().startswith(b"\x89PNG")


def test_choosing_restyling_comparing_and_downloading(open_tab: NewPage, snap: Snap) -> None:
    create = CreatePage(open_tab())
    create.wait_until_drawn()
    create.page.get_by_role("radio", name=EN("style.gradient")).click()
    create.describe("Little Orbit", "a rocket for a space school for children, dark blue and gold")
    snap(create.page, "ui")
    create.choose(1, 2)
    create.restyle(2)

    expect(create.results).to_have_count(2)
    create.wait_until_drawn()
    create.page.get_by_role("radio", name=EN("compare.slider")).click()
    slider = create.page.get_by_role("slider", name=EN("compare.slider_label")).first
    slider.press("Home")
    expect(slider).to_have_value("0")
    assert create.downloaded(create.results.first).read_bytes().startswith(b"\x89PNG")


def test_where_the_time_went_is_told_and_drawn(open_tab: NewPage, snap: Snap) -> None:
    create = CreatePage(open_tab())
    create.describe("Foxy", FOX)
    times = create.page.locator(".st-key-timeline_drafts")
    times.locator("summary").click()
    expect(times.get_by_role("rowheader", name=EN("span.draft"))).to_be_visible()
    create.wait_until_drawn()
    # Bars of different lengths: the page keeps the styles that place them.
    bars = [bar.bounding_box() for bar in times.locator("i").all()]
    places = [(round(box["x"]), round(box["width"])) for box in bars if box is not None]
    assert len(places) == len(bars) >= 4
    assert places == sorted(places, key=lambda place: place[0])
    assert max(width for _, width in places) > 100
    snap(create.page, "ui-time", height=520, top=times)


def test_a_restyle_is_cancelled_and_the_drafts_stay(open_tab: NewPage, snap: Snap) -> None:
    create = CreatePage(open_tab())
    create.describe("Foxy", FOX)
    create.restyle_slowly()
    expect(create.page.locator(".st-key-progress img")).to_be_visible()
    snap(create.page, "ui-progress", top=create.page.locator(".st-key-draft_4"))
    create.cancel.click()

    expect(create.page.get_by_text(EN("cancelled.restyle"))).to_be_visible()
    expect(create.drafts).to_have_count(5)
    expect(create.results).to_have_count(0)


def test_a_refresh_in_the_middle_finds_the_job_again(open_tab: NewPage, stack: Stack) -> None:
    create = CreatePage(open_tab())
    create.describe("Foxy", FOX)
    with stack.worker_paused():
        create.restyle_slowly()
        create.page.reload()

        expect(create.cancel).to_be_visible()
        expect(create.page.get_by_label(EN("brief.name"))).to_have_value("Foxy")
    expect(create.results).to_have_count(2, timeout=_SLOW_RESTYLE_MS)


def test_a_second_tab_shows_the_same(open_tab: NewPage) -> None:
    create = CreatePage(open_tab())
    create.describe("Foxy", FOX)
    second = CreatePage(open_tab(create.page.url))

    expect(second.drafts).to_have_count(5)
    expect(second.page.get_by_label(EN("brief.description"))).to_have_value(FOX)


def test_the_api_may_be_killed_in_the_middle(open_tab: NewPage, stack: Stack) -> None:
    create = CreatePage(open_tab())
    create.describe("Foxy", FOX)
    with stack.worker_paused():
        create.restyle_slowly()
        stack.kill_api()
    try:
        expect(create.page.get_by_text(EN("progress.lost"))).to_be_visible()
    finally:
        stack.start_api()

    expect(create.results).to_have_count(2, timeout=_SLOW_RESTYLE_MS)


def test_with_the_api_down_the_brief_is_kept_and_sent_again(
    open_tab: NewPage, stack: Stack
) -> None:
    create = CreatePage(open_tab())
    # A page that has not asked yet what the service offers would complain by itself.
    create.wait_until_drawn()
    stack.kill_api()
    try:
        create.page.get_by_label(EN("brief.name")).fill("Foxy")
        create.page.get_by_role("button", name=EN("brief.submit")).click()
        expect(create.page.get_by_text(EN("error.unreachable"))).to_be_visible()
    finally:
        stack.start_api()
    create.page.get_by_role("button", name=EN("error.retry")).click()

    expect(create.drafts).to_have_count(5)


def test_variations_and_the_way_back(open_tab: NewPage, snap: Snap) -> None:
    create = CreatePage(open_tab())
    create.describe("Foxy", FOX)
    first = create.drafts.first.get_attribute("src")
    create.page.locator('[class*="st-key-vary_draft_1_"]').get_by_role("button").click()
    create.page.get_by_role("button", name=EN("vary.little")).click()

    expect(create.page.get_by_text(EN("drafts.variations"), exact=True)).to_be_visible()
    expect(create.drafts).to_have_count(5)
    create.wait_until_drawn()
    snap(create.page, "ui-variations")
    create.page.get_by_role("button", name=EN("drafts.back")).click()
    expect(create.page.get_by_text(EN("drafts.variations"), exact=True)).to_have_count(0)
    expect(create.drafts.first).to_have_attribute("src", first or "")


def test_both_languages_at_once(open_tab: NewPage, snap: Snap) -> None:
    create = CreatePage(open_tab())
    create.describe("Foxy", FOX)
    create.page.get_by_role("radio", name="RU", exact=True).click()
    russian = CreatePage(create.page, RU)

    expect(russian.page.get_by_role("button", name=RU("brief.submit"))).to_be_visible()
    expect(russian.page.get_by_label(RU("brief.name"))).to_have_value("Foxy")
    expect(russian.drafts).to_have_count(5)
    snap(russian.page, "ui-ru")
    russian.page.reload()
    expect(russian.page.get_by_role("button", name=RU("brief.submit"))).to_be_visible()


def test_the_keyboard_is_enough(open_tab: NewPage) -> None:
    page = open_tab()
    create = CreatePage(page)
    create.wait_until_drawn()
    name = page.get_by_label(EN("brief.name"))
    name.focus()
    page.keyboard.type("Foxy")
    page.keyboard.press("Enter")
    expect(create.drafts).to_have_count(5)
    create.wait_until_drawn()
    box = page.locator(".st-key-draft_1").get_by_role("checkbox")
    box.focus()
    page.keyboard.press("Space")

    expect(page.get_by_text(EN("restyle.chosen", count=1))).to_be_visible()


def test_a_phone_sees_the_drafts_first(open_tab: NewPage, snap: Snap) -> None:
    page = open_tab()
    page.set_viewport_size({"width": 390, "height": 844})
    create = CreatePage(page)
    create.describe("Foxy", FOX)

    submit = page.get_by_role("button", name=EN("brief.submit"))
    form = submit.bounding_box()
    draft = create.drafts.first.bounding_box()
    assert form is not None
    assert draft is not None
    assert draft["y"] < form["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    snap(page, "ui-phone", height=844)
