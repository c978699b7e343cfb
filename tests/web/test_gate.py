import asyncio
import gc
import json
import re
from datetime import date
from functools import cache

import pytest
from contract_documents import walk
from doubles import Client
from open_reads import OpenRead
from openapi_schema_validator import OAS30Validator

from doublebook_data import resolved
from mockserver.apis.exchange import Call
from mockserver.app import API_NAMES
from mockserver.booking.errors import StoreDown
from mockserver.web.gate import Gate


@pytest.fixture
def alone(build):
    """An API at its own paths, as its first persona."""

    def alone(name):
        app = build(apis=(name,))
        api = app.apis[0]
        return Client(app, base=api.base_path, headers={"Authorization": f"Bearer {api.personas[0].credential}"})

    return alone


@pytest.mark.usefixtures("in_memory")
def test_every_reply_has_a_request_id_and_a_client_may_choose_it(reservekit):
    ours = reservekit.get("/bookings/789").headers["x-request-id"]
    theirs = reservekit.get("/bookings/789", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"]

    assert ours == "default-1"
    assert theirs == "mine-1"


def test_the_journal_holds_each_exchange_without_its_key(reservekit):
    made = reservekit.post("/bookings", {"date": "2026-03-09", "time_slot_id": 457})
    reservekit.get("/nope")

    sandboxes = reservekit.app.sandboxes
    unknown, booked = reversed(sandboxes.open("default").entries())

    assert (booked.method, booked.path, booked.operation, booked.status) == (
        "POST",
        "/reservekit/v1/bookings",
        "createBooking",
        201,
    )
    assert booked.response_body == made.content
    assert b"457" in booked.request_body
    assert b"sk_rsv" not in booked.headers
    assert (unknown.status, unknown.refusal, unknown.operation) == (404, "unknown_path", None)


def test_a_browser_is_told_that_it_may_call(reservekit):
    asked = {
        "Origin": "https://shop.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    preflight = reservekit.request("OPTIONS", "/bookings", headers=asked)
    called = reservekit.get("/bookings/789", headers={"Origin": "https://shop.example.com"})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "POST"
    assert preflight.headers["access-control-allow-headers"] == "authorization, content-type"
    for answer in (preflight, called):
        assert answer.headers["access-control-allow-origin"] == "https://shop.example.com"
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["vary"].startswith("origin")


@pytest.mark.parametrize("name", API_NAMES)
def test_a_page_may_read_every_header_that_the_document_declares(alone, name):
    client = alone(name)
    responses = [node for node in walk(client.app.apis[0].spec) if "description" in node and "headers" in node]

    exposed = client.get("/nowhere", headers={"Origin": "https://app.test"}).headers["access-control-expose-headers"]

    assert {header.lower() for response in responses for header in response["headers"]} <= set(exposed.split(", "))


@pytest.mark.parametrize("name", API_NAMES)
def test_a_bad_name_behind_a_key_is_told_apart_from_a_bad_key(alone, name):
    client = alone(name)
    paths = client.app.apis[0].spec["paths"]
    path = next(
        path
        for path, item in paths.items()
        if "{" not in path and item.get("get", {}).get("security") is None and "get" in item
    )

    for suffix in ("My_Test", "-x", "a.b", "x" * 64, ""):
        answer = client.get(path, headers={"Authorization": f"{client.headers['Authorization']}.{suffix}"})

        assert answer.status_code == 400, suffix
        assert "is no name for a sandbox" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/reservekit/v1/services?page=1", "/reservekit/v1/nope", "/appointments/bookings/customer/1", "/nowhere"),
        *(
            "/_sandbox/sandboxes",
            "/_sandbox/nope",
            "/_sandbox/health",
            "/docs",
            "/reservekit/openapi.json",
            "/docs/nope.js",
        ),
    ],
)
@pytest.mark.parametrize("host", ["sandbox", "evil.test"])
def test_no_answer_is_taken_for_something_else_than_it_says(reservekit, path, host):
    answer = Client(reservekit.app).get(path, headers={"Host": host})

    assert answer.headers["x-content-type-options"] == "nosniff"


def operations(contract):
    """Method, a path and the definition of each."""
    for path, item in contract["paths"].items():
        for method, definition in item.items():
            if isinstance(definition, dict) and "responses" in definition:
                yield method.upper(), re.sub(r"\{[^}]*\}", "1", path), definition


@pytest.mark.parametrize("name", API_NAMES)
def test_what_a_bad_name_is_answered_is_declared_for_each_operation(alone, name):
    client = alone(name)
    contract = Client(client.app).get("/openapi.json").json()
    fit = cache(lambda schema: OAS30Validator({"allOf": [json.loads(schema)], "components": contract["components"]}))

    for method, path, definition in operations(contract):
        answer = client.request(method, path, headers={"X-Sandbox": "My_Test"})

        declared = resolved(contract, definition["responses"][str(answer.status_code)])
        content = declared["content"][answer.headers["content-type"]]
        assert answer.status_code == 400, (method, path)
        assert "is no name for a sandbox" in answer.text
        fit(json.dumps(content["schema"])).validate(answer.json())


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("name", API_NAMES)
def test_where_there_is_no_room_a_new_sandbox_is_refused_and_the_others_work_on(build, name):
    app = build(apis=(name,), max_sandboxes=3)
    read = OpenRead(app)

    before = [read.ask(each).status_code for each in ("default", "a", "b")]
    refused = [read.ask(f"s{number}") for number in range(10)]

    assert 503 not in before
    assert {each.status_code for each in refused} == {503}
    read.ensure_form(refused[0])
    assert [read.ask(each).status_code for each in ("default", "a", "b")] == before
    made = Client(app).post("/_sandbox/sandboxes", {"name": "c"})
    assert (made.status_code, made.json()["error"]["code"]) == (503, "no_room")
    assert Client(app).post("/_sandbox/sandboxes/c/clock/freeze").status_code == 503
    assert Client(app).delete("/_sandbox/sandboxes/a").status_code == 204
    assert Client(app).post("/_sandbox/sandboxes", {"name": "c"}).status_code == 201


@pytest.mark.parametrize("name", API_NAMES)
def test_a_sandbox_that_the_store_cannot_make_is_a_503_in_the_form_of_the_api(alone, name, monkeypatch):
    client = alone(name)
    path = next(path for path, item in client.app.apis[0].spec["paths"].items() if "{" not in path and "get" in item)

    def full(_):
        raise StoreDown("the disk is full")

    monkeypatch.setattr(client.app.sandboxes, "open", full)

    answer = client.get(path)

    assert answer.status_code == 503
    assert "the disk is full" in answer.text.lower()


@pytest.mark.usefixtures("in_memory")
def test_an_operation_that_needs_no_key_makes_no_sandbox_where_there_is_no_room(build):
    client = Client(build(apis=("reservekit",), max_sandboxes=2), base="/v1")

    statuses = [client.get("/health", headers={"X-Sandbox": each}).status_code for each in ("default", "a", "b", "c")]

    assert statuses == [200, 200, 503, 503]


@pytest.mark.parametrize("name", API_NAMES)
def test_an_example_of_what_is_answered_to_any_operation_fits_its_schema(alone, name):
    api = alone(name).app.apis[0]
    added = [
        declared["content"][api.media_type]
        for (_, _, definition), (_, _, written) in zip(operations(api.contract), operations(api.spec), strict=True)
        for status, declared in definition["responses"].items()
        if status not in written["responses"]
    ]

    assert added
    for content in {json.dumps(each, sort_keys=True) for each in added}:
        said = json.loads(content)
        OAS30Validator({"allOf": [said["schema"]], "components": api.spec["components"]}).validate(said["example"])


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("br", 415), ("identity", 201), ("Identity", 201)])
def test_a_compressed_body_is_refused_by_its_encoding(reservekit, encoding, status):
    body = {"date": "2026-03-09", "time_slot_id": 457}

    answer = reservekit.post("/bookings", json=body, headers={"Content-Encoding": encoding})

    assert answer.status_code == status
    assert ("Content-Encoding" in answer.text) == (status == 415)


def test_the_contract_and_its_pages_come_from_the_package(reservekit):
    client = Client(reservekit.app)

    contract = client.get("/reservekit/openapi.json").json()

    assert contract["servers"] == [{"url": "/reservekit/v1"}]
    assert "createBooking" in {item.get("post", {}).get("operationId") for item in contract["paths"].values()}
    assert client.get("/reservekit/docs").status_code == 200
    assert client.get("/docs").status_code == 200


def test_what_runs_in_the_background_is_started_and_stopped_with_the_process(reservekit):
    told: list[str] = []
    sent: list[tuple[str, ...]] = []

    class Background:
        async def start(self):
            told.append("started")

        async def stop(self):
            told.append("stopped")

    async def receive():
        return {"type": "lifespan.shutdown" if sent else "lifespan.startup"}

    async def send(message):
        sent.append((message["type"], *told))

    gate = Gate([], reservekit.app.asgi, reservekit.app.sandboxes, (Background(),))
    asyncio.run(gate({"type": "lifespan"}, receive, send))

    assert sent == [("lifespan.startup.complete", "started"), ("lifespan.shutdown.complete", "started", "stopped")]


REFUSED: dict[str, dict[str, str | None]] = {
    "no credential": {},
    "a credential nobody has": {"Authorization": "Bearer nobody"},
    "a bad sandbox": {"X-Sandbox": "NO NAME"},
    "no JSON": {"Authorization": None, "Content-Type": "text/plain"},
}
"""Headers by what is refused; None is the credential of the API's first persona."""


@pytest.mark.parametrize("wrong", REFUSED)
@pytest.mark.parametrize("api", API_NAMES)
def test_what_was_refused_is_forgotten_without_the_collector(build, api, wrong):
    app = build(apis=(api,))
    here = app.apis[0]
    sample = here.sample(date(2026, 3, 2))
    known = f"Bearer {here.personas[0].credential}"
    headers = {name: known if value is None else value for name, value in REFUSED[wrong].items()}
    client = Client(app, base=here.base_path, headers={"Content-Type": here.media_type})
    gc.collect()
    before = _calls()

    gc.disable()
    try:
        answers = [client.post(sample.path, sample.body, headers=headers) for _ in range(20)]
        answers.append(client.get("/nothing/here", headers=headers))
        left = _calls() - before
    finally:
        gc.enable()

    assert {answer.status_code for answer in answers} <= {400, 401, 404, 415, 422}
    assert left <= 0  # one of a server of another test may go meanwhile


def _calls():
    return sum(type(each) is Call for each in gc.get_objects())
