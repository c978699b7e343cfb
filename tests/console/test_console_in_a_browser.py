"""The console in a real browser: what somebody sees happen, presses, and reads; with a keyboard, without a script."""

import json
import re
from urllib.request import Request, urlopen

import pytest
from browsers import needs_browser
from playwright.sync_api import expect
from servers import started

from mockserver.console.views import PAGES

WIDTHS = (360, 390, 1280, 1920, 2560)
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>{{7*7}}"
ROOM = "3f0c0010-5a7e-4c1d-9b2f-000000000002"
WORKSHOP = "3f0c0020-5a7e-4c1d-9b2f-000000000002"

pytestmark = needs_browser


@pytest.fixture(scope="module")
def server():
    with started() as served:
        yield served


@pytest.fixture
def world(server):
    """A sandbox that stands still at eight on a Wednesday, with a booking, a hold and a cancelled booking in it."""
    return World(server.url)


@pytest.fixture
def page(browser):
    # Chromium tells of a transition between pages that the next page was faster than: here there are none.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("pageerror", lambda error: opened.said.append(str(error)))
    yield opened
    assert opened.said == []  # neither an error nor something that the page's policy has kept away
    context.close()


class World:
    def __init__(self, url):
        self.url = url
        made = self.ask("POST", "/_sandbox/sandboxes", {"clock": "2026-11-18T08:00:00Z", "frozen": True})
        self.name = made["name"]
        self.control = f"/_sandbox/sandboxes/{self.name}"
        self.page = f"{url}/console/s/{self.name}"

    def ask(self, method, path, body=None, key=None, media="application/json"):
        headers = {"Content-Type": media, **({"Authorization": f"Bearer {key}.{self.name}"} if key else {})}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.url + path, data, headers, method=method)) as answer:
            return json.loads(answer.read() or b"null")

    def book(self, **fields):
        body = {"date": "2026-11-29", "time_slot_id": 456, "customer_email": "jane@example.com", **fields}
        return self.ask("POST", "/reservekit/v1/bookings", body, "sk_rsv_demo_alpha")["data"]["id"]

    def anny(self, method, path, body=None, who="anny_customer_jane"):
        return self.ask(method, f"/anny/api/v1{path}", body, who, "application/vnd.api+json")["data"]

    def advance(self, by):
        return self.ask("POST", f"{self.control}/clock/advance", {"by": by})

    def hold(self):
        """Somebody puts a workshop room into a cart; answers the order's id and the booking's."""
        times = {"start_date": "2026-11-19T15:00:00+01:00", "end_date": "2026-11-19T17:00:00+01:00"}
        order = self.anny("POST", "/order/bookings", {"resource_id": ROOM, "service_id": WORKSHOP, **times})["id"]
        entry = self.ask("GET", f"{self.control}/journal?operation=addToCart")["entries"][0]
        return order, next(each for each in entry["touched"] if each.startswith("booking/")).removeprefix("booking/")


def live(page, address):
    page.goto(address)
    page.locator("body.is-live").wait_for()


def test_what_a_client_books_appears_while_one_looks(world, page):
    live(page, world.page)
    expect(page.get_by_text("Nobody has called this sandbox")).to_be_visible()

    number = world.book()

    page.get_by_role("link", name=f"createBooking {number} pending").wait_for()
    expect(page.locator("#nav").get_by_role("link", name="Requests 1")).to_be_visible()


def test_who_reads_further_down_is_told_how_many_requests_are_new(world, page):
    for _ in range(30):
        world.ask("GET", "/reservekit/v1/services", key="sk_rsv_demo_alpha")
    live(page, f"{world.page}/requests")
    rows, sign = page.locator("#list [data-row]"), page.locator("[data-joined]")
    page.get_by_role("link", name="#1 200").scroll_into_view_if_needed()
    expect(sign).to_be_hidden()

    world.book()
    sign.get_by_text("1 new", exact=True).wait_for()
    world.book(time_slot_id=457)
    sign.get_by_text("2 new", exact=True).wait_for()
    expect(rows).to_have_count(30)

    sign.click()
    page.locator("#list").get_by_text("#32").wait_for()
    expect(rows).to_have_count(32)
    expect(sign).to_be_hidden()


def test_the_row_that_has_the_focus_keeps_it_when_others_join(world, page):
    world.book()
    live(page, f"{world.page}/requests")
    page.keyboard.press("j")

    world.book(time_slot_id=457)
    page.locator("#list").get_by_text("#2").wait_for()

    assert page.evaluate("document.activeElement.getAttribute('href')").endswith("/requests/1")


def test_a_hold_vanishes_from_the_calendar_when_the_clock_is_moved_past_it(world, page):
    world.hold()
    live(page, f"{world.page}/calendar/anny?date=2026-11-19")
    expect(page.locator(".track .event.hold").get_by_text("Jane Doe")).to_be_visible()

    page.get_by_role("button", name="08:15 hold ends").click()

    page.locator(".track .event.hold").wait_for(state="detached")
    expect(page.locator("#said")).to_contain_text("The clock shows 08:15:00")


def test_a_day_can_be_read_and_begins_near_now_and_stays_where_it_was_moved(world, page):
    world.advance("PT7H")
    live(page, f"{world.page}/calendar/anny?date=2026-11-18")

    def scrolled():
        return page.evaluate("document.querySelector('.day').scrollLeft")

    assert page.evaluate("document.querySelector('.hours > span').offsetWidth") >= 96
    assert scrolled() > 0
    expect(page.locator(".nowtag")).to_be_visible()
    page.evaluate("document.querySelector('.day').scrollLeft = 96")
    world.hold()
    with page.expect_response(lambda answer: "part=board" in answer.url):
        world.advance("PT1M")
    page.get_by_text("Now 16:01").wait_for()
    assert scrolled() == 96


def test_an_address_to_connect_to_breaks_at_its_slashes_alone(world, page):
    page.goto(world.page)

    tops = page.locator(".keys small code").last.evaluate(
        """(code) => [...code.childNodes].filter((each) => each.data && each.data.trim()).map((text) => {
          const range = document.createRange();
          range.selectNodeContents(text);
          return range.getClientRects().length;
        })"""
    )

    assert len(tops) > 3
    assert set(tops) == {1}


def test_a_booking_that_is_cancelled_shows_its_fee_and_its_refund(world, page):
    order, booking = world.hold()
    world.anny("POST", f"/order?oid={order}", {"accept_terms": True})
    world.anny("POST", f"/orders/{order}/pay", {})
    live(page, f"{world.page}/bookings/anny/{booking}")
    expect(page.locator("h1").get_by_text("accepted")).to_be_visible()

    world.anny("GET", f"/bookings/{booking}/cancel")

    money = page.get_by_role("row")
    money.filter(has_text="Fee").get_by_role("cell", name="99.50").wait_for()
    expect(money.filter(has_text="Balance")).to_have_text(re.compile(r"^\s*Balance\s*99\.50\s*99\.50\s*$"))
    expect(page.locator(".state.off")).to_have_text("canceled")


def test_a_request_is_copied_as_a_bundle_that_can_be_replayed(world, page):
    world.book()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=world.url)
    page.goto(f"{world.page}/requests/1")

    page.get_by_role("link", name="bundle").click()
    page.get_by_role("link", name="Copied").wait_for()

    bundle = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert (bundle["world"]["name"], [step["operation"] for step in bundle["steps"]]) == (world.name, ["createBooking"])


def test_a_lost_answer_is_armed_beside_its_operation_and_seen_to_fire(world, page):
    world.book()
    page.goto(f"{world.page}/requests/1")
    page.get_by_role("link", name="Arm a fault for createBooking").click()
    page.get_by_role("radio", name="Lost answer").check()
    page.get_by_role("button", name="Arm it").click()
    page.locator("#armed").get_by_text("lost-after is armed for the next createBooking").wait_for()

    with pytest.raises(OSError):  # however the connection ends, nothing came
        world.book()

    live(page, world.page)
    page.get_by_role("link", name="lost after commit").wait_for()
    page.get_by_role("button", name="Disarm").click()
    page.locator("#alerts").get_by_text("lost-after").wait_for(state="detached")


def test_what_others_wrote_runs_nowhere(world, page):
    number = world.book(customer_name=HOSTILE, message=HOSTILE)
    paths = (
        "",
        "/requests/1",
        f"/bookings/reservekit/{number}",
        "/calendar/reservekit?date=2026-11-29&span=day&zone=UTC",
    )
    for path in paths:
        page.goto(world.page + path)

        assert "taken" not in page.title()
        expect(page.locator("img, script:not([src])")).to_have_count(0)
    expect(page.locator(".event").get_by_text("<img src=x").first).to_be_visible()


def test_everything_is_read_and_done_without_a_script(world, browser):
    world.hold()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(world.page)
    expect(page.get_by_role("link", name="addToCart")).to_be_visible()

    page.get_by_role("button", name="+1 h").click()
    expect(page.get_by_label("The clock of this sandbox").get_by_text("09:00:00")).to_be_visible()

    page.goto(f"{world.page}/time")
    page.get_by_label("Moment to go to").fill("2026-11-17T00:00:00Z")
    page.get_by_role("button", name="Go there").click()
    expect(page.get_by_text("clock_backwards")).to_be_visible()
    context.close()


def test_a_keyboard_is_enough(world, page):
    number = world.book()
    live(page, world.page)

    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/requests")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/1")

    page.keyboard.press("Control+k")
    page.keyboard.type(str(number))
    page.locator("#palette .chosen").get_by_text(f"{number} booking of reservekit").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/bookings/reservekit/{number}")

    page.keyboard.press("+")
    page.get_by_label("The clock of this sandbox").get_by_text("Thu 19 Nov").wait_for()


def addresses(world, booking):
    """Of each page, one; of deliveries there are none, for nobody is subscribed."""
    ids = {"<api>/<id>": f"anny/{booking}", "<api>": "anny", "<id>": "1"}
    yield f"{world.url}/console/"
    for path in PAGES:
        if path != "/webhooks/<api>/<id>":
            address = path
            for part, value in ids.items():
                address = address.replace(part, value)
            yield world.page + address
    yield f"{world.page}/calendar/reservekit?date=2026-11-29"


def barriers(page, **options):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}]


def test_pages_are_without_serious_barriers_in_both_themes_and_fit_into_every_window(world, browser):
    order, booking = world.hold()
    world.anny("POST", f"/order?oid={order}", {"accept_terms": True})
    world.book(customer_name="A very long name " * 12)
    context = browser.new_context(
        color_scheme="light", reduced_motion="reduce", viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    for address in addresses(world, booking):
        page.goto(address)

        assert barriers(page) == [], address
        page.emulate_media(color_scheme="dark")
        assert barriers(page, runOnly=["color-contrast"]) == [], address
        page.emulate_media(color_scheme="light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (address, width)
        page.set_viewport_size({"width": 1280, "height": 900})
    context.close()
