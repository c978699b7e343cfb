"""The kit and the pipeline on a contract that speaks JSON:API."""

import contextlib
import io
import threading
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from toys import api_of, serve

from contract_tests import contracts
from contract_tests.cli import main
from contract_tests.targets import TOKEN_VARIABLE
from doublebook_data import read_yaml
from mockserver.apis.exchange import Reply
from mockserver.apis.identities import Caller, Identity, bearer
from mockserver.apis.refusals import BadBody, BadInput
from mockserver.apis.wording import renderer, transport_rows
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.serving import bind

CONTRACTS = Path(__file__).parent / "contracts"
JSON_API = "application/vnd.api+json"
JSON = "application/json"
TOKEN = "guests-secret-51c0"
FULL = ("--mode", "full", "--disposable", "--suite", "conformance", "--strict")


def refuse(status, code, *headers):
    return Reply(status, {"errors": [{"status": str(status), "code": code}]}, headers)


WORDS = {
    **transport_rows(refuse),
    BadBody: lambda _: refuse(400, "unreadable"),
    BadInput: lambda _: refuse(422, "validation_error"),
    NotFound: lambda _: refuse(404, "not_found"),
    RuleBroken: lambda refusal: refuse(422, refusal.code),
}


class House:
    """Guests by their number; one to a room."""

    def __init__(self, *, code="room_taken", flat_lists_in="guests"):
        self.given: Counter[str] = Counter()
        self._guests = {}
        self._code = code
        self._flat_lists_in = flat_lists_in

    def list(self, call):
        assert set(call.query["fields[guests]"]) <= {"name", "room"}
        asked = [guest for guest in self._guests.values() if guest["room"] in call.query["filter[rooms][]"]]
        if call.accepts(JSON_API, JSON) == JSON:
            self.given["flat lists"] += 1
            return Reply(200, {self._flat_lists_in: asked}, media_type=JSON)
        self.given["lists"] += 1
        return Reply(200, {"data": list(map(resource, asked))})

    def create(self, call):
        if any(guest["room"] == call.body["room"] for guest in self._guests.values()):
            raise RuleBroken(self._code, "somebody lives there")
        number = str(len(self._guests) + 1)
        guest = self._guests[number] = {"id": number, "name": call.body["name"], "room": call.body["room"]}
        return Reply(201, {"data": resource(guest)})

    def read(self, call):
        guest = self._guests.get(call.path["guest_id"])
        if guest is None:
            raise NotFound("guest", call.path["guest_id"])
        if call.accepts(JSON_API, JSON) == JSON:
            return Reply(200, guest, media_type=JSON)
        return Reply(200, {"data": resource(guest)})


def resource(guest):
    return {"id": guest["id"], "type": "guests", "attributes": {"name": guest["name"], "room": guest["room"]}}


def identify(headers):
    return Identity(Caller("guests") if bearer(headers) == TOKEN else None)


def guests(house):
    operations = {"listGuests": house.list, "createGuest": house.create, "readGuest": house.read}
    facts: dict[str, Any] = {"media_type": JSON_API, "identify": identify, "render": renderer(WORDS)}
    api = api_of({}, operations, **facts, broken=lambda reason: refuse(500, reason))
    return replace(api, spec=read_yaml(CONTRACTS / "guests" / "openapi.yaml"))


@contextlib.contextmanager
def listening(app):
    listener = bind("127.0.0.1", 0)
    listener.listen()  # whoever comes before the server is ready waits
    web = uvicorn.Server(uvicorn.Config(app.asgi, log_level="error", lifespan="off"))
    thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        web.should_exit = True
        thread.join(10)
        listener.close()


@dataclass(frozen=True)
class Outcome:
    code: int
    said: str


@pytest.fixture
def kit(build, monkeypatch, tmp_path):
    """Run the kit against a house."""
    monkeypatch.setattr(contracts, "openapi_dir", lambda: CONTRACTS)
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(house):
        said = io.StringIO()
        quiet = contextlib.redirect_stdout(said), contextlib.redirect_stderr(said)
        with listening(serve(build(), guests(house))) as url, quiet[0], quiet[1]:
            code = main(["run", "guests", "--base-url", url, "--token", TOKEN, *FULL, "--max-examples", "25"])
        return Outcome(code, said.getvalue())

    return run


def test_a_json_api_keeps_its_contract(kit):
    house = House()

    outcome = kit(house)

    assert outcome.code == 0, outcome.said
    assert "PASSED: 3 operations answered as documented; 3 of 3 operations tested" in outcome.said
    assert house.given["lists"] > 25
    assert house.given["flat lists"] > 10


def test_a_code_in_a_list_of_errors_is_held_against_the_listed_refusals(kit):
    outcome = kit(House(code="room_full"))

    assert outcome.code == 1, outcome.said
    assert "422 'room_full' is not among the operation's refusals" in outcome.said
    assert f"Content-Type: {JSON_API}" in outcome.said


def test_a_form_that_has_to_be_asked_for_is_tested_too(kit, caplog):
    outcome = kit(House(flat_lists_in="people"))

    assert outcome.code == 1, outcome.said
    assert f"Accept: {JSON}" in outcome.said
    assert "listGuests answers 200 with guests: is required" in caplog.text
