"""Chains of requests as they were recorded, and what is said of their end."""

import pytest
import requests
import schemathesis
import yaml
from schemathesis import CheckContext
from schemathesis.checks import CHECKS
from schemathesis.config import ChecksConfig
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine.recorder import ScenarioRecorder

from contract_tests import contracts
from contract_tests.checks.presence import presence_judged_fairly
from contract_tests.contracts import load_contract

AVAILABLE, GONE = "ensure_resource_availability", "use_after_free"


def a_path(**operations):
    return {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        **operations,
    }


def an_operation(effect):
    return {"x-effect": effect, "responses": {"default": {"description": "Whatever comes"}}}


READ, WRITE = an_operation("read"), an_operation("write")
SHOP = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/bookings": {"get": READ, "post": WRITE},
        "/bookings/{id}": a_path(get=READ, delete=WRITE),
        "/bookings/{id}/customer": a_path(get=READ),
        "/services": {"post": WRITE},
        "/services/{id}": a_path(delete=WRITE),
        "/cart/empty": {"get": WRITE},
    },
}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "openapi.yaml").write_text(yaml.safe_dump(SHOP), encoding="utf-8")
    monkeypatch.setattr(contracts, "openapi_dir", lambda: tmp_path)
    return load_contract("shop")


class Chain:
    """What was asked, in order; each request follows from the one at *after*, or from none."""

    def __init__(self):
        self._schema = schemathesis.openapi.from_dict(SHOP)
        self._recorder = ScenarioRecorder(label="chain")
        self._cases = []

    def ask(self, request, status, *, after=None):
        method, _, path = request.partition(" ")
        template, holes = path, {}
        if len(parts := path.split("/")) > 2 and parts[1] != "cart":
            holes = {"id": parts[2]}
            template = "/".join(["", parts[1], "{id}", *parts[3:]])
        case = self._schema[template][method].Case(path_parameters=dict.fromkeys(holes, "drawn"))
        case.path_parameters = holes  # what was drawn is replaced, as a link does it
        parent = None if after is None else self._cases[after].id
        self._recorder.record_case(parent_id=parent, case=case)
        if status is not None:
            sent = requests.Request(method, f"http://shop.example{path}").prepare()
            answer = Response(status, {}, b"", sent, elapsed=0.1, verify=True)
            self._recorder.record_response(case_id=case.id, response=answer)
        self._cases.append(case)
        return self

    def says(self, shop, check):
        """What *check* says of the last one; "" for nothing."""
        last = self._cases[-1]
        answer = self._recorder.find_response(case_id=last.id)
        assert answer is not None
        with presence_judged_fairly(shop):
            ctx = CheckContext(None, None, None, ChecksConfig(), None, self._recorder, response_checks=None)
            (judge,) = [each for each in ctx.internals.checks if each.__name__ == check]
            try:
                judge(ctx, answer, last)
            except Failure as failure:
                return failure.title
        return ""


def a_booking_that_is_not_there(between=(), status=200):
    chain = Chain().ask("POST /bookings", 201)
    for request in between:
        chain.ask(request, status)
    return chain.ask("GET /bookings/7/customer", 404, after=0)


def a_booking_that_was_deleted_and_is_there(between=(), status=200):
    chain = Chain().ask("POST /bookings", 201).ask("DELETE /bookings/7", 200, after=0)
    for request in between:
        chain.ask(request, status)
    return chain.ask("GET /bookings/7", 200, after=0)


def test_what_was_created_and_is_not_there_is_a_failure(shop):
    assert a_booking_that_is_not_there().says(shop, AVAILABLE) == "Created resource not found"


def test_what_was_deleted_and_is_there_is_a_failure(shop):
    assert a_booking_that_was_deleted_and_is_there().says(shop, GONE) == "Deleted resource still available"


MEANWHILE = ["DELETE /services/2", "GET /cart/empty", "POST /services"]


@pytest.mark.parametrize("request_", MEANWHILE)
@pytest.mark.parametrize("status", [200, 302, 500, None])
@pytest.mark.parametrize(
    ("chain", "check"), [(a_booking_that_is_not_there, AVAILABLE), (a_booking_that_was_deleted_and_is_there, GONE)]
)
def test_a_write_in_between_that_was_not_refused_may_be_the_reason(shop, chain, check, request_, status):
    assert chain([request_], status).says(shop, check) == ""


@pytest.mark.parametrize("request_", MEANWHILE)
@pytest.mark.parametrize(
    ("chain", "check"), [(a_booking_that_is_not_there, AVAILABLE), (a_booking_that_was_deleted_and_is_there, GONE)]
)
def test_a_refused_write_in_between_is_no_reason(shop, chain, check, request_):
    assert chain([request_], 404).says(shop, check)


@pytest.mark.parametrize(
    ("chain", "check"), [(a_booking_that_is_not_there, AVAILABLE), (a_booking_that_was_deleted_and_is_there, GONE)]
)
def test_a_read_in_between_is_no_reason(shop, chain, check):
    assert chain(["GET /bookings"]).says(shop, check)


def test_a_write_before_the_creation_is_no_reason(shop):
    chain = Chain().ask("DELETE /services/2", 200).ask("POST /bookings", 201)

    assert chain.ask("GET /bookings/7/customer", 404, after=1).says(shop, AVAILABLE)


def test_the_checks_are_schemathesis_own_again_after_the_run(shop):
    before = [CHECKS.get_one(name) for name in (AVAILABLE, GONE)]

    with pytest.raises(RuntimeError), presence_judged_fairly(shop):
        raise RuntimeError

    assert [CHECKS.get_one(name) for name in (AVAILABLE, GONE)] == before
