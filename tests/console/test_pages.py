import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from urllib.parse import urljoin

import pytest
from doubles import Client
from openapi_schema_validator import OAS30Validator

from mockserver.app import API_NAMES, App, load_spec


@pytest.fixture
def site(build: Callable[..., App]) -> Client:
    """All APIs, each under its prefix."""
    return Client(build(apis=()))


@pytest.fixture
def alone(build: Callable[..., App]) -> Client:
    """One API at its own base path."""
    return Client(build(apis=("reservekit",)))


def links(page: str) -> list[str]:
    found = re.findall(r'(?:href|src|data-contract)="([^"]*)"', page)
    return [link for link in found if not link.startswith("data:")]


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_overview_shows_what_is_served(site, path):
    page = site.get(path)

    assert page.headers["content-type"].startswith("text/html")
    assert "http://sandbox/reservekit/v1" in page.text
    assert "http://sandbox/_sandbox" in page.text
    assert "sk_rsv_demo_alpha" in page.text
    assert "curl -X POST http://sandbox/reservekit/v1/bookings" in page.text


@pytest.mark.parametrize("root", ["", "/~mine"])
@pytest.mark.parametrize("path", ["/docs", "/docs/", "/reservekit/docs", "/reservekit/docs/", "/_sandbox/docs"])
def test_every_link_of_a_page_leads_somewhere_under_the_same_sandbox(site, root, path):
    site.post("/_sandbox/sandboxes", {"name": "mine"})
    page = site.get(root + path)

    assert page.status_code == 200
    assert links(page.text)
    for link in links(page.text):
        target = urljoin(root + path, link)
        assert target.startswith((root, f"/console/{root.replace('/~', 's/')}")), link
        assert site.get(target).status_code == 200, target


def test_pages_load_nothing_from_elsewhere(site):
    for path in ("/docs", "/reservekit/docs"):
        page = site.get(path)
        assert not [link for link in links(page.text) if "//" in link]
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)


@pytest.mark.parametrize(
    "path", ["//docs", "/docs//a.css", "/reservekit//docs", "/reservekit/docs//", "/docs//evil.test/"]
)
def test_no_page_is_a_redirect_to_the_host_that_was_asked_for(site, path):
    answer = site.get(path)

    assert answer.status_code in {200, 404}
    assert "location" not in answer.headers


def test_pages_of_a_sandbox_lead_into_it(site):
    assert "http://sandbox/~mine/reservekit/v1" in site.get("/~mine/docs").text
    assert site.get("/~mine/reservekit/openapi.json").json()["servers"] == [{"url": "/~mine/reservekit/v1"}]


def test_malformed_sandbox_in_a_path_is_not_repeated(site):
    page = site.get("/~%22onload=x/docs")

    assert page.status_code == 200
    assert "onload" not in page.text


def test_contract_tells_where_it_is_served_and_nothing_else_is_changed(site):
    contract = site.get("/reservekit/openapi.json").json()

    assert contract.pop("servers") == [{"url": "/reservekit/v1"}]
    shown = json.loads(json.dumps(site.app.apis[0].contract))
    del shown["servers"]
    assert contract == shown
    assert list(contract["paths"]) == list(shown["paths"])


def test_swagger_page_knows_a_credential_that_works(site):
    page = site.get("/reservekit/docs").text

    assert 'data-scheme="ApiKey" data-credential="sk_rsv_demo_alpha"' in page


def test_control_page_knows_no_credential(site):
    assert "data-credential" not in site.get("/_sandbox/docs").text


def test_api_alone_has_its_pages_at_the_root(alone):
    assert "swagger-ui" in alone.get("/docs").text
    assert alone.get("/").headers["location"] == "/console/"
    assert alone.get("/openapi.json").json()["servers"] == [{"url": "/v1"}]
    assert alone.get("/docs/swagger-ui.css").status_code == 200


@pytest.mark.parametrize("path", ["/docs/nope.js", "/reservekit/docs/nope.js", "/reservekit/docs/..%2f..%2fpages.py"])
def test_page_that_is_not_there_is_a_404_in_json(site, path):
    answer = site.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"].startswith("not found")


def test_page_takes_no_other_method(site):
    assert site.post("/docs").status_code == 405


def requests_of(site, api, root=""):
    return site.get(f"{root}/{api}/docs/requests.json").json()


@pytest.mark.parametrize("moment", ["2025-03-03T00:00:01Z", "2026-11-23T12:00:00Z", "2031-01-05T23:30:00Z"])
@pytest.mark.parametrize("api", API_NAMES)
def test_the_first_example_of_what_an_api_is_for_works_in_a_new_sandbox_of_any_time(site, api, moment):
    made = site.post("/_sandbox/sandboxes", {"name": "mine", "clock": moment})
    assert made.status_code == 201, made.text
    shown = requests_of(site, api, "/~mine")
    served = next(each for each in site.app.apis if each.name == api)
    sample = served.sample(date.fromisoformat(moment[:10]))
    (content,) = shown["paths"][sample.path]["post"]["requestBody"]["content"].items()
    media_type, said = content
    body = next(iter(said["examples"].values()))["value"]

    answer = site.request(
        "POST",
        shown["servers"][0]["url"] + sample.path,
        content=json.dumps(body),
        headers={"Content-Type": media_type, "Authorization": f"Bearer {served.personas[0].credential}"},
    )

    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("api", API_NAMES)
def test_examples_of_a_page_fit_their_schemas_and_lie_ahead(site, api):
    shown = requests_of(site, api)
    today = site.get("/_sandbox/sandboxes/default/clock").json()["now"][:10]
    bodies = 0
    for item in shown["paths"].values():
        for operation in item.values():
            for content in (
                operation.get("requestBody", {}).get("content", {}).values() if "responses" in operation else ()
            ):
                whole = OAS30Validator({"allOf": [content["schema"]], "components": shown["components"]})
                for example in content["examples"].values():
                    whole.validate(example["value"])
                    bodies += 1
                    for text in re.findall(r'"(20\d\d-\d\d-\d\d)[T"]', json.dumps(example["value"])):
                        assert text > today or text.endswith("-01-01"), (operation["operationId"], text)

    assert bodies > 5


def test_a_page_shows_the_rules_beside_their_operation(site):
    said = requests_of(site, "reservekit")["paths"]["/bookings"]["post"]["description"]

    assert "- **RK-B03** (must, seed): " in said


def test_the_contract_itself_is_not_changed_for_the_page(site):
    contract = site.get("/reservekit/openapi.json").json()

    for path, item in load_spec("reservekit")["paths"].items():
        for method, definition in item.items():
            shown = contract["paths"][path][method]
            if method == "parameters":
                assert shown == definition
                continue
            assert {**shown, "responses": definition["responses"]} == json.loads(json.dumps(definition))
            assert definition["responses"].items() <= shown["responses"].items()


def test_what_a_page_says_to_try_is_ahead_by_the_clock_of_its_sandbox(build):
    app = build(apis=("reservekit", "anny"), clock=datetime(2030, 1, 7, tzinfo=UTC))
    site = Client(app)

    assert '"date": "2030-01-' in unescape(site.get("/docs").text)

    site.post("/_sandbox/sandboxes", {"name": "mine", "clock": "2031-02-03T00:00:00Z"})
    assert '"date": "2031-02-' in unescape(site.get("/~mine/docs").text)
