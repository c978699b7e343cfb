"""What is said of a request in which something is wrong, where no law looks."""

import pytest
from anny_world import resource, said, source


def test_a_refusal_is_one_error_with_its_status_as_text(jane):
    answer = jane.get("/bookings/9999")

    assert answer.json() == {
        "errors": [{"status": "404", "code": "not_found", "title": "Not found", "detail": "There is no booking 9999."}]
    }


@pytest.mark.parametrize("number", ["0", "01001", "1001-", "9" * 36])
def test_a_well_formed_id_that_names_nothing_is_not_found(jane, number):
    assert said(jane.get(f"/bookings/{number}")) == (404, "not_found")


@pytest.mark.parametrize("path", ["/bookings/9999", "/resources/nothing/children", f"/services/{resource(1)}"])
def test_what_cannot_be_included_is_a_bad_request_before_anything_is_looked_for(jane, path):
    answer = jane.get(path, include="owner")

    assert (said(answer), source(answer)) == ((400, "bad_request"), "include")
