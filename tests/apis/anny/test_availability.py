"""What availability lists, and that it and booking never disagree."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from anny_world import AnnyWorld, Person, at, resource, said, service, shown, source
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
SUNDAY = date(2026, 3, 8)
NIGHT = {day: ((time(0), time(6)),) for day in range(7)}
BOTH = (ROOM, HALL)


def listed(intervals: Sequence[Interval], zone: ZoneInfo = BERLIN) -> list[str]:
    """The wall-clock times of the starts, or of the ends where the starts are the same."""
    moments = {each.span.starts_at for each in intervals}
    same = len(intervals) > 1 and len(moments) == 1
    shown = [each.span.ends_at if same else each.span.starts_at for each in intervals]
    return [f"{moment.astimezone(zone):%H:%M}" for moment in shown]


def beginning(intervals: Sequence[Interval], start: str) -> Interval:
    [found] = [each for each in intervals if each.span.starts_at == local(start)]
    return found


def reasons(intervals: Sequence[Interval]) -> dict[str, Unavailability | None]:
    return dict(zip(listed(intervals), [each.reason for each in intervals], strict=True))


def of(service: Service = HOURLY, **fields: Any) -> Service:
    return msgspec.structs.replace(service, **fields)


def test_every_start_of_the_grid_in_the_opening_hours_is_listed_with_why_it_cannot_be_booked() -> None:
    with working(ROOM, HOURLY, now=local("09:00")) as work:
        found = Availability(work).starts(HOURLY, [ROOM], TUESDAY, minutes=120)

    assert listed(found) == [f"{hour:02}:{minute:02}" for hour in range(8, 20) for minute in (0, 30)]
    assert reasons(found)["08:30"] is Unavailability.LEAD_TIME_CONFLICT
    assert reasons(found)["09:00"] is None
    assert reasons(found)["18:00"] is None
    assert reasons(found)["18:30"] is Unavailability.OUTSIDE_OPENING_HOURS
    assert {each.span.ends_at - each.span.starts_at for each in found} == {timedelta(hours=2)}


def test_a_day_off_has_no_starts() -> None:
    with working(ROOM, HOURLY) as work:
        assert Availability(work).starts(HOURLY, [ROOM], SUNDAY) == []


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [({}, 60), ({"min_duration": None}, 30), ({"min_duration": None, "booking_interval": None}, 15)],
)
def test_where_nobody_says_how_long_it_is_as_short_as_can_be(fields: dict[str, Any], minutes: int) -> None:
    with working(ROOM, of(**fields)) as work:
        found = Availability(work).starts(of(**fields), [ROOM], TUESDAY)

    assert {each.span.ends_at - each.span.starts_at for each in found} == {timedelta(minutes=minutes)}


def test_a_service_without_a_grid_is_listed_by_the_quarter() -> None:
    with working(ROOM, of(booking_interval=None)) as work:
        found = Availability(work).starts(of(booking_interval=None), [ROOM], TUESDAY)

    assert listed(found)[:3] == ["08:00", "08:15", "08:30"]


def test_the_last_place_makes_a_start_booked_out_and_freeing_it_makes_it_available() -> None:
    with working(ROOM, HALL, HOURLY) as work:
        diary, availability = Diary(work), Availability(work)

        def ten() -> tuple[int, int, tuple[str, ...], Unavailability | None]:
            found = beginning(availability.starts(HOURLY, [HALL], TUESDAY), "10:00")
            return found.places, found.left, found.resource_ids, found.reason

        diary.take(booked(1, "10:00", "11:00", resource_id="hall", weight=2), HOURLY)
        assert ten() == (3, 1, ("hall",), None)
        diary.take(booked(2, "10:30", "11:30", resource_id="hall"), HOURLY)
        assert ten() == (3, 0, (), Unavailability.BOOKED_OUT)
        diary.free(1)
        assert ten() == (3, 2, ("hall",), None)


def test_over_all_resources_of_a_service_their_places_are_added_up() -> None:
    with working(ROOM, HALL, HOURLY) as work:
        availability = Availability(work)
        service, resources = availability.offer("hourly", None)
        Diary(work).take(booked(1, "10:00", "11:00"), HOURLY)
        found = availability.starts(service, resources, TUESDAY)

    assert [each.id for each in resources] == ["room", "hall"]
    assert (beginning(found, "10:00").left, beginning(found, "10:00").resource_ids) == (3, ("hall",))
    assert (beginning(found, "11:00").left, beginning(found, "11:00").resource_ids) == (4, ("room", "hall"))
    assert beginning(found, "10:00").places == 4


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


@pytest.mark.parametrize("ids", [("nothing", None), ("hourly", "nothing")])
def test_what_names_nothing_is_told_with_its_parameter(ids: tuple[str, str | None]) -> None:
    with working(ROOM, HOURLY) as work, pytest.raises(NamesNothing) as refusal:
        Availability(work).offer(*ids)

    assert refusal.value.parameter == ("service_id" if ids[0] == "nothing" else "resource_id")
    assert refusal.value.pointer is None


# Clocks


def test_the_day_is_that_of_the_time_zone_that_was_named() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")  # eight hours ahead of Berlin in winter
    with working(ROOM, HOURLY) as work:
        found = Availability(work).starts(HOURLY, [ROOM], TUESDAY, zone=tokyo)

    assert found[0].span.starts_at == local("2026-03-02 16:00")
    assert found[-1].span.starts_at == local("15:30")
    assert {each.span.starts_at.astimezone(tokyo).date() for each in found} == {TUESDAY}


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


def test_every_end_is_from_the_shortest_to_the_longest_duration_and_none_after_one_that_is_booked_out() -> None:
    with working(ROOM, HOURLY) as work:
        Diary(work).take(booked(1, "12:00", "13:00"), HOURLY)
        found = Availability(work).ends(HOURLY, [ROOM], local("10:00"))

    assert listed(found) == ["11:00", "11:30", "12:00", "12:30", "13:00", "13:30", "14:00"]
    assert [each.reason for each in found] == [None] * 3 + [Unavailability.BOOKED_OUT] * 4


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

HOUR, WORKSHOP, PACKAGE, COURSE = 1, 2, 3, 7
ELBE, ALSTER, DESK, STUDIO = 1, 2, 11, 20
NOTHING = "3f0c0010-5a7e-4c1d-9b2f-999999999999"
STARTS, ENDS = "/availability/start", "/intervals/end"


def starts(person: Person, wanted: int, where: int | None, day: int, **query: Any) -> dict[str, Any]:
    """The intervals of a day by when they begin, as answers give moments."""
    if where is not None:
        query["resource_id"] = resource(where)
    found = person.read(STARTS, service_id=service(wanted), date=at(day, "12:00")[:10], **query)
    return {each["start_date"]: each for each in found}


def kind(response: Any) -> str:
    """Why an interval cannot be booked."""
    assert said(response) == (422, "unavailable_interval")
    found: str = response.json()["errors"][0]["meta"]["unavailability_type"]
    return found


def test_availability_is_plain_json_for_anybody(world: AnnyWorld) -> None:
    """AN-A07, AN-T02."""
    response = world.nobody.get(STARTS, service_id=service(WORKSHOP), resource_id=resource(ELBE), date="2026-03-11")

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    by_start = {each["start_date"]: each for each in response.json()}
    assert list(by_start) == sorted(by_start)
    assert by_start[shown(at(9, "09:00"))] == {
        "start_date": shown(at(9, "09:00")),
        "end_date": shown(at(9, "10:00")),
        "available": False,
        "number_available": 1,
        "remaining_number_available": 0,
        "resource_ids": [],
        "unavailability_type": "booked_out",
        "unit": None,
        "quota": None,
        "messages": [],
    }
    assert by_start[shown(at(9, "10:00"))] == {
        "start_date": shown(at(9, "10:00")),
        "end_date": shown(at(9, "11:00")),
        "available": True,
        "number_available": 1,
        "remaining_number_available": 1,
        "resource_ids": [resource(ELBE)],
        "unavailability_type": None,
        "unit": None,
        "quota": None,
        "messages": [],
    }


@pytest.mark.parametrize("day", [0, 6, 8, 9, 95])
@pytest.mark.parametrize("minutes", [30, 60, 240, 270])
def test_booking_says_what_availability_said(world: AnnyWorld, day: int, minutes: int) -> None:
    """AN-T01: at Meeting Room Alster, on days with bookings, with a blocker, too far ahead, and on a Sunday."""
    world.go_to(at(0, "11:10"))
    listed_starts = starts(world.ben, HOUR, ALSTER, day, duration=minutes)

    assert bool(listed_starts) is (day % 7 != 6)
    for each in listed_starts.values():
        fresh = starts(world.ben, HOUR, ALSTER, day, duration=minutes)[each["start_date"]]
        booked_ = world.ben.book(HOUR, ALSTER, each["start_date"], each["end_date"])
        if fresh["available"]:
            assert booked_.status_code == 201
        else:
            assert kind(booked_) == fresh["unavailability_type"]


def test_a_booking_of_the_last_place_makes_a_start_booked_out_and_its_cancellation_available(world: AnnyWorld) -> None:
    """AN-T03, AN-T04."""

    def kinds() -> list[str | None]:
        found = starts(world.nobody, HOUR, DESK, 2)
        return [found[shown(at(2, time_))]["unavailability_type"] for time_ in ("09:00", "10:00", "11:00")]

    number = world.ben.book(HOUR, DESK, at(2, "10:00"), at(2, "11:00")).json()["data"]["id"]
    taken = kinds()
    world.ben.cancel(number)

    assert taken == [None, "booked_out", None]
    assert kinds() == [None, None, None]


def test_a_blocker_is_told_apart_from_bookings(world: AnnyWorld) -> None:
    found = starts(world.nobody, HOUR, ALSTER, 8)

    assert found[shown(at(8, "11:00"))]["unavailability_type"] is None
    assert found[shown(at(8, "12:30"))]["unavailability_type"] == "blocked"
    assert kind(world.ben.book(HOUR, ALSTER, at(8, "13:00"), at(8, "14:00"))) == "blocked"


def test_the_padding_of_both_bookings_is_kept_free_over_http(world: AnnyWorld) -> None:
    """AN-T07: booking 1009, at Alster from 10:00 to 11:30, is a package with a quarter of an hour on each side."""
    by_the_hour, packages = starts(world.nobody, HOUR, ALSTER, 11), starts(world.nobody, PACKAGE, ALSTER, 11)

    assert not by_the_hour[shown(at(11, "11:30"))]["available"]
    assert by_the_hour[shown(at(11, "12:00"))]["available"]
    assert not by_the_hour[shown(at(11, "09:00"))]["available"]
    assert by_the_hour[shown(at(11, "08:30"))]["available"]
    assert packages[shown(at(11, "12:00"))]["available"]
    assert packages[shown(at(11, "08:30"))]["available"]


def test_weights_add_up_to_the_quantity(world: AnnyWorld) -> None:
    """AN-T08."""
    interval = at(2, "10:00"), at(2, "12:00")

    def left() -> int:
        found: int = starts(world.nobody, COURSE, STUDIO, 2)[shown(interval[0])]["remaining_number_available"]
        return found

    def add(places: int) -> Any:
        return world.ben.add_to_cart(COURSE, STUDIO, *interval, service_id={service(COURSE): places})

    assert (left(), add(4).status_code, left()) == (10, 201, 6)
    assert kind(add(7)) == "booked_out"
    assert (add(6).status_code, left()) == (201, 0)
    assert starts(world.nobody, COURSE, STUDIO, 2)[shown(interval[0])]["unavailability_type"] == "booked_out"


def test_without_a_resource_all_of_the_service_are_asked(world: AnnyWorld) -> None:
    found = starts(world.nobody, HOUR, None, 9)[shown(at(9, "09:00"))]

    assert (found["number_available"], found["available"]) == (5, True)
    assert found["remaining_number_available"] == len(found["resource_ids"]) <= 3
    assert not {resource(ELBE), resource(ALSTER)} & {*found["resource_ids"]}


def test_ends_are_listed_from_the_shortest_to_the_longest(world: AnnyWorld) -> None:
    """AN-T12."""
    found = world.nobody.read(
        ENDS, service_id=service(WORKSHOP), resource_id=resource(ELBE), date_time=at(10, "08:00"), timezone="Asia/Tokyo"
    )

    assert {each["start_date"] for each in found} == {shown(at(10, "08:00"))}
    assert [each["end_date"] for each in found] == [
        shown(at(10, clock)) for clock in ("09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00")
    ]
    assert [each["unavailability_type"] for each in found] == [None, *["booked_out"] * 6]


@pytest.mark.parametrize("path", [STARTS, ENDS])
@pytest.mark.parametrize(
    ("query", "refusal", "parameter"),
    [
        ({"service_id": NOTHING}, (404, "not_found"), "service_id"),
        ({"resource_id": NOTHING}, (404, "not_found"), "resource_id"),
        ({"timezone": "Europe/Nowhere"}, (422, "validation_error"), "timezone"),
        ({"timezone": "Europe"}, (422, "validation_error"), "timezone"),
        ({"timezone": "../etc"}, (422, "validation_error"), "timezone"),
        ({"service_id": None}, (422, "validation_error"), "service_id"),
        ({"date": "2026-02-30", "date_time": "2026-02-30T09:00:00Z"}, (422, "validation_error"), None),
    ],
)
def test_what_is_asked_in_vain_is_named(
    world: AnnyWorld, path: str, query: dict[str, Any], refusal: tuple[int, str], parameter: str | None
) -> None:
    """AN-T05, AN-T06."""
    usual = {"service_id": service(HOUR), "date": "2026-03-10", "date_time": at(8, "10:00")}
    asked = {name: value for name, value in {**usual, **query}.items() if value is not None}
    asked.pop("date_time" if path == STARTS else "date")

    response = world.nobody.get(path, **asked)

    assert said(response) == refusal
    assert source(response) == (parameter or ("date" if path == STARTS else "date_time"))


def test_moments_may_have_any_offset_and_answers_are_in_utc(world: AnnyWorld) -> None:
    same = [
        world.nobody.read(ENDS, service_id=service(HOUR), resource_id=resource(DESK), date_time=moment)
        for moment in ("2026-03-04T10:00:00+01:00", "2026-03-04T09:00:00.75Z", "2026-03-04T04:00:00-05:00")
    ]

    assert same[0] == same[1] == same[2]
    assert same[0][0]["start_date"] == "2026-03-04T09:00:00+00:00"


def test_while_a_move_can_be_reverted_the_old_interval_is_booked_out(world: AnnyWorld) -> None:
    """AN-E06, AN-E07."""

    def ten_and_noon() -> list[bool]:
        found = starts(world.nobody, HOUR, DESK, 2)
        return [found[shown(at(2, clock))]["available"] for clock in ("10:00", "12:00")]

    number = world.ben.book(HOUR, DESK, at(2, "10:00"), at(2, "11:00")).json()["data"]["id"]
    world.ben.post(f"/bookings/{number}/edit-booking-base-data", {"start_date": at(2, "12:00")})

    assert ten_and_noon() == [False, False]
    world.ben.get(f"/bookings/{number}/cancel-edit-booking")
    assert ten_and_noon() == [False, True]
    world.ben.post(f"/bookings/{number}/edit-booking-base-data", {"start_date": at(2, "12:00")})
    world.wait(minutes=15)
    assert ten_and_noon() == [True, False]
