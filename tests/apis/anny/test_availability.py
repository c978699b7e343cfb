"""What availability lists, and that it and booking never disagree."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from anny_world import AnnyWorld, at, said, service, source
from examples import examples
from harbour import BERLIN, HALL, HOURLY, ROOM, blocker, booked, local, span, working
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny.desk.availability import Availability, Interval
from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.offers import Resource, Service
from mockserver.apis.anny.records import Booking
from mockserver.apis.anny.refusals import NamesNothing, Unavailability, Unavailable
from mockserver.booking.spans import Span

TUESDAY = date(2026, 3, 3)
NIGHT = {day: ((time(0), time(6)),) for day in range(7)}
BOTH = (ROOM, HALL)


def listed(intervals: Sequence[Interval], zone: ZoneInfo = BERLIN) -> list[str]:
    """The wall-clock times of the starts, or of the ends where the starts are the same."""
    moments = {each.span.starts_at for each in intervals}
    same = len(intervals) > 1 and len(moments) == 1
    shown = [each.span.ends_at if same else each.span.starts_at for each in intervals]
    return [f"{moment.astimezone(zone):%H:%M}" for moment in shown]


def reasons(intervals: Sequence[Interval]) -> dict[str, Unavailability | None]:
    return dict(zip(listed(intervals), [each.reason for each in intervals], strict=True))


def of(service: Service = HOURLY, **fields: Any) -> Service:
    return msgspec.structs.replace(service, **fields)


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [({"min_duration": None}, 30), ({"min_duration": None, "booking_interval": None}, 15)],
)
def test_where_nobody_says_how_long_it_is_as_short_as_can_be(fields: dict[str, Any], minutes: int) -> None:
    with working(ROOM, of(**fields)) as work:
        found = Availability(work).starts(of(**fields), [ROOM], TUESDAY)

    assert {each.span.ends_at - each.span.starts_at for each in found} == {timedelta(minutes=minutes)}


def test_a_service_without_a_grid_is_listed_by_the_quarter() -> None:
    with working(ROOM, of(booking_interval=None)) as work:
        found = Availability(work).starts(of(booking_interval=None), [ROOM], TUESDAY)

    assert listed(found)[:3] == ["08:00", "08:15", "08:30"]


def test_where_no_resource_is_free_the_one_that_came_nearest_says_why() -> None:
    closed_early = msgspec.structs.replace(HALL, hours={2: ((time(8), time(9)),)})
    with working(ROOM, closed_early, HOURLY, blocker(9, "12:00", "13:00")) as work:
        Diary(work).take(booked(1, "10:00", "11:00"), HOURLY)
        found = Availability(work).starts(HOURLY, [ROOM, closed_early], TUESDAY)

    assert reasons(found)["10:00"] is Unavailability.BOOKED_OUT
    assert reasons(found)["12:00"] is Unavailability.BLOCKED
    assert reasons(found)["19:30"] is Unavailability.OUTSIDE_OPENING_HOURS


def test_hidden_and_archived_resources_are_not_among_all_and_a_hidden_one_can_be_named() -> None:
    hidden = msgspec.structs.replace(HALL, is_hidden=True)
    archived = msgspec.structs.replace(ROOM, id="old", slug="old", is_archived=True)
    service = of(resource_ids=("room", "hall", "old"))
    with working(ROOM, hidden, archived, service) as work:
        availability = Availability(work)

        assert availability.offer("hourly", None)[1] == [ROOM]
        assert availability.offer("hourly", "hall")[1] == [hidden]
        with pytest.raises(NamesNothing):
            availability.offer("hourly", "old")


def test_a_service_of_which_nothing_can_be_booked_has_no_starts_and_ends_that_are_unavailable() -> None:
    with working(HOURLY) as work:
        availability = Availability(work)

        assert availability.starts(HOURLY, [], TUESDAY) == []
        assert {each.reason for each in availability.ends(HOURLY, [], local("10:00"))} == {
            Unavailability.RESOURCE_UNAVAILABLE
        }


def test_a_resource_that_does_not_offer_the_service_is_listed_as_that() -> None:
    elsewhere = msgspec.structs.replace(ROOM, id="cellar", slug="cellar")
    with working(elsewhere, HOURLY) as work:
        found = Availability(work).starts(HOURLY, [elsewhere], TUESDAY)

    assert {each.reason for each in found} == {Unavailability.RESOURCE_UNAVAILABLE}
    assert {(each.places, each.left, each.resource_ids) for each in found} == {(1, 0, ())}


# Clocks


def test_days_can_be_named_from_the_other_end_of_the_world() -> None:
    early, late = ZoneInfo("Etc/GMT+12"), ZoneInfo("Pacific/Kiritimati")  # twenty-six hours apart
    there = msgspec.structs.replace(
        ROOM, timezone="Etc/GMT+12", hours={day: ((time(22), time(0)),) for day in range(7)}
    )
    with working(there, HOURLY) as work:
        found = Availability(work).starts(HOURLY, [there], date(2026, 3, 5), zone=late)

    assert listed(found, late) == ["00:00", "00:30", "01:00", "01:30"]
    assert {each.span.starts_at.astimezone(early).date() for each in found} == {date(2026, 3, 3)}


def test_starts_keep_to_the_wall_clock_when_clocks_go_forward() -> None:
    owls = msgspec.structs.replace(ROOM, hours=NIGHT)
    with working(owls, of(booking_interval=45)) as work:
        found = Availability(work).starts(of(booking_interval=45), [owls], date(2026, 3, 29))

    # What is left out, from two to three o'clock, would be an hour later: 02:15 is off the grid there.
    assert listed(found) == ["00:00", "00:45", "01:30", "03:00", "03:45", "04:30", "05:15"]


def test_a_time_that_comes_twice_is_listed_twice() -> None:
    owls = msgspec.structs.replace(ROOM, hours=NIGHT)
    with working(owls, HOURLY) as work:
        found = Availability(work).starts(HOURLY, [owls], date(2026, 10, 25))

    assert listed(found)[3:10] == ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"]
    assert len({each.span.starts_at for each in found}) == len(found)


# Ends


def test_a_service_without_a_longest_duration_has_ends_for_a_day() -> None:
    endless = of(max_duration=None)
    with working(ROOM, endless) as work:
        found = Availability(work).ends(endless, [ROOM], local("18:00"))

    assert found[-1].span == span("18:00", "2026-03-04 18:00")
    assert [each.reason for each in found[:4]] == [None, None, None, Unavailability.OUTSIDE_OPENING_HOURS]


def test_a_start_off_the_grid_has_ends_that_say_so() -> None:
    with working(ROOM, HOURLY) as work:
        found = Availability(work).ends(HOURLY, [ROOM], local("10:10"))

    assert {each.reason for each in found} == {Unavailability.STAGGERED_CONFLICT}


# What holds whatever is booked

SERVICES = st.builds(
    of,
    min_duration=st.sampled_from([None, 15, 60]),
    max_duration=st.sampled_from([None, 90, 240]),
    booking_interval=st.sampled_from([None, 15, 30, 45]),
    lead_time=st.sampled_from([0, 600]),
    padding_before=st.sampled_from([0, 15]),
    padding_after=st.sampled_from([0, 30]),
    advance_booking_period=st.sampled_from([None, 1500, 129600]),
)
BOOKED = st.lists(
    st.tuples(st.integers(0, 44), st.integers(1, 12), st.sampled_from(BOTH), st.integers(1, 2)), max_size=6
)


@examples(60)
@given(SERVICES, BOOKED, st.sampled_from([15, 60, 120]), st.sampled_from([(ROOM,), (HALL,), BOTH]))
def test_a_start_is_available_exactly_when_it_can_be_booked_and_says_why_when_it_cannot(
    service: Service, taken: list[tuple[int, int, Resource, int]], minutes: int, resources: tuple[Resource, ...]
) -> None:
    with working(ROOM, HALL, service, blocker(90, "15:00", "16:00")) as work:
        diary = Diary(work)
        for number, (start, length, resource, weight) in enumerate(taken, start=1):
            begins = local("08:00") + timedelta(minutes=15 * start)
            when = Span(begins, begins + timedelta(minutes=15 * length))
            with suppress(Unavailable):
                diary.take(_booking(number, when, resource, weight), service)

        for each in Availability(work).starts(service, resources, TUESDAY, minutes=minutes):
            against = {it.id: diary.obstacle(service, it, each.span) for it in resources}
            assert each.resource_ids == tuple(key for key, reason in against.items() if reason is None)
            assert (each.reason is None) is (each.left > 0) is bool(each.resource_ids)
            assert each.reason is None or each.reason in against.values()
            assert 0 <= each.left <= each.places
            for resource in resources:
                if against[resource.id] is None:
                    left = diary.places_left(service, resource, each.span)
                    diary.take(_booking(50, each.span, resource, left), service)
                    assert diary.obstacle(service, resource, each.span) is Unavailability.BOOKED_OUT
                    diary.free(50)


def _booking(number: int, when: Span, resource: Resource, weight: int) -> Booking:
    plain = booked(number, "08:00", "09:00", resource_id=resource.id, weight=weight)
    return msgspec.structs.replace(plain, starts_at=when.starts_at, ends_at=when.ends_at)


# Over HTTP


@pytest.mark.parametrize(
    ("path", "when"),
    [("/availability/start", {"date": "2026-03-10"}), ("/intervals/end", {"date_time": at(8, "10:00")})],
)
@pytest.mark.parametrize("zone", ["Europe", "../etc"])
def test_a_folder_of_zones_is_no_zone(world: AnnyWorld, path: str, when: dict[str, Any], zone: str) -> None:
    refused = world.nobody.get(path, service_id=service(1), timezone=zone, **when)

    assert (said(refused), source(refused)) == ((422, "validation_error"), "timezone")
