"""Lists: what is on them, in which order, page by page, and what they cost."""

from datetime import timedelta

import pytest
from doubles import MONDAY
from harbour import booked, working
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny.desk.reading import BookingFilter, Reading
from mockserver.apis.anny.records import CustomerAccount, Participant, Participation
from mockserver.apis.anny.viewers import ORGANISATION, Role, Viewer
from mockserver.booking.paging import PageRequest
from mockserver.sandbox.merging import MergedRecords

EVERYTHING = BookingFilter()

ANNA = Viewer(
    Role.CUSTOMER,
    CustomerAccount(id="anna", customer_id="a", email="Anna@example.com", given_name="Anna", family_name=None),
)


# What a list costs


def taking_part(number, **fields):
    anna = Participant(
        id=f"p{number}",
        email="anna@EXAMPLE.com",
        name=None,
        can_edit=False,
        attending_virtually=False,
        status=Participation.INVITED,
        invited_at=MONDAY,
    )
    return booked(number, "10:00", "11:00", participants=(anna,), **fields)


def own(number, **fields):
    return booked(number, "10:00", "11:00", account_id="anna", **fields)


@given(
    kinds=st.lists(st.tuples(st.sampled_from([own, taking_part]), st.integers(0, 5)), max_size=30),
    number=st.integers(1, 8),
    size=st.integers(1, 12),
    sort=st.sampled_from(["start_date", "-start_date", "created_at", "-created_at"]),
)
def test_a_page_of_two_groups_is_cut_from_both_as_from_one(kinds, number, size, sort):
    bookings = [
        make(1001 + position, **{field_of(sort): MONDAY + timedelta(hours=hour)})
        for position, (make, hour) in enumerate(kinds)
    ]
    ordered = sorted(bookings, key=lambda each: (getattr(each, field_of(sort)), each.id), reverse=sort.startswith("-"))

    with working(*bookings, booked(1, "10:00", "11:00")) as work:
        page, total = Reading(work, ANNA).bookings(EVERYTHING, sort, PageRequest(number, size))

    assert [each.id for each in page] == [each.id for each in ordered[(number - 1) * size :][:size]]
    assert total == len(bookings)


def field_of(sort):
    return {"start_date": "starts_at", "created_at": "created_at"}[sort.removeprefix("-")]


@pytest.mark.parametrize("viewer", [ANNA, ORGANISATION], ids=["customer", "organisation"])
@pytest.mark.parametrize("sort", ["start_date", "-created_at"])
@pytest.mark.parametrize("number", [1, 20, 60])
def test_a_list_that_nobody_filters_costs_what_its_page_costs(monkeypatch, viewer, sort, number):
    """A customer's page is cut from two groups, for which it takes a few single bookings to find the place."""
    read = []
    plain = MergedRecords.page

    def counting(records, *args, **options):
        found = plain(records, *args, **options)
        read.extend(found)
        return found

    bookings = [(own, taking_part)[each % 3 == 0](1001 + each) for each in range(600)]
    with working(*bookings) as work:
        monkeypatch.setattr(MergedRecords, "page", counting)
        page, total = Reading(work, viewer).bookings(EVERYTHING, sort, PageRequest(number, 10))

    assert (len(page), total) == (10, 600)
    assert len(read) <= (10 if viewer is ORGANISATION else 40)
