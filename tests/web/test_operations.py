"""What the pipeline promises of every operation of every API."""

import copy
from dataclasses import replace

import pytest
from doubles import Client
from toys import serve, toy

from mockserver.apis.exchange import Reply
from mockserver.app import load_api
from mockserver.web.addresses import Mount
from mockserver.web.gate import Gate
from mockserver.web.stack import Stack

PATHS = {"{bookingID}": "789", "{serviceID}": "123", "{timeSlotID}": "456"}


def secured(spec):
    for template, item in spec["paths"].items():
        for method in {"get", "post", "patch", "delete"} & item.keys():
            demands = item[method].get("security", spec["security"])
            yield method.upper(), template, item[method], demands


def test_each_operation_demands_exactly_the_credential_its_contract_says(reservekit):
    for method, template, definition, demands in secured(reservekit.app.apis[0].spec):
        path = template
        for parameter, value in PATHS.items():
            path = path.replace(parameter, value)

        response = reservekit.request(method, path, headers={"Authorization": None})

        assert (response.status_code == 401) == bool(demands), (method, template)
        assert ("401" in definition["responses"]) == bool(demands), (method, template)


def with_operation(app, name, function):
    """The app's ReserveKit with one operation replaced."""
    api = load_api("reservekit", prefix="/reservekit")
    api = replace(api, operations={**api.operations, name: function})
    mount = Mount(api, Stack(api, app.sandboxes).build())
    return replace(app, asgi=Gate([mount], app.asgi, app.sandboxes), apis=[api])


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        (Reply(200, {"data": {"id": "789"}}), "getBooking answers 200"),
        (Reply(200, {"data": "ok"}), "data"),
        (Reply(202, {"data": "ok"}), "202"),
    ],
)
def test_a_reply_against_the_contract_is_a_500_that_names_what_is_wrong(reservekit, reply, named):
    app = with_operation(reservekit.app, "getBooking", lambda call, work: reply)

    response = Client(app, base="/reservekit/v1", headers=reservekit.headers).get("/bookings/789")

    assert response.status_code == 500
    assert named in response.json()["error"]


def test_a_bug_is_a_500_in_the_apis_own_envelope_and_undoes_what_it_did(reservekit, caplog):
    original = reservekit.app.apis[0].operations["deleteBooking"]

    def fails(call, work):
        original(call, work)
        raise ZeroDivisionError

    app = with_operation(reservekit.app, "deleteBooking", fails)
    client = Client(app, base="/reservekit/v1", headers=reservekit.headers)

    response = client.delete("/bookings/789")

    assert response.status_code == 500
    assert response.json() == {"data": None, "error": "unexpected error: ZeroDivisionError"}
    assert "ZeroDivisionError" in caplog.text
    assert client.get("/bookings/789").status_code == 200


def test_head_of_a_read_that_writes_changes_nothing(reservekit):
    """The contract decides by `x-effect`, not by the method: some vendors cancel by GET."""
    api = load_api("reservekit", prefix="/reservekit")
    spec = copy.deepcopy(api.spec)
    spec["paths"]["/bookings/{bookingID}"]["get"]["x-effect"] = "write"

    operations = dict(api.operations)

    def cancels(call, work):
        reply = operations["getBooking"](call, work)
        operations["deleteBooking"](call, work)
        return reply

    api = replace(api, spec=spec, operations={**operations, "getBooking": cancels})
    app = reservekit.app
    mount = Mount(api, Stack(api, app.sandboxes).build())
    client = Client(
        replace(app, asgi=Gate([mount], app.asgi, app.sandboxes)), base="/reservekit/v1", headers=reservekit.headers
    )

    assert client.request("HEAD", "/bookings/789").status_code == 200
    assert client.get("/bookings/789").status_code == 200
    assert client.get("/bookings/789").status_code == 404


def test_a_table_that_names_an_operation_the_contract_lacks_does_not_start(reservekit):
    with pytest.raises(ValueError, match="noSuchOperation"):
        with_operation(reservekit.app, "noSuchOperation", lambda call, work: Reply(200, {}))


def test_a_contract_that_names_an_operation_the_table_lacks_does_not_start(reservekit):
    api = load_api("reservekit", prefix="/reservekit")
    operations = dict(api.operations)
    del operations["getHealth"]

    with pytest.raises(ValueError, match="getHealth"):
        Stack(replace(api, operations=operations), reservekit.app.sandboxes).build()


@pytest.fixture
def bookings(build):
    return Client(serve(build(), toy("/v1")), base="/v1")


def test_a_reply_may_be_empty_and_still_say_where_to_look(bookings):
    made = bookings.post("/bookings", {"timeStamp": "now"})

    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["location"] == "/v1/bookings/7"
    assert made.headers["content-length"] == "0"
    assert "content-type" not in made.headers
    assert bookings.request("HEAD", made.headers["location"].removeprefix("/v1")).status_code == 200


def test_a_delete_takes_a_body_as_any_other_write_does(bookings):
    assert bookings.delete("/bookings/7", json={"reason": "ill"}).status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "status", "said"),
    [
        (b"{}", "application/json", 400, "reason: is required"),
        (b"{", "application/json", 400, "not valid JSON"),
        (b"", "application/json", 400, "the body is empty, JSON is needed"),
        (b"", None, 400, "the body is empty, JSON is needed"),
        (b"{}", None, 415, "Content-Type must be application/json"),
        (b"reason=ill", "application/x-www-form-urlencoded", 415, "Content-Type must be application/json"),
    ],
)
def test_a_body_of_a_delete_is_judged_as_any_other(bookings, content, media_type, status, said):
    response = bookings.delete("/bookings/7", content=content, headers={"Content-Type": media_type})

    assert response.status_code == status
    assert said in response.json()["error"]["message"]


def test_a_missing_field_is_the_first_word_of_the_refusal(bookings):
    refused = bookings.post("/bookings", {"timestamp": "now"}).json()["error"]["message"]

    assert refused == 'timeStamp: is required; "timestamp" is another spelling of it'


@pytest.mark.parametrize(
    ("path", "media_type", "content", "status"),
    [
        ("/bookings/x", "text/plain", b"{}", 415),
        ("/bookings/x", "application/json", b"{", 400),
        ("/bookings/x", "application/json", b"{" + b" " * (1 << 20), 413),
    ],
    ids=["the media type comes first", "then the path", "and the size before all"],
)
def test_what_is_wrong_with_a_request_is_told_in_one_order(reservekit, path, media_type, content, status):
    response = reservekit.request("PATCH", path, content=content, headers={"Content-Type": media_type})

    assert response.status_code == status
    assert status != 400 or "bookingID" in response.json()["error"]
