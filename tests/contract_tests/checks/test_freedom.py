"""What no page forbids is judged by what stands in the address, not by what was meant."""

import pytest
import schemathesis

from contract_tests.checks.freedom import CRASH, is_free
from contract_tests.contracts import load_contract
from contract_tests.readings import Readings, held_to
from doublebook_data.views import View

_ACCEPTED = "negative_data_rejection"


@pytest.fixture(scope="module")
def ours():
    return load_contract("anny")


@pytest.fixture(scope="module")
def anny(ours):
    return held_to(ours, View.AGREED, Readings())


@pytest.fixture(scope="module")
def bookings(anny):
    schemathesis_api = schemathesis.openapi.from_dict(anny.judging)
    return schemathesis_api["/bookings"]["GET"].Case


@pytest.mark.parametrize(
    "query", ["", "filter[status]=", "filter[status]=accepted", "filter[status]=accepted,expired", "page[size]=2"]
)
def test_an_address_that_keeps_to_the_page_may_be_accepted_whatever_was_meant(anny, bookings, query):
    meant = bookings(query={"filter[status]": [None], "page[size]": {}})

    assert is_free(anny, _ACCEPTED, meant, f"http://anny.example/api/v1/bookings?{query}", 200)


@pytest.mark.parametrize("query", ["filter[status]=sleeping", "filter[status]=accepted,sleeping", "page[size]=many"])
def test_an_address_that_breaks_the_page_may_not(anny, bookings, query):
    assert not is_free(anny, _ACCEPTED, bookings(), f"http://anny.example/api/v1/bookings?{query}", 200)


@pytest.mark.parametrize(
    ("method", "status", "is_free_there"), [("TRACE", 501, True), ("TRACE", 500, False), ("GET", 501, False)]
)
def test_who_knows_a_method_for_no_path_may_say_that_it_is_not_implemented(
    anny, bookings, method, status, is_free_there
):
    asked = bookings(method=method)

    assert is_free(anny, CRASH, asked, "http://anny.example/api/v1/bookings", status) is is_free_there


def test_all_of_the_document_forbids_it(ours, bookings):
    assert not is_free(ours, CRASH, bookings(method="TRACE"), "http://anny.example/api/v1/bookings", 501)
