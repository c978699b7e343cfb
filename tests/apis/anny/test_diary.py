"""The diary on a unit of work: what is asked for and what is taken, by bookings that come, move and go."""

from datetime import datetime, timedelta

import msgspec
import pytest
from harbour import HALL, HOURLY, ROOM, blocker, booked, local, span, working
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.offers import Service
from mockserver.apis.anny.records import CLAIMS, Booking, Edit, Status
from mockserver.apis.anny.refusals import Unavailability, Unavailable
from mockserver.apis.anny.terms import busy_span
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

HOUSE = (ROOM, HALL, HOURLY)
QUARTER = timedelta(minutes=15)
BLOCKED, BOOKED_OUT = Unavailability.BLOCKED, Unavailability.BOOKED_OUT


def refused(diary: Diary, booking: Booking, service: Service | None = HOURLY) -> Unavailability | None:
    """Why a booking was not taken; None when it was."""
    try:
        diary.take(booking, service)
    except Unavailable as refusal:
        return refusal.kind
    return None


def moved_to(booking: Booking, when: Span, resource_id: str = "room") -> Booking:
    """A booking somewhere else, which can still go back to where it was before its first move."""
    edit = booking.edit or Edit(
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        resource_id=booking.resource_id,
        add_ons=(),
        participants=(),
        subtotal=0,
        total=0,
        first_line=0,
        expires_at=local("12:00"),
        timer=1,
    )
    return msgspec.structs.replace(
        booking, starts_at=when.starts_at, ends_at=when.ends_at, resource_id=resource_id, edit=edit
    )


def free(work: Work, start: str, end: str, service: Service = HOURLY, *, moving: Booking | None = None) -> bool:
    return Diary(work).obstacle(service, ROOM, span(start, end), moving=moving) is None


def test_the_padding_may_lie_outside_the_opening_hours() -> None:
    padded = msgspec.structs.replace(HOURLY, padding_before=30, padding_after=30)
    with working(*HOUSE) as work:
        assert free(work, "08:00", "09:00", padded)
        assert free(work, "19:00", "20:00", padded)


def test_a_blocker_is_told_apart_from_bookings_and_comes_before_them() -> None:
    blocked = blocker(1, "10:00", "11:00")
    with working(*HOUSE, blocked) as work:
        diary = Diary(work)
        diary.take(blocked, None)
        diary.take(booked(2, "11:00", "12:00"), HOURLY)

        assert diary.obstacle(HOURLY, ROOM, span("10:00", "11:00")) is BLOCKED
        assert diary.obstacle(HOURLY, ROOM, span("10:30", "11:30")) is BLOCKED
        assert diary.obstacle(HOURLY, ROOM, span("11:00", "12:00")) is BOOKED_OUT
        assert refused(diary, booked(3, "10:30", "11:30")) is BOOKED_OUT  # whoever books has asked before
        assert free(work, "09:00", "10:00")


def test_a_blocker_is_in_the_way_of_the_padding_and_only_on_its_own_resource() -> None:
    padded = msgspec.structs.replace(HOURLY, padding_after=15)
    with working(*HOUSE, blocker(1, "10:00", "11:00")) as work:
        assert not free(work, "09:00", "10:00", padded)
        assert Diary(work).obstacle(HOURLY, HALL, span("10:00", "11:00")) is None


def test_a_blocker_that_is_canceled_blocks_nothing() -> None:
    with working(*HOUSE, blocker(1, "10:00", "11:00", status=Status.CANCELED)) as work:
        assert free(work, "10:00", "11:00")


def test_rules_come_before_what_is_taken() -> None:
    with working(*HOUSE, blocker(1, "10:00", "12:00"), now=local("11:00")) as work:
        diary = Diary(work)

        assert diary.obstacle(HOURLY, ROOM, span("10:00", "11:00")) is Unavailability.LEAD_TIME_CONFLICT
        assert diary.obstacle(HOURLY, ROOM, span("11:00", "11:30")) is Unavailability.UNDER_MIN_DURATION
        with pytest.raises(Unavailable) as refusal:
            diary.ensure_bookable(HOURLY, ROOM, span("11:00", "12:00"))
        assert refusal.value.kind is BLOCKED


def test_a_master_takes_no_place_and_its_hold_can_be_kept_cut_and_freed_like_any() -> None:
    master = booked(1, "10:00", "11:00", is_master=True, series_id=1)
    with working(*HOUSE) as work:
        diary = Diary(work)
        diary.take(master, HOURLY)
        diary.keep(master.id)
        diary.cut(master, HOURLY, local("10:30"))

        assert free(work, "10:00", "11:00")
        diary.free(master.id)


# Ending early


def test_what_is_left_of_a_booking_when_it_is_cut_is_free_its_padding_too() -> None:
    padded = msgspec.structs.replace(HOURLY, padding_before=30, padding_after=30)
    booking = booked(1, "10:00", "12:00")
    with working(*HOUSE) as work:
        Diary(work).take(booking, padded)
        Diary(work).cut(booking, padded, local("11:00"))

        assert free(work, "11:00", "12:00")
        assert not free(work, "10:30", "11:30")
        assert not free(work, "09:00", "10:00")


def test_cutting_after_the_end_changes_nothing_and_cutting_what_holds_nothing_takes_nothing() -> None:
    booking = booked(1, "10:00", "12:00")
    with working(*HOUSE) as work:
        Diary(work).cut(booking, HOURLY, local("11:00"))
        assert free(work, "10:00", "12:00")

        Diary(work).take(booking, HOURLY)
        before = work.records(CLAIMS.kind).get(1)
        Diary(work).cut(booking, HOURLY, local("13:00"))
        assert work.records(CLAIMS.kind).get(1) == before


# What holds whatever happens

PADDED = msgspec.structs.replace(HOURLY, booking_interval=15, min_duration=15, padding_before=15, padding_after=30)
RESOURCES = {"room": ROOM, "hall": HALL}
MOMENTS = [local("07:00") + timedelta(minutes=15 * number) for number in range(80)]
SPANS = st.builds(
    lambda start, quarters: Span(MOMENTS[start], MOMENTS[start + quarters]), st.integers(0, 50), st.integers(1, 20)
)
STEPS = st.tuples(
    st.sampled_from(["book", "move", "settle", "revert", "free"]),
    st.integers(1, 5),
    SPANS,
    st.sampled_from(list(RESOURCES)),
    st.integers(1, 3),
)


def before_the_edit(booking: Booking) -> Booking:
    edit = booking.edit
    if edit is None:
        return booking
    return msgspec.structs.replace(
        booking, starts_at=edit.starts_at, ends_at=edit.ends_at, resource_id=edit.resource_id, edit=None
    )


def is_taken_by(booking: Booking, resource_id: str, moment: datetime) -> bool:
    return any(
        each.resource_id == resource_id and busy_span(each, PADDED).contains(moment)
        for each in (booking, before_the_edit(booking))
    )


@given(st.lists(STEPS, max_size=25))
def test_what_is_free_can_be_taken_and_exactly_what_is_taken_is_not_free(
    steps: list[tuple[str, int, Span, str, int]],
) -> None:
    held: dict[int, Booking] = {}
    with working(ROOM, HALL, PADDED, blocker(90, "15:00", "16:00")) as work:
        diary = Diary(work)
        for step, number, when, resource_id, weight in steps:
            before = held.get(number)
            if step == "free":
                diary.free(number)
                held.pop(number, None)
            elif before is not None and step in {"settle", "revert"}:
                held[number] = (
                    msgspec.structs.replace(before, edit=None) if step == "settle" else before_the_edit(before)
                )
                diary.take(held[number], PADDED)  # was held for it
            elif step == "book" if before is None else step == "move":
                new = booked(number, "08:00", "09:00", weight=weight) if before is None else before
                after = moved_to(new, when, resource_id)
                if before is None:
                    after = msgspec.structs.replace(after, edit=None)
                answer = diary.obstacle(PADDED, RESOURCES[resource_id], when, weight=after.weight, moving=before)
                if answer is BLOCKED:
                    continue  # nobody takes it
                reason = refused(diary, after, PADDED)
                if answer in {None, BOOKED_OUT}:
                    assert reason is answer
                if reason is None:
                    held[number] = after

        for resource in RESOURCES.values():
            taken = [
                sum(each.weight for each in held.values() if is_taken_by(each, resource.id, moment))
                for moment in MOMENTS
            ]
            assert max(taken) <= resource.quantity
            left = [diary.places_left(HOURLY, resource, Span(each, each + QUARTER)) for each in MOMENTS]
            assert left == [resource.quantity - each for each in taken]
