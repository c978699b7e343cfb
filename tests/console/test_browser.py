"""What somebody sees and presses, in a real browser."""

import pytest
from browsers import needs_browser
from servers import started

from mockserver.app import API_NAMES

MAIN = {
    "reservekit": "createBooking",
    "appointments": "createCustomerBooking",
    "anny": "bookInstantly",
    "bardge": "initiateSpaBooking",
}
CONTROL = ("control", "createSandbox")

pytestmark = needs_browser


@pytest.fixture(scope="module")
def server():
    with started() as served:
        yield served


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def execute(page, operation):
    """Press Execute as the page shows the operation; answers the status that it shows."""
    block = page.locator(f"[id$='-{operation}']")
    block.locator(".opblock-summary").click()
    block.locator(".btn.execute").click()
    return block.locator(".live-responses-table .response .response-col_status").first.inner_text().strip()


@pytest.mark.parametrize("root", ["", pytest.param("/~mine", marks=pytest.mark.nightly)], ids=["default", "a sandbox"])
@pytest.mark.parametrize(("api", "operation"), [*MAIN.items(), CONTROL])
def test_the_first_execute_of_a_page_does_what_the_api_is_for(server, page, api, operation, root):
    prefix = "/_sandbox" if api == "control" else f"/{api}"
    page.goto(f"{server.url}{root}{prefix}/docs")

    assert execute(page, operation) == "201"


def test_a_sandbox_is_chosen_in_the_page(server, page):
    page.goto(f"{server.url}/reservekit/docs")

    page.get_by_label("Sandbox").fill("chosen")
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/~chosen/reservekit/docs")

    assert page.get_by_label("Sandbox").input_value() == "chosen"
    assert execute(page, "createBooking") == "201"


@pytest.mark.parametrize("api", API_NAMES)
def test_a_page_says_nothing_in_the_console(server, page, api):
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto(f"{server.url}/{api}/docs")
    page.locator(".opblock").first.wait_for()

    assert said == []
