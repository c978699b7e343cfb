"""What is wrong with a request before anybody is asked for anything: where it is said, and what is said of it."""

import pytest
from anny_world import at, resource, said, service, source

BOOKING = {
    "start_date": at(18, "09:00"),
    "end_date": at(18, "10:00"),
    "service_id": service(1),
    "resource_id": resource(1),
}
WRONG_BODY = (422, "validation_error")


def instant(person, **fields):
    """An instant booking with other members."""
    return person.post("/bookings/instant", {**BOOKING, **fields})


def test_a_refusal_is_one_error_with_its_status_as_text(jane):
    answer = jane.get("/bookings/9999")

    assert answer.json() == {
        "errors": [{"status": "404", "code": "not_found", "title": "Not found", "detail": "There is no booking 9999."}]
    }


def test_a_title_is_the_code_in_words(jane):
    answers = [jane.cancel(1007), jane.get("/bookings/1023"), jane.get("/bookings", include="owner")]

    titles = [answer.json()["errors"][0]["title"] for answer in answers]
    assert titles == ["Booking not cancelable", "Unauthorized", "Bad request"]


def test_acting_for_an_organisation_takes_a_token(world):
    assert said(world.nobody.get("/orders/2001", o="500", oat="x")) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("name", "value"), [("resource_id", ""), ("resource_id", "not an id"), ("start_date", "2300-01-01T09:00:00Z")]
)
def test_a_member_that_means_nothing_is_named(jane, name, value):
    answer = instant(jane, **{name: value})

    assert (said(answer), source(answer)) == (WRONG_BODY, f"/{name}")


@pytest.mark.parametrize("number", ["9999", "0", "01001", "1001-", "abc", "9" * 36, "-1"])
def test_a_well_formed_id_that_names_nothing_is_not_found(jane, number):
    assert said(jane.get(f"/bookings/{number}")) == (404, "not_found")


@pytest.mark.parametrize("path", ["/bookings/9999", "/resources/nothing/children", f"/services/{resource(1)}"])
def test_what_cannot_be_included_is_a_bad_request_before_anything_is_looked_for(jane, path):
    answer = jane.get(path, include="owner")

    assert (said(answer), source(answer)) == ((400, "bad_request"), "include")


def test_an_interval_that_cannot_be_booked_says_why(jane):
    answer = instant(jane, start_date=at(18, "06:00"), end_date=at(18, "07:00"))

    (error,) = answer.json()["errors"]
    assert (error["code"], error["meta"]) == ("unavailable_interval", {"unavailability_type": "outside_opening_hours"})
    assert "source" not in error
