"""What is wrong with a request before anybody is asked for anything: where it is said, and what is said of it."""

import pytest
from anny_world import JSON_API, add_on, at, resource, said, service, source

BOOKING = {
    "start_date": at(18, "09:00"),
    "end_date": at(18, "10:00"),
    "service_id": service(1),
    "resource_id": resource(1),
}
WRONG_BODY = (422, "validation_error")


def instant(person, **fields):
    """An instant booking with other members; None leaves one out."""
    body = {name: value for name, value in {**BOOKING, **fields}.items() if value is not None}
    return person.post("/bookings/instant", body)


# The envelope


def test_a_refusal_is_one_error_with_its_status_as_text(jane):
    answer = jane.get("/bookings/9999")

    assert answer.json() == {
        "errors": [{"status": "404", "code": "not_found", "title": "Not found", "detail": "There is no booking 9999."}]
    }


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*", "application/vnd.api+json"])
def test_a_refusal_is_json_api_whatever_is_accepted(jane, accept):
    answer = jane.get("/bookings/9999", headers={"accept": accept})

    assert answer.headers["content-type"] == JSON_API


def test_the_code_is_the_same_in_every_language(jane):
    codes = {said(jane.get("/bookings/9999", headers={"accept-language": each})) for each in ("de", "en", "tlh")}

    assert codes == {(404, "not_found")}


def test_a_title_is_the_code_in_words(jane):
    answers = [jane.cancel(1007), jane.get("/bookings/1023"), jane.get("/bookings", include="owner")]

    titles = [answer.json()["errors"][0]["title"] for answer in answers]
    assert titles == ["Booking not cancelable", "Unauthorized", "Bad request"]


# Path, method, token


def test_a_path_that_does_not_exist_is_not_found(jane):
    assert said(jane.get("/nowhere")) == (404, "not_found")


def test_a_wrong_method_is_told_the_right_ones(jane):
    answer = jane.ask("PUT", "/bookings/1001")

    assert said(answer) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) >= {"GET", "PATCH"}


@pytest.mark.parametrize("header", [None, "anny_customer_jane", "Basic anny_customer_jane", "Bearer", "Bearer of-what"])
@pytest.mark.parametrize("path", ["/bookings", "/bookings/1001", "/bookings/9999", "/customer-account"])
def test_without_a_usable_token_nothing_else_is_looked_at(world, path, header):
    headers = {} if header is None else {"authorization": header}

    assert said(world.nobody.get(path, headers=headers)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "path", ["/resources", "/resources/desk-area/children", "/services", f"/services/{service(1)}"]
)
def test_what_is_offered_is_shown_to_everybody(world, path):
    assert world.nobody.get(path).status_code == 200


def test_to_a_stranger_what_exists_is_forbidden_and_what_does_not_is_not_found(world):
    answers = {number: said(world.ben.get(f"/bookings/{number}")) for number in (1001, 9999)}

    assert answers == {1001: (403, "unauthorized"), 9999: (404, "not_found")}


@pytest.mark.parametrize("path", ["/bookings/1001", "/orders/2001", "/invoices/3001"])
def test_what_is_somebody_elses_is_forbidden(world, path):
    assert said(world.max.get(path)) == (403, "unauthorized")


# The organisation


@pytest.mark.parametrize(
    "path", ["/bookings", "/bookings/1001", "/orders", "/orders/2001", "/invoices", "/invoices/3001"]
)
def test_an_administrator_reads_everything_as_the_organisation_and_as_nobody_in_particular(world, path):
    assert world.admin.read(path, o="500")["data"] == world.admin.read(path)["data"]


@pytest.mark.parametrize(
    "path", ["/bookings", "/bookings/1001", "/orders", "/orders/2001", "/invoices", "/invoices/3001"]
)
def test_an_organisation_is_acted_for_by_its_administrator_alone(world, path):
    answers = [world.admin.get(path, o="501"), world.jane.get(path, o="500"), world.jane.get(path, o="501")]

    assert [said(answer) for answer in answers] == [(403, "unauthorized")] * 3


def test_acting_for_an_organisation_takes_a_token(world):
    assert said(world.nobody.get("/orders/2001", o="500", oat="x")) == (401, "unauthenticated")


# Body


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_than_json_api_is_refused_and_nothing_is_written(world, content_type):
    before = world.kept()

    answer = world.jane.ask("POST", "/bookings/instant", BOOKING, headers={"content-type": content_type})

    assert said(answer) == (415, "unsupported_media_type")
    assert world.kept() == before


def test_a_body_of_more_than_a_mebibyte_is_refused(jane):
    assert said(instant(jane, note="x" * 2**20)) == (413, "payload_too_large")


def test_a_body_that_is_not_json_is_a_bad_request(jane):
    answer = jane.client.request("POST", "/bookings/instant", content=b"{", headers={"content-type": JSON_API})

    assert said(answer) == (400, "bad_request")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null"])
def test_json_that_is_no_object_is_refused(jane, body):
    answer = jane.client.request("POST", "/bookings/instant", content=body, headers={"content-type": JSON_API})

    assert said(answer) == WRONG_BODY


@pytest.mark.parametrize("value", [None, 1, True, "", "not an id", []])
def test_a_member_that_is_missing_or_of_another_type_is_named(world, value):
    before = world.kept()

    answer = instant(world.jane, resource_id=value)

    assert (said(answer), source(answer)) == (WRONG_BODY, "/resource_id")
    assert world.kept() == before


def test_a_member_deep_inside_is_named_by_its_way(jane):
    addons = [{"add_on_id": add_on(1), "quantity": 1}, {"add_on_id": add_on(2), "quantity": -1}]

    answer = jane.post("/bookings/1001/edit-service-options", {"addons": addons})

    assert (said(answer), source(answer)) == (WRONG_BODY, "/addons/1/quantity")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-20",
        "2026-03-20T09:00+01:00",
        "2026-03-20T09:00:00",
        "2026-02-30T09:00:00+01:00",
        "2300-01-01T09:00:00Z",
    ],
)
def test_a_moment_that_is_not_whole_or_does_not_exist_is_refused(jane, moment):
    answer = instant(jane, start_date=moment)

    assert (said(answer), source(answer)) == (WRONG_BODY, "/start_date")


def test_a_moment_is_the_same_with_every_offset(jane):
    answer = instant(jane, start_date="2026-03-20T13:30:00+05:30", end_date="2026-03-20T09:00:00.999Z")

    shown = answer.json()["data"]["attributes"]
    assert shown["start_date"] == "2026-03-20T08:00:00+00:00"
    assert shown["end_date"] == "2026-03-20T09:00:00+00:00"


def test_members_and_parameters_nobody_knows_are_ignored(jane):
    assert instant(jane, colour="blue").status_code == 201
    assert jane.get("/bookings", colour="blue").status_code == 200


def test_a_wrong_body_is_wrong_even_where_nothing_is(jane):
    assert said(jane.post("/bookings/9999/edit-participants", {})) == WRONG_BODY


# Parameters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page[size]", "0"),
        ("page[size]", "many"),
        ("page[number]", "-1"),
        ("sort", "number"),
        ("filter[status]", "confirmed"),
        ("filter[upcoming_only]", "yes"),
        ("filter[start_date]", "2026-03-20"),
        ("filter[resources][]", "no-id!"),
        ("o", "mine"),
    ],
)
def test_a_parameter_that_breaks_its_schema_is_named(jane, name, value):
    answer = jane.get("/bookings", **{name: value})

    assert (said(answer), answer.json()["errors"][0]["source"]) == (WRONG_BODY, {"parameter": name})


def test_a_parameter_that_is_given_twice_is_refused(jane):
    answer = jane.client.get("/bookings?sort=start_date&sort=created_at")

    assert (said(answer), source(answer)) == (WRONG_BODY, "sort")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/bookings/mine", "bookingId"),
        ("/orders/BO_1", "orderId"),
        ("/invoices/x", "invoiceId"),
        ("/services/x", "serviceId"),
    ],
)
def test_an_id_that_is_not_well_formed_is_named(jane, path, name):
    answer = jane.get(path)

    assert (said(answer), source(answer)) == (WRONG_BODY, name)


@pytest.mark.parametrize("number", ["9999", "0", "01001", "1001-", "abc", "9" * 36, "-1"])
def test_a_well_formed_id_that_names_nothing_is_not_found(jane, number):
    assert said(jane.get(f"/bookings/{number}")) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    ["/bookings", "/bookings/9999", "/bookings/by-number", "/orders", "/orders/9999", "/invoices", "/invoices/9999",
     "/resources", "/resources/nothing", "/resources/nothing/children", "/services", f"/services/{resource(1)}"],
)  # fmt: skip
def test_what_cannot_be_included_is_a_bad_request_before_anything_is_looked_for(jane, path):
    answer = jane.get(path, include="owner")

    assert (said(answer), source(answer)) == ((400, "bad_request"), "include")


# What a body names


def test_an_id_in_a_body_that_names_nothing_is_not_found_there(jane):
    answer = instant(jane, resource_id=resource(99))

    assert (said(answer), answer.json()["errors"][0]["source"]) == ((404, "not_found"), {"pointer": "/resource_id"})


def test_an_interval_that_cannot_be_booked_says_why(jane):
    answer = instant(jane, start_date=at(18, "06:00"), end_date=at(18, "07:00"))

    (error,) = answer.json()["errors"]
    assert (error["code"], error["meta"]) == ("unavailable_interval", {"unavailability_type": "outside_opening_hours"})
    assert "source" not in error
