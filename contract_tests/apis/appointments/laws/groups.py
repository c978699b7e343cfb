"""Groups: who gets a place, who does not, and when a place comes back."""

from datetime import timedelta
from typing import Any

from contract_tests.apis.appointments.refusals import (
    ANOTHER_GROUP,
    CANCELLED,
    FULL,
    NO_BOOKING,
    NO_GROUP,
    STARTED,
    TWICE,
)
from contract_tests.apis.appointments.scene import (
    AWKWARD,
    COLLEAGUE,
    CUSTOMER,
    LEFT_OUT,
    MINUTES,
    NEWCOMER,
    NOWHERE,
    SECOND,
    THIRD,
    AppointmentsScene,
    stamp,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("groups")

_TICK = timedelta(seconds=1)
_DAY = timedelta(days=1)


@LAWS.law("AP-J01", "AP-J12", "AP-H11")
def a_join_takes_one_place_at_the_group_s_own_time(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start)
    for number, who in enumerate((CUSTOMER, SECOND), start=1):
        answer = scene.join(group, by=who).ok("AP-J01", 201)
        path = answer.headers.get("location", "")
        scene.says("AP-H11", path.endswith(f"/bookings/customer/{group}"), "Location names the group", path, answer)
        seen = scene.seen("AP-J12", group, by=who)
        scene.same("AP-J12", seen["from_date"], stamp(start), "the start")
        scene.same("AP-J12", seen["to_date"], stamp(start + scene.group_service.length), "the end")
        scene.same("AP-J12", seen["is_cancelled"], False, "is_cancelled")
        scene.same("AP-J01", scene.present("AP-J01", group, start), number, "the number of participants", answer)


@LAWS.law("AP-J02", "AP-J13")
def a_group_takes_as_many_as_it_has_places_and_no_more(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start, *scene.people(scene.places - 1))
    scene.join(group, title="join the last place").ok("AP-J02", 201)
    scene.join(group, by=SECOND, title="join the full group").refused("AP-J02", *FULL)
    scene.same("AP-J02", scene.present("AP-J02", group, start), scene.places, "the number of participants")
    scene.join(group, title="join again, being in it").refused("AP-J13", *TWICE)
    scene.left(group)
    scene.join(group, by=SECOND, title="join the place that came back").ok("AP-J02", 201)


@LAWS.law("AP-J02")
def a_group_that_others_have_filled_takes_nobody(scene: AppointmentsScene) -> None:
    """In a world of one's own: a stranger's group is nobody's to try."""
    now = scene.now()
    rows = [row for by in (MAIN, COLLEAGUE) for row in scene.calendar(now, now + 14 * _DAY, by=by)["bookings"]]
    full = [row for row in rows if row["current_participants"] == row["max_participants"] > 1]
    if not full or not scene.world.is_own:
        raise NotApplicable("no group of the next two weeks is full, or none is the run's own")
    services = {each["name"]: each["id"] for each in scene.calendar_services()}
    group, service, start = full[0]["id"], services[full[0]["service_name"]], full[0]["from_date"]
    scene.ours("booking_id", group)
    scene.join(group, by=NEWCOMER, service_id=service, timeStamp=start).refused("AP-J02", *FULL)


@LAWS.law("AP-J03")
def nobody_takes_part_twice(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start)
    scene.joined(group)
    scene.join(group, title="join again").refused("AP-J03", *TWICE)
    scene.same("AP-J03", scene.present("AP-J03", group, start), 1, "the number of participants")
    entered = scene.group(start + 120 * MINUTES, scene.record(CUSTOMER))
    scene.join(entered, title="join what the merchant has booked for one").refused("AP-J03", *TWICE)
    scene.same("AP-J03", scene.present("AP-J03", entered, start), 1, "the number of participants")


@LAWS.law("AP-J04", "AP-J05")
def only_a_group_that_exists_is_joined(scene: AppointmentsScene) -> None:
    scene.ours("booking_id", NOWHERE)
    scene.join(NOWHERE).refused("AP-J04", *NO_BOOKING)
    start = scene.spot()
    appointment = scene.booked(start)
    for who in (CUSTOMER, SECOND):
        answer = scene.join(appointment, by=who, service_id=scene.service_id, timeStamp=stamp(start))
        answer.refused("AP-J05", *NO_GROUP)
    scene.same("AP-J05", len(scene.rows(appointment, start)), 1, "the number of participants")


@LAWS.law("AP-J06")
def a_join_names_merchant_service_and_location_of_the_group(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start)
    foreign = scene.other_shop
    elsewhere = {
        "merchant_name": foreign.slug,
        "service_id": foreign.services[0],
        "location_id": foreign.locations[0],
    }
    wrong: list[dict[str, Any]] = [{"service_id": scene.service_id}, elsewhere]
    wrong += [{"location_id": each} for each in scene.shop.locations if each != scene.location][:1]
    wrong += [{"service_id": each} for each in _other_groups(scene)[:1]]
    for fields in wrong:
        scene.join(group, title="join with another's place", **fields).refused("AP-J06", *ANOTHER_GROUP)
    scene.same("AP-J06", scene.present("AP-J06", group, start), 0, "the number of participants")


def _other_groups(scene: AppointmentsScene) -> list[int]:
    services = scene.calendar_services()
    return [each["id"] for each in services if each["booking_type"] == "class" and each["id"] != scene.group_service_id]


@LAWS.law("AP-J07")
def the_time_that_a_join_names_does_not_matter(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start)
    for who, given in ((CUSTOMER, "2001-01-01T00:00:00Z"), (SECOND, "2199-12-31T23:59:59+01:00")):
        scene.join(group, by=who, timeStamp=given, title=f"join at {given}").ok("AP-J07", 201)
        seen = scene.seen("AP-J07", group, by=who)
        scene.same("AP-J07", seen["from_date"], stamp(start), "the start")
    scene.same("AP-J07", scene.row("AP-J07", group, start)["from_date"], stamp(start), "the start in the calendar")


@LAWS.law("AP-J08")
def a_group_that_has_begun_takes_nobody(scene: AppointmentsScene) -> None:
    start = scene.spot()
    group = scene.group(start)
    scene.pass_time(start - _TICK - scene.now())
    scene.join(group, title="join a second before it begins").ok("AP-J08", 201)
    scene.pass_time(_TICK)
    scene.join(group, by=SECOND, title="join when it begins").refused("AP-J08", *STARTED)
    scene.same("AP-J08", scene.present("AP-J08", group, start), 1, "the number of participants")
    scene.pass_time(60 * MINUTES)
    scene.join(group, by=SECOND, title="join an hour later").refused("AP-J08", *STARTED)


@LAWS.law("AP-J08")
def a_group_of_the_past_takes_nobody(scene: AppointmentsScene) -> None:
    start = scene.past_day()
    group = scene.group(start)
    scene.join(group).refused("AP-J08", *STARTED)
    scene.same("AP-J08", scene.present("AP-J08", group, start), 0, "the number of participants")


@LAWS.law("AP-J09")
def a_cancelled_group_takes_nobody(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start, scene.record(SECOND))
    scene.call_off(group, "ill").ok("AP-D01", 200)
    for who in (CUSTOMER, SECOND):
        scene.join(group, by=who, title="join a cancelled group").refused("AP-J09", *CANCELLED)
    rows = scene.rows(group, start, cancelled=True)
    scene.expect("AP-J09", len(rows) <= 1, "no participant but the one it had", len(rows))


@LAWS.law("AP-J10")
def who_left_may_come_back_and_takes_one_place_again(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start, *scene.people(scene.places - 1))
    scene.joined(group)
    scene.left(group)
    scene.join(group, title="come back").ok("AP-J10", 201)
    scene.left(group)
    scene.join(group, title="come back once more").ok("AP-J10", 201)
    scene.same("AP-J10", scene.present("AP-J10", group, start), scene.places, "the number of participants")
    scene.same("AP-J10", scene.seen("AP-J10", group)["is_cancelled"], False, "is_cancelled")
    scene.join(group, by=SECOND, title="join the full group").refused("AP-J10", *FULL)


@LAWS.law("AP-J15")
def who_comes_back_has_the_note_of_the_last_time(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start)
    scene.joined(group, by=SECOND, customer_note="another")
    for note in (AWKWARD, "a second one", None, "", "the last one"):
        scene.joined(group, customer_note=LEFT_OUT if note is None else note)
        notes = [row["customer_note"] for row in scene.rows(group, start)]
        scene.same("AP-J15", sorted(map(str, notes)), sorted(map(str, ("another", note))), "the notes of both")
        scene.left(group)


@LAWS.burst("AP-J01", "AP-X09")
def all_who_come_or_go_at_the_same_moment_are_counted(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start)
    persons = scene.persons(scene.places)
    for _ in range(2):
        joins = scene.together(*(lambda who=who: scene.join(group, by=who) for who in persons))
        for answer in joins:
            answer.ok("AP-J01", 201)
        rows = scene.rows(group, start)
        present = [row["current_participants"] for row in rows]
        scene.same("AP-J01", present, [len(persons)] * len(persons), "the number of participants in each row", *joins)
        for who in persons:
            scene.same("AP-J01", scene.seen("AP-J01", group, by=who)["is_cancelled"], False, f"is_cancelled for {who}")
        leaves = scene.together(*(lambda who=who: scene.leave(group, by=who, title="leave") for who in persons))
        for answer in leaves:
            answer.ok("AP-X09", 200)
        scene.same("AP-X09", scene.present("AP-X09", group, start), 0, "the number of participants", *leaves)


@LAWS.burst("AP-J11")
def of_several_who_race_for_the_last_place_one_gets_it(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    group = scene.group(start, *scene.people(scene.places - 1))
    racers = [who for who in (CUSTOMER, SECOND, THIRD, MAIN, COLLEAGUE, OTHER) if scene.has(who)]
    answers = scene.together(
        *(lambda who=who: scene.join(group, by=who, title="join the last place") for who in racers)
    )
    winner = scene.one_wins("AP-J11", answers, *FULL, status=201)
    scene.same("AP-J11", scene.present("AP-J11", group, start), scene.places, "the number of participants", winner)
