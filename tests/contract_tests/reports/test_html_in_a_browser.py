"""What somebody finds and copies on the page, in a real browser."""

from dataclasses import replace

import pytest
from browsers import needs_browser
from playwright.sync_api import expect
from run_results import NASTY, a_finding, a_result, a_state_chart, broken, held, skipped

from contract_tests.findings import Severity
from contract_tests.reports.html import write_html
from contract_tests.results import Outcome

pytestmark = needs_browser
LONG = "x" * 300


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    differing = replace(held(3), outcome=Outcome.DIFFER, differences=(a_finding(held(3).rule, came=LONG),))
    result = a_result(
        broken(1, finding={"came": f"<img src=x onerror=document.title='hacked'>{NASTY}"}),
        broken(2, finding={"expected": LONG}),
        differing,
        skipped(4),
        held(5, text="A pass is good for a visit."),
        state_charts=(a_state_chart(),),
    )
    result = replace(
        result, differences=tuple(replace(each, severity=Severity.DIFFERENCE) for each in differing.differences)
    )
    made = tmp_path_factory.mktemp("page") / "report.html"
    write_html(result, made)
    return made


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def scripted(request):
    return request.param


def opened(browser, file, *, width=1280, scripted=True):
    page = browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=scripted,
        permissions=["clipboard-read", "clipboard-write"],
    ).new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda problem: page.said.append(str(problem)))
    page.goto(file.as_uri())
    return page


def seen(page, selector):
    return [each.get_attribute("id") or each.inner_text() for each in page.locator(selector).all() if each.is_visible()]


def test_what_is_searched_for_is_shown_and_nothing_else(browser, file):
    page = opened(browser, file)

    page.locator("#find").fill("PASS visit")

    expect(page.locator("#found")).to_have_text("1 found")
    assert seen(page, ".rules > li") == ["TOY-R05"]
    assert seen(page, ".finding, #operations") == []
    assert page.said == []


def test_a_search_that_is_taken_back_shows_all_again(browser, file):
    page = opened(browser, file)
    page.locator("#find").fill("nothing of the kind")

    page.locator("#find").fill("")

    expect(page.locator("#operations")).to_be_visible()
    assert len(seen(page, ".finding > summary")) == 3
    assert seen(page, ".group .rules > li") == []


def test_each_outcome_is_shown_alone(browser, file, scripted):
    page = opened(browser, file, scripted=scripted)

    shown = {}
    for place in ("fails", "differs", "untested", "holds", "all"):
        page.locator(f"label[for=show-{place}]").click()
        shown[place] = seen(page, "main > section[id]"), seen(page, ".rules > li")

    assert shown == {
        "fails": (["broken", "rules"], ["TOY-R01", "TOY-R02"]),
        "differs": (["differences", "rules"], ["TOY-R03"]),
        "untested": (["gaps", "rules"], ["TOY-R04"]),
        "holds": (["rules"], ["TOY-R05"]),
        "all": (["broken", "differences", "gaps", "lifecycles", "operations", "rules", "evidence"], []),
    }


def test_a_command_is_copied_as_it_is_written(browser, file):
    page = opened(browser, file)

    page.locator(".copied button").first.click()
    page.locator(".copied button.done").first.wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == 'curl -X POST -H "key: $CONTRACT_TESTS_TOKEN" http://host/v1/bookings'


def test_what_a_server_answers_does_nothing(browser, file):
    page = opened(browser, file)

    assert page.title() != "hacked"
    expect(page.locator("img")).to_have_count(0)
    assert page.said == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_of_the_page(browser, file, width):
    page = opened(browser, file, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
