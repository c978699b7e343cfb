"""The console without a browser: what its pages are made of, and what its forms do."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser

import pytest
from doubles import Client
from werkzeug.http import parse_cookie

from doublebook_data import openapi_dir, read_yaml
from mockserver.app import App, build_app
from mockserver.console.views import PAGES
from mockserver.settings import Settings

TOKEN = "s3cret"
HERE = "/console/s/mine"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 191 }}",
    "</code></pre><svg onload=alert(1)>",
    "javascript:alert(1)",
    "' onfocus=alert(1) autofocus='",
    "\u202eevil\u0000",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    app = build_app(Settings(apis=("reservekit", "anny"), allowed_hosts=("sandbox",)))
    yield Client(app)
    app.store.close()


@pytest.fixture
def site(server: Client) -> Client:
    """A server of two APIs with a sandbox whose clock stands still, and no other."""
    for each in server.get("/_sandbox/sandboxes").json()["sandboxes"]:
        server.delete(f"/_sandbox/sandboxes/{each['name']}")
    server.post("/_sandbox/sandboxes", {"name": "mine", "clock": "2026-11-18T08:00:00Z", "frozen": True})
    return server


def book(site, **fields):
    headers = {"Authorization": "Bearer sk_rsv_demo_alpha.mine"}
    body = {"date": "2026-11-29", "time_slot_id": 456, "customer_email": "jane@example.com", **fields}
    answer = site.post("/reservekit/v1/bookings", body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


class Foreign(HTMLParser):
    """Collects what runs or is styled in place, as a browser reads a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        runs = [name for name in given if name.startswith("on") or name in {"style", "srcdoc"}]
        leads = [
            name for name in ("href", "src", "action") if re.match(r"\s*(javascript|data):", given.get(name) or "")
        ]
        if (
            runs
            or leads
            or tag in {"img", "style", "iframe", "object", "embed"}
            or (tag == "script" and "src" not in given)
        ):
            self.found.append((tag, given))


def foreign_in(page):
    read = Foreign()
    read.feed(page)
    return read.found


def cookies_of(answer):
    found: dict[str, str] = {}
    for header in answer.headers.get_list("set-cookie"):
        found |= parse_cookie(header.partition(";")[0])
    return found


def press(site, operation, headers=None, address=None, **fields):
    """Send a form as the page has it that was asked for before."""
    page = site.get("/console/")
    token = re.findall(r'name="_token" value="([^"]+)"', page.text)[0]
    jar = "; ".join(f"{name}={value}" for name, value in cookies_of(page).items())
    return site.request(
        "POST",
        f"{address or HERE}/do/{operation}",
        data={"_token": token, **fields},
        headers={"Cookie": jar, "Origin": "http://sandbox", **(headers or {})},
    )


def clock_of(site):
    return site.get("/_sandbox/sandboxes/mine/clock").json()


def addresses(site):
    """One of each page."""
    book(site)
    values = {"api": "reservekit", "id": "1"}
    return ["/console/", *(HERE + re.sub(r"<(\w+)>", lambda found: values[found[1]], path) for path in PAGES)]


def test_the_address_of_the_server_leads_to_the_console(site):
    assert site.get("/").headers["location"] == "/console/"
    assert site.get("/~mine/").headers["location"] == HERE
    assert site.get("/~mine/console/requests").headers["location"] == HERE


def test_no_page_has_anything_inline(site):
    for address in addresses(site):
        page = site.get(address)

        assert foreign_in(page.text) == [], address
        policy = dict(each.strip().split(" ", 1) for each in page.headers["content-security-policy"].split(";"))
        assert policy["style-src"] == policy["script-src"] == "'self'", address


def test_every_link_of_a_page_leads_somewhere(site):
    seen = set()
    for address in addresses(site):
        for link in re.findall(r'(?:href|src|action|hx-get|hx-post|data-part)="([^"#]+)', site.get(address).text):
            target = unescape(link).partition("#")[0]
            if "/do/" not in target and target not in seen and target.startswith("/"):
                seen.add(target)
                assert site.get(target).status_code in {200, 302}, (address, target)

    assert len(seen) > 20


def test_every_button_is_an_operation_of_the_control_plane(site):
    paths = read_yaml(openapi_dir() / "control" / "openapi.yaml")["paths"]
    writes = {each["operationId"] for item in paths.values() for each in item.values() if each["x-effect"] == "write"}

    pressed = {
        name for address in addresses(site) for name in re.findall(r'action="[^"]*/do/(\w+)"', site.get(address).text)
    }

    assert pressed <= writes
    assert {"advanceClock", "resetSandbox", "forkSandbox", "createSubscription"} <= pressed


@pytest.mark.parametrize(
    ("search", "found"), [("op:createBooking", 1), ("status:4xx", 0), ("api:reservekit method:post", 1), ("nowhere", 0)]
)
def test_requests_are_found_by_what_they_were(site, search, found):
    book(site)

    page = site.get(f"{HERE}/requests", params={"q": search})

    assert page.text.count("data-row") == found


def test_a_part_of_a_page_is_what_the_page_has_there(site):
    book(site)
    whole = site.get(HERE).text
    part = site.get(f"{HERE}?part=latest").text

    assert "createBooking" in part
    assert part.strip() in whole
    assert site.get(f"{HERE}?part=nothing").status_code == 404


def test_a_page_that_is_as_it_was_is_not_sent_again(site):
    first = site.get(f"{HERE}?part=nav")

    again = site.get(f"{HERE}?part=nav", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_calendar_opens_with_one_group_and_shows_all_when_asked(site):
    """Tenants of an API live in different time zones: one line of time is for one of them."""
    address = f"{HERE}/calendar/reservekit?span=day"
    alone, every = site.get(address).text, site.get(f"{address}&group=all").text

    assert re.search(r'<option value="alpha" selected>', alone)
    assert re.search(r'<option value="all" selected>', every)
    assert 0 < alone.count('class="lane"') < every.count('class="lane"')


def test_a_day_shows_the_hours_in_which_somebody_is_open(site):
    """In Berlin from eight to eight, and nothing beside that."""
    page = site.get(f"{HERE}/calendar/anny?date=2026-11-18").text

    hours = re.findall(r"<b>(\d\d:00)</b>", page)

    assert (hours[0], hours[-1]) == ("08:00", "19:00")


def test_what_is_closed_all_day_shows_a_working_day(site):
    page = site.get(f"{HERE}/calendar/anny?date=2026-11-22").text

    assert re.findall(r"<b>(\d\d:00)</b>", page)[0] == "07:00"


# Forms


def test_a_button_does_the_operation_and_leads_back(site):
    answer = press(site, "advanceClock", by="PT1H", _back=f"{HERE}/time")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/time")
    assert clock_of(site)["now"] == "2026-11-18T09:00:00Z"


def test_with_a_script_the_answer_is_a_note_and_the_page_is_told(site):
    answer = press(site, "advanceClock", {"HX-Request": "true"}, by="PT1H")

    assert (answer.status_code, answer.headers["hx-trigger"]) == (200, "changed")
    assert "The clock shows 09:00:00" in answer.text


def test_what_a_move_would_do_is_told_and_not_done(site):
    answer = press(site, "setClock", to="2026-11-18T10:00:00Z", dry_run="true", _back=f"{HERE}/time")

    assert answer.status_code == 200
    assert "At 10:00:00" in answer.text
    assert clock_of(site)["now"] == "2026-11-18T08:00:00Z"


def test_a_rule_is_armed_by_fields_of_its_parts(site):
    answer = press(
        site,
        "createRule",
        {"HX-Request": "true"},
        **{"api": "anny", "on.times": "null", "do.what": "delay", "do.seconds": "0.5"},
    )

    assert "It is armed" in answer.text
    (rule,) = site.get("/_sandbox/sandboxes/mine/rules").json()["rules"]
    assert (rule["on"], rule["do"]) == ({"times": None}, {"what": "delay", "seconds": 0.5})


def test_a_refusal_is_shown_in_the_words_of_the_control_plane(site):
    page = press(site, "setClock", to="2026-11-17T00:00:00Z", _back=f"{HERE}/time")
    note = press(site, "setClock", {"HX-Request": "true"}, to="2026-11-17T00:00:00Z")

    assert page.status_code == 409
    assert "clock_backwards" in page.text
    assert f'href="{HERE}/time"' in page.text
    assert "clock_backwards" in note.text
    assert "<html" not in note.text


@pytest.mark.parametrize("field", [{"seed": "seven"}, {"frozen": "perhaps"}])
def test_a_field_of_the_wrong_form_is_refused(site, field):
    answer = press(site, "createSandbox", address="/console", name="other", **field)

    assert answer.status_code == 400
    assert next(iter(field)) in answer.text


def test_a_fork_is_made_and_gone_to(site):
    answer = press(site, "forkSandbox", name="theirs")

    assert answer.headers["location"] == "/console/s/theirs"
    assert site.get("/_sandbox/sandboxes/theirs").status_code == 200


def test_a_request_is_asked_again_in_a_fork_whose_page_tells_the_difference(site):
    book(site)

    answer = press(site, "replayJournalEntry", id="1", **{"in": "fork"})

    where = answer.headers["location"]
    fork = re.fullmatch(r"/console/s/(sandbox-\d+)/requests/(\d+)\?again=mine/1", where)
    assert fork is not None, where
    assert site.get(f"/_sandbox/sandboxes/{fork[1]}").json()["name"] == fork[1]
    page = site.get(where).text
    assert '<a href="/console/s/mine/requests/1">#1 in mine</a>' in page
    assert re.search(r"<del>-.*id.*</del>", unescape(page))


def test_a_request_is_taken_along_as_a_bundle_of_all_that_led_to_it(site):
    book(site)
    book(site, time_slot_id=457)
    page = site.get(f"{HERE}/requests/1").text
    (address,) = re.findall(r'href="([^"]*bundle[^"]*)"', page)

    answer = site.get(address)

    assert answer.headers["content-disposition"] == "attachment; filename=mine-1.json"
    assert [step["id"] for step in answer.json()["steps"]] == [1]
    assert [step["id"] for step in site.get(f"{HERE}/bundle.json").json()["steps"]] == [1, 2]
    assert site.get("/console/s/nobody/bundle.json").status_code == 404


def test_a_request_that_is_answered_as_before_is_said_to_be(site):
    site.get("/reservekit/v1/services", headers={"Authorization": "Bearer sk_rsv_demo_alpha.mine"})

    page = site.get(press(site, "replayJournalEntry", id="1", **{"in": "fork"}).headers["location"]).text

    assert "The body is the same." in page


@pytest.mark.parametrize(
    "back", ["https://evil.test/", "//evil.test", "/console/..//evil.test", "/console/\\evil.test", "/docs"]
)
def test_a_form_leads_back_into_the_console_alone(site, back):
    assert press(site, "advanceClock", by="PT1H", _back=back).headers["location"] == "/console/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
            "Origin": "https://evil.test",
        },
        {"Cookie": ""},
        {"Cookie": "doublebook_form=another"},
    ],
)
def test_a_form_of_another_page_does_nothing(site, headers):
    answer = press(site, "advanceClock", headers, by="PT1H")

    assert answer.status_code == 403
    assert clock_of(site)["now"] == "2026-11-18T08:00:00Z"


def test_an_operation_that_is_not_there_is_none(site):
    assert press(site, "dropEverything").status_code == 404


# Who may see it


@pytest.fixture
def guarded(build: Callable[..., App]) -> Client:
    return Client(build(control_token=TOKEN))


def show(guarded, token):
    page = guarded.get("/console/s/default/requests?q=status:404")
    assert page.status_code == 401
    jar = "; ".join(f"{name}={value}" for name, value in cookies_of(page).items())
    back = unescape(re.findall(r'name="_back" value="([^"]+)"', page.text)[0])
    return guarded.request("POST", "/console/token", data={"token": token, "_back": back}, headers={"Cookie": jar})


def test_with_a_token_the_console_asks_for_it_once(guarded):
    answer = show(guarded, TOKEN)

    assert (answer.status_code, answer.headers["location"]) == (303, "/console/s/default/requests?q=status:404")
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("doublebook_console")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/console"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    assert guarded.get("/console/", headers={"Cookie": cookie.partition(";")[0]}).status_code == 200


def test_a_wrong_token_opens_nothing(guarded):
    answer = show(guarded, TOKEN + "x")

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "not the token" in answer.text


@pytest.mark.parametrize("cookie", ["", "doublebook_console=", f"doublebook_console={TOKEN}", "doublebook_console=0"])
def test_without_the_token_no_page_is_shown_and_no_form_is_taken(guarded, cookie):
    headers = {"Cookie": cookie}

    paths = ("/", "/s/default", "/s/default?part=nav", "/s/default/events")
    answers = [guarded.get(f"/console{path}", headers=headers) for path in paths]

    assert [each.status_code for each in answers] == [401] * 4
    assert guarded.request("POST", "/console/s/default/do/resetSandbox", headers=headers).status_code == 403


def test_the_token_in_a_header_opens_the_console_too(guarded):
    assert guarded.as_(TOKEN).get("/console/").status_code == 200


def test_what_pages_are_made_of_is_no_secret(guarded):
    for name in ("console.css", "console.js", "htmx.min.js", "icons.svg", "positions.css"):
        assert guarded.get(f"/console/assets/{name}").status_code == 200


@pytest.mark.parametrize("name", ["../pages.py", "..%2fpages.py", "nope.css"])
def test_nothing_else_is_an_asset(site, name):
    assert site.get(f"/console/assets/{name}").status_code == 404


# What others wrote


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_client_sends_is_anything_but_text(site, text):
    book(site, customer_name=text.replace("\x00", ""))
    site.get(
        "/reservekit/v1/services",
        headers={"Authorization": "Bearer sk_rsv_demo_alpha.mine", "User-Agent": json.dumps(text)},
    )

    for address in (
        HERE,
        f"{HERE}/requests",
        f"{HERE}/find?q=bookings",
        f"{HERE}/requests/1",
        f"{HERE}/requests/2",
        f"{HERE}/calendar/reservekit?date=2026-11-29&span=day",
    ):
        page = site.get(address).text

        assert foreign_in(page) == [], address
        assert "1337" not in page


@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[1], HOSTILE[3]])
def test_what_an_address_says_is_text_too(site, text):
    answer = site.get(f"{HERE}/requests", params={"q": text})

    assert answer.status_code == 200
    assert text not in answer.text


def test_what_happens_in_a_sandbox_that_is_not_there_is_a_refusal(site):
    answer = site.get("/console/s/gone/events")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_sandbox_that_is_gone_is_said_to_be_and_can_be_made_again(site):
    gone = site.get("/console/s/gone")

    assert gone.status_code == 404
    assert "Make it again" in gone.text
    assert press(site, "createSandbox", address="/console", name="gone").headers["location"] == "/console/s/gone"
    assert site.get("/console/s/gone").status_code == 200
