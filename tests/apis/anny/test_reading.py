"""Lists: what is on them, in which order, page by page, and what they cost."""

from datetime import timedelta
from itertools import chain
from urllib.parse import urlsplit

import pytest
from anny_world import at, resource
from doubles import MONDAY
from harbour import booked, working
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny.desk.reading import BookingFilter, Reading
from mockserver.apis.anny.records import CustomerAccount, Participant, Participation
from mockserver.apis.anny.viewers import ORGANISATION, Role, Viewer
from mockserver.booking.paging import PageRequest
from mockserver.sandbox.merging import MergedRecords

FLAT = {"accept": "application/json"}
EVERYTHING = BookingFilter()

ANNA = Viewer(
    Role.CUSTOMER,
    CustomerAccount(id="anna", customer_id="a", email="Anna@example.com", given_name="Anna", family_name=None),
)


def starts(person, **query):
    return [
        each["attributes"]["start_date"] for each in person.read("/bookings", **{"page[size]": 250, **query})["data"]
    ]


def pages(person, path, **query):
    """The lists of ids of all pages, by following `next`."""
    document = person.read(path, **query)
    yield [each["id"] for each in document["data"]]
    while "next" in document["links"]:
        address = urlsplit(document["links"]["next"])
        document = person.client.get(f"{path}?{address.query}").json()
        yield [each["id"] for each in document["data"]]


# Whose


def test_a_customer_sees_every_booking_of_their_own_and_those_they_take_part_in(world):
    assert set(world.jane.listed("/bookings")) == {
        *("1001", "1002", "1003", "1004", "1007", "1008", "1009", "1022"),
        *map(str, range(1010, 1020)),
    }
    assert world.lena.listed("/bookings") == ["1003", "1022"]
    assert world.ben.listed("/bookings") == []


def test_an_administrator_sees_every_booking_and_the_blockers(world):
    everything = set(world.admin.listed("/bookings"))

    assert everything >= {*world.jane.listed("/bookings"), *world.max.listed("/bookings"), "1020"}
    assert world.admin.read("/bookings")["meta"]["page"]["total"] == len(everything)


def test_what_is_in_the_cart_is_listed(world):
    assert "1005" in world.max.listed("/bookings")
    assert "2005" in world.max.listed("/orders")


@pytest.mark.parametrize("path", ["/orders", "/invoices"])
def test_orders_and_invoices_are_the_customers_own_and_the_newest_comes_first(world, path):
    listed = {
        name: world.enter(name).listed(path) for name in ("anny_customer_jane", "anny_customer_max", "anny_admin")
    }

    jane, max_, admin = listed.values()
    assert not set(jane) & set(max_)
    assert set(admin) == {*jane, *max_}
    assert all(ids == sorted(ids, key=int, reverse=True) for ids in listed.values())
    assert world.lena.listed(path) == []


def test_a_booking_is_the_same_in_the_list_and_by_its_id(world):
    for person in (world.jane, world.max, world.lena, world.admin):
        listed = person.read("/bookings", **{"page[size]": 250})["data"]
        assert listed == [person.booking(each["id"]) for each in listed]


# Filters


def test_a_status_is_that_which_the_viewer_sees(world):
    found = {
        status: set(world.jane.listed("/bookings", **{"filter[status]": status}))
        for status in ("requested", "invited", "canceled", "expired", "rejected", "reserved")
    }

    assert found == {
        "requested": {"1002"},
        "invited": {"1003"},
        "canceled": {"1007"},
        "expired": {"1008"},
        "rejected": set(),
        "reserved": set(),
    }
    assert "1003" not in world.jane.listed("/bookings", **{"filter[status]": "accepted"})
    assert "1003" in world.max.listed("/bookings", **{"filter[status]": "accepted"})


def test_upcoming_is_what_has_not_ended(world):
    everything = set(world.jane.listed("/bookings"))

    assert everything - set(world.jane.listed("/bookings", **{"filter[upcoming_only]": "true"})) == {"1008"}
    assert set(world.jane.listed("/bookings", **{"filter[upcoming_only]": "false"})) == everything

    world.go_to(at(9, "10:00"))  # 1001 and 1003 end

    upcoming = world.jane.listed("/bookings", **{"filter[upcoming_only]": "true"})
    assert not {"1001", "1003"} & set(upcoming)


def test_resources_are_alternatives(world):
    asked = "/bookings?page[size]=250&" + "&".join(f"filter[resources][]={resource(each)}" for each in (1, 20))

    found = world.jane.client.get(asked).json()["data"]

    assert {each["id"] for each in found} == {"1001", "1004", "1007", "1008", *map(str, range(1015, 1020))}


def test_a_resource_nobody_booked_leaves_nothing(jane):
    assert jane.listed("/bookings", **{"filter[resources][]": resource(99)}) == []


@pytest.mark.parametrize(
    ("after", "before", "is_there"),
    [
        (at(9, "08:00"), at(9, "09:00"), False),
        (at(9, "08:00"), "2026-03-11T08:00:01Z", True),
        ("2026-03-11T08:59:59Z", at(9, "11:00"), True),
        (at(9, "10:00"), at(9, "11:00"), False),
        (None, at(9, "09:00"), False),
        (at(9, "10:00"), None, False),
        (at(9, "09:59"), None, True),
        (at(9, "11:00"), at(9, "08:00"), False),
    ],
)
def test_what_only_touches_the_time_that_is_asked_for_is_left_out(jane, after, before, is_there):
    """Booking 1001 is from 9 to 10."""
    asked = {name: value for name, value in (("start", after), ("end", before)) if value is not None}

    found = jane.listed("/bookings", **{f"filter[{name}_date]": value for name, value in asked.items()})

    assert ("1001" in found) is is_there


def test_a_search_finds_a_part_of_the_number_the_description_and_the_note_whatever_the_case(world):
    world.jane.add_to_cart(
        1, 12, at(30, "10:00"), at(30, "11:00"), description="Board of DIRECTORS", customer_note="Nuts?"
    )
    (made,) = world.jane.listed("/bookings", **{"filter[status]": "reserved"})

    def searched(text):
        return world.jane.listed("/bookings", **{"filter[search]": text})

    assert searched("bb20261001") == ["1001"]
    assert searched("of directors") == searched("nUTs") == [made]
    assert searched("nothing like it") == []
    assert searched("") == world.jane.listed("/bookings")


def test_an_address_is_that_of_the_customer(world):
    def of(person, address):
        return set(person.listed("/bookings", **{"filter[email]": address}))

    assert of(world.jane, "MAX@example.com") == {"1003"}
    assert of(world.jane, "jane@example.com") == set(world.jane.listed("/bookings")) - {"1003"}
    assert of(world.max, "jane@example.com") == {"1022"}
    assert of(world.lena, "lena@example.com") == of(world.jane, "") == set()
    assert of(world.admin, "jane@example.com") == of(world.jane, "jane@example.com")


def test_blockers_can_be_hidden(world):
    hidden = set(world.admin.listed("/bookings")) - set(
        world.admin.listed("/bookings", **{"filter[hide_blocker]": "true"})
    )

    assert hidden == {"1020"}
    assert world.admin.booking(1020)["attributes"]["is_blocker"]


def test_filters_hold_together(jane):
    asked = {"filter[status]": "accepted", "filter[resources][]": resource(1), "filter[start_date]": at(10, "00:00")}

    assert jane.listed("/bookings", **asked) == ["1004"]


# Order and pages


@pytest.mark.parametrize("sort", ["start_date", "created_at"])
def test_the_latest_first_is_the_earliest_first_turned_round(world, sort):
    for person in (world.jane, world.max, world.admin):
        moments = [
            each["attributes"][sort] for each in person.read("/bookings", sort=sort, **{"page[size]": 250})["data"]
        ]
        turned = person.read("/bookings", sort=f"-{sort}", **{"page[size]": 250})["data"]
        assert moments == sorted(moments)
        assert [each["attributes"][sort] for each in turned] == moments[::-1]


def test_bookings_are_sorted_by_their_start_unless_something_else_is_asked(jane):
    assert starts(jane) == starts(jane, sort="start_date")


def test_equal_starts_are_in_the_order_of_ids(world):
    booked = [(each["attributes"]["start_date"], int(each["id"])) for each in world.admin.read("/bookings")["data"]]

    assert booked == sorted(booked)


@pytest.mark.parametrize("path", ["/bookings", "/orders", "/invoices", "/resources", "/services"])
@pytest.mark.parametrize("size", [1, 4, 15])
def test_all_pages_together_hold_everything_once(world, path, size):
    for person in (world.jane, world.max, world.admin):
        found = list(pages(person, path, **{"page[size]": size}))
        assert list(chain(*found)) == person.listed(path)
        assert all(len(page) == size for page in found[:-1])


@pytest.mark.parametrize("query", [{"sort": "-start_date"}, {"filter[upcoming_only]": "true", "sort": "-created_at"}])
def test_links_keep_filters_order_and_size(world, query):
    found = list(pages(world.max, "/bookings", **{"page[size]": 4, **query}))

    assert list(chain(*found)) == world.max.listed("/bookings", **query)


def test_a_page_has_15_and_at_most_250(world):
    page = world.max.read("/bookings")["meta"]["page"]
    greatest = world.max.read("/bookings", **{"page[size]": 1000})["meta"]["page"]

    assert page == {"current-page": 1, "last-page": 2, "per-page": 15, "total": 29}
    assert greatest == {"current-page": 1, "last-page": 1, "per-page": 250, "total": 29}


def test_a_page_after_the_last_is_empty(world):
    document = world.max.read("/bookings", **{"page[number]": 1_000_000})

    assert document["data"] == []
    assert document["meta"]["page"]["total"] == 29
    assert "next" not in document["links"]


def test_a_flattened_list_says_where_it_lies(world):
    answer = world.max.get("/bookings", headers=FLAT, **{"page[number]": 2})

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["meta"] == {"current_page": 2, "last_page": 2, "per_page": 15, "total": 29}
    assert set(answer.json()) == {"data", "meta"}


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


def test_fields_choose_what_is_shown_of_what_is_included_too(jane):
    found = jane.read(
        "/bookings/1001", include="order,service", **{"fields[orders]": "total", "fields[services]": "name"}
    )

    shown = {each["type"]: each["attributes"] for each in found["included"]}
    assert shown == {"orders": {"total": 249}, "services": {"name": "Workshop room"}}
