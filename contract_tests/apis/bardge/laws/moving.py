"""Moving a booking: a new one elsewhere takes over what the old one took."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from contract_tests.apis.bardge.laws.sessions import asked_for_package
from contract_tests.apis.bardge.laws.spa import long_spa, mixed_spa
from contract_tests.apis.bardge.payments import LAGOS, Json, later_by
from contract_tests.apis.bardge.scene import BardgeScene, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking

__all__ = ["LAWS"]

LAWS = Laws("moving")

_SECOND = timedelta(seconds=1)
_A_DAY = timedelta(hours=24)
_INVALID = (400, "validation_error")

Moves = tuple[Json, Json]
"""Where a booking goes, and where it goes on from there."""


# What it does


@LAWS.law("BG-L26", "BG-M01", "BG-M02", "BG-M10", "BG-M13")
def what_is_moved_takes_over_what_was_taken(scene: BardgeScene) -> None:
    for make in (_of_a_visit, _of_credits, _of_a_spa, _with_a_copay):
        issued, moves = make(scene)
        before = _holdings(scene, issued)
        first = scene.bookings_of(issued["client_id"])[0]
        old_id = first["id"]
        for fields in moves:
            answer = scene.move(old_id, **fields).ok("BG-M13", 201)
            new = answer.json
            said = (new["status"], new.get("rescheduled_from"))
            scene.same("BG-M13", said, ("pending", old_id), "status and rescheduled_from", answer)
            scene.same("BG-M01", scene.status(old_id), "rescheduled", "the status of the old booking")
            listed = {each["id"]: each for each in scene.bookings_of(issued["client_id"])}
            scene.same("BG-M13", listed[old_id].get("rescheduled_to"), new["id"], "rescheduled_to of the old one")
            scene.expect("BG-M01", new["id"] in listed and new["id"] != old_id, "the new one is in the list", listed)
            scene.same("BG-M02", _holdings(scene, issued), before, "visits, credits and what was debited", answer)
            scene.expect("BG-M01", scene.status(new) in {"pending", "confirmed"}, "the new booking stands", new)
            old_id = new["id"]

        back = scene.refund(scene.cancel(old_id))
        wanted = (True, first["visits_deducted"], first["credits_deducted"], first["amount_charged"])
        names = ("refunded", "visits_restored", "credits_refunded", "amount_refunded")
        scene.same("BG-M10", tuple(back[name] for name in names), wanted, ", ".join(names))
        after = _holdings(scene, issued)
        came_back = (before[0] - after[0], after[1] - before[1])
        scene.same("BG-M10", came_back, wanted[1:3], "what came back: visits and credits")
        if before[2] is not None and after[2] is not None:
            scene.same("BG-L26", before[2] - after[2], wanted[3], "kobo that came back")


@LAWS.law("BG-M09")
def the_old_place_is_free_at_once(scene: BardgeScene) -> None:
    last, other, _ = scene.one_class_nearly_full()
    mine, others = scene.issued(), scene.issued()
    booking = scene.booked(mine, last)
    scene.book(others, last).refused("BG-B13", 409, "class_full")
    left = scene.places_left(other)
    scene.move(booking, class_instance_id=other.id).ok("BG-M13", 201)
    scene.same("BG-M09", scene.places_left(last), 1, "the number of places left where it was")
    scene.same("BG-M09", scene.places_left(other), left - 1, "the number of places left where it is")
    scene.booked(others, last, "BG-M09")

    spa, day = long_spa(scene), scene.spa_day()
    free = scene.free_hours(spa, day)
    booking = scene.appointed(scene.spa_pass(), spa, day, "10:00", services=spa["services"])
    for hour in (15, 14, 15, 10):  # elsewhere; and by less than its two hours, to before and to after
        booking = scene.move(booking, date=day.isoformat(), time=f"{hour}:00").ok("BG-M13", 201).json
        wanted = [each for each in free if each not in (f"{hour}:00", f"{hour + 1}:00")]
        scene.same("BG-M09", scene.free_hours(spa, day), wanted, f"which hours are free when it is at {hour}:00")


@LAWS.law("BG-L24", "BG-L25")
def the_24_hours_are_those_before_where_a_booking_is(scene: BardgeScene) -> None:
    for one in _two_kinds(scene):
        to_before, to_after = (
            scene.move(one.book(old), **one.fields(new)).ok("BG-M13", 201).json for old, new in ((2, 0), (1, 2))
        )
        scene.wait_until(_begins_at(to_before) - _A_DAY + _SECOND)
        refund = scene.refund(scene.cancel(to_before), "BG-L25")
        said = (refund["refunded"], refund["visits_restored"], scene.visits(one.issued)[1])
        scene.same(
            "BG-L25", said, (False, 0, 2), "refunded, visits_restored and visits used of what is late here alone"
        )
        scene.wait_before(_begins_at(to_after) - _A_DAY, included=True)
        refund = scene.refund(scene.cancel(to_after), "BG-L24")
        said = (refund["refunded"], refund["visits_restored"], scene.visits(one.issued)[1])
        scene.same("BG-L24", said, (True, 1, 1), "refunded, visits_restored and visits used of what was late elsewhere")


@LAWS.law("BG-M11")
def what_was_moved_late_gives_nothing_back(scene: BardgeScene) -> None:
    issued, others = scene.issued(), scene.issued()
    first, second, third = scene.of_one_class(3)
    late, in_time = scene.booked(issued, first), scene.booked(others, first)
    scene.wait_before(first.starts_at - _A_DAY, included=True)
    in_time = scene.move(in_time, class_instance_id=third.id).ok("BG-M13", 201).json
    scene.wait_until(first.starts_at - _A_DAY + _SECOND)
    late = scene.move(late, class_instance_id=second.id).ok("BG-M13", 201).json
    if second.starts_at - _A_DAY > scene.now():
        late = scene.move(late, class_instance_id=third.id).ok("BG-M13", 201).json
    scene.same("BG-L24", scene.refund(scene.cancel(in_time))["refunded"], True, "refunded")
    answer = scene.cancel(late)
    refund = scene.refund(answer, "BG-M11")
    said = (refund["refunded"], refund["visits_restored"])
    scene.same("BG-M11", said, (False, 0), "refunded and visits_restored of what was moved late", answer)
    scene.same("BG-M11", scene.visits(issued)[1], 1, "the number of visits used")
    scene.same("BG-M11", scene.visits(others)[1], 0, "the number of visits used by who moved in time")


@LAWS.law("BG-M01", "BG-L34")
def what_its_venue_has_not_accepted_yet_is_moved_and_cancelled_too(scene: BardgeScene) -> None:
    scene.accept_after(30)
    for one in _two_kinds(scene):
        booking = one.book(0)
        scene.same("BG-M01", scene.status(booking), "pending", "the status before it is moved")
        moved = scene.move(booking, **one.fields(1)).ok("BG-M01", 201).json
        said = (scene.status(booking), scene.status(moved))
        scene.same("BG-M01", said, ("rescheduled", "pending"), "the status of the old booking, and of the new one")
        scene.cancel(moved).ok("BG-L34", 200)
        scene.same("BG-L34", scene.status(moved), "cancelled", "the status of the new one when it is cancelled")


# What is refused


@LAWS.law("BG-M03", "BG-L21", "BG-L35")
def what_was_cancelled_or_moved_is_final(scene: BardgeScene) -> None:
    for one in _two_kinds(scene):
        cancelled = one.book(0)
        scene.cancel(cancelled).ok("BG-L34", 200)
        one.is_final(cancelled, "BG-L21")
        moved = one.book(0)
        again = scene.move(moved, **one.fields(1)).ok("BG-M13", 201).json
        one.is_final(moved)
        scene.move(again, **one.fields(0)).ok("BG-M13", 201)
        one.is_final(again)


@LAWS.burst("BG-M03")
def of_moves_at_the_same_moment_one_is_done(scene: BardgeScene) -> None:
    for one in _two_kinds(scene):
        booking = one.book(0)
        answers = scene.together(*(partial(scene.move, booking, **one.fields(place)) for place in (1, 2, 1, 2)))
        moved = scene.one_wins("BG-M03", answers, 403, "permission_denied")
        open_ = [each["id"] for each in scene.bookings_of(one.issued["client_id"]) if each["status"] != "rescheduled"]
        scene.same("BG-M03", open_, [moved.json["id"]], "the bookings that stand", *answers)


@LAWS.law("BG-M03", "BG-L21", "BG-L35")
def what_was_cancelled_late_or_is_completed_is_final(scene: BardgeScene) -> None:
    for one in _two_kinds(scene):
        late = one.book(0)
        scene.wait_until(_begins_at(late) - _A_DAY + _SECOND)
        scene.cancel(late).ok("BG-L34", 200)
        one.is_final(late, "BG-L21")
        completed = one.book(0)
        scene.wait_until(_begins_at(late))
        one.is_final(completed)


@LAWS.law("BG-M04")
def a_move_says_what_its_kind_needs_and_nothing_else(scene: BardgeScene) -> None:
    issued = scene.issued()
    first, second = scene.of_one_class(2)
    day = scene.spa_day()
    of_class = scene.booked(issued, first)
    of_spa_pass = scene.spa_pass()
    of_spa = scene.appointed(of_spa_pass, scene.spa(), day)
    when: Json = {"date": day.isoformat(), "time": "15:00"}
    where: Json = {"class_instance_id": second.id}
    for client, booking, right, wrong in (
        (issued, of_class, where, ({}, when, {"date": when["date"]}, {**where, "date": when["date"]}, {**where, "time": "15:00"})),
        (of_spa_pass, of_spa, when, ({}, where, {"date": when["date"]}, {"time": "15:00"}, {**when, **where})),
    ):  # fmt: skip
        before = scene.trace(client)
        for fields in wrong:
            scene.move(booking, **fields).refused("BG-M04", *_INVALID)
        scene.left_alone("BG-M04", client, before)
        scene.move(booking, **right).ok("BG-M04", 201)


@LAWS.law("BG-M05")
def a_booking_stays_in_its_class(scene: BardgeScene) -> None:
    issued = scene.issued()
    found = scene.open_to(issued, 2)
    here = found[0]
    elsewhere = next((each for each in found if each.class_id != here.class_id), None)
    if elsewhere is None:
        raise Lacking("only one class is given that the test could book")
    booking = scene.booked(issued, here)
    before = scene.trace(issued)
    answer = scene.move(booking, class_instance_id=elsewhere.id).refused("BG-M05", *_INVALID)
    scene.left_alone("BG-M05", issued, before, answer)


@LAWS.law("BG-M05")
def nothing_is_moved_to_what_is_past(scene: BardgeScene) -> None:
    of_spa = scene.spa_pass(start_date=scene.midnight())
    appointment = scene.appointed(of_spa, scene.spa(), scene.spa_day())
    today = scene.now().astimezone(LAGOS).date()
    before = scene.trace(of_spa)
    answer = scene.move(appointment, date=today.isoformat(), time="00:00").refused("BG-M05", *_INVALID)
    scene.left_alone("BG-M05", of_spa, before, answer)

    first, second = scene.issued(), scene.issued()
    begins, later = scene.of_one_class(2)
    early, late = scene.booked(first, later), scene.booked(second, later)
    scene.wait_before(begins.starts_at)
    scene.move(early, class_instance_id=begins.id).ok("BG-M05", 201)
    scene.wait_until(begins.starts_at)
    before = scene.trace(second)
    answer = scene.move(late, class_instance_id=begins.id).refused("BG-M05", *_INVALID)
    scene.left_alone("BG-M05", second, before, answer)


@LAWS.law("BG-M06")
def nobody_is_moved_to_where_they_are_already(scene: BardgeScene) -> None:
    issued = scene.issued()
    first, second = scene.of_one_class(2)
    booking, other = scene.booked(issued, first), scene.booked(issued, second)
    before = scene.trace(issued)
    for instance in (first, second):
        answer = scene.move(booking, class_instance_id=instance.id).refused("BG-M06", 409, "already_booked")
        scene.left_alone("BG-M06", issued, before, answer)
    scene.cancel(other).ok("BG-L34", 200)
    scene.move(booking, class_instance_id=second.id).ok("BG-M06", 201)
    last = scene.one_class_nearly_full()[0]
    booking = scene.booked(scene.issued(), last)
    scene.move(booking, class_instance_id=last.id).refused("BG-M06", 409, "already_booked")


@LAWS.law("BG-M07", "BG-M14")
def nobody_is_moved_to_a_full_class(scene: BardgeScene) -> None:
    last, here, _ = scene.one_class_nearly_full()
    issued = scene.issued()
    scene.booked(scene.issued(), last)
    booking = scene.booked(issued, here)
    before, left = scene.trace(issued), scene.places_left(here)
    answer = scene.move(booking, class_instance_id=last.id).refused("BG-M07", 409, "class_full")
    scene.left_alone("BG-M14", issued, before, answer)
    scene.same("BG-M14", scene.places_left(here), left, "the number of places left where it is", answer)
    scene.same("BG-M07", scene.places_left(last), 0, "the number of places left where it would be", answer)


@LAWS.law("BG-M08", "BG-M14")
def an_appointment_is_moved_to_hours_that_are_free(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), long_spa(scene), scene.spa_day()
    booking = scene.appointed(issued, spa, day, "10:00", services=spa["services"])
    scene.appointed(scene.spa_pass(), spa, day, "14:00")
    before, free = scene.trace(issued), scene.free_hours(spa, day)
    for time in ("13:00", "14:00", "17:00", "08:00", "15:30"):
        rule = "BG-M08" if time in ("13:00", "14:00") else "BG-M14"
        answer = scene.move(booking, date=day.isoformat(), time=time).refused(rule, 409, "slot_unavailable")
        scene.left_alone("BG-M14", issued, before, answer)
    scene.same("BG-M14", scene.free_hours(spa, day), free, "which hours are free")
    scene.move(booking, date=day.isoformat(), time="11:00").ok("BG-M14", 201)
    wanted = [each for each in ("09:00", "10:00", "13:00", "15:00", "16:00", "17:00") if each in {*free, "10:00"}]
    scene.same("BG-M09", scene.free_hours(spa, day), wanted, "which hours are free afterwards")


@LAWS.law("BG-M12")
def a_class_is_not_moved_beyond_its_package(scene: BardgeScene) -> None:
    issued, instance, session = asked_for_package(scene)
    package = min(session["copay_options"], key=lambda each: later_by(scene.now(), each["duration"]))
    ends_at = later_by(scene.now(), package["duration"])
    booking = scene.confirm(session, copay_package_id=package["id"]).ok("BG-F07", 201).json
    scene.prolong(issued, milliseconds(ends_at + timedelta(days=60))).ok("BG-N30", 200)
    days = {"from": instance.date, "to": (ends_at.date() + timedelta(days=30)).isoformat()}
    given = [each for each in scene.instances_of(instance.class_id, **days) if each.spots_left]
    within = [each for each in given if instance.starts_at < each.starts_at < ends_at]
    beyond = [each for each in given if each.starts_at >= ends_at]
    if not within or not beyond:
        raise Lacking("the class is not given again after the package is over")
    before = scene.trace(issued)
    answer = scene.move(booking, class_instance_id=beyond[0].id).refused("BG-M12", 403, "permission_denied")
    scene.left_alone("BG-M12", issued, before, answer)
    scene.move(booking, class_instance_id=within[-1].id).ok("BG-M12", 201)


@LAWS.law("BG-B16")
def of_two_packages_the_one_that_is_over_first_is_used(scene: BardgeScene) -> None:
    for first, second in ((0, -1), (-1, 0)):
        issued = scene.issued()
        instance = scene.open_to(issued, covered=False, copay=True)[0]
        by_end = sorted(scene.packages(instance.branch), key=lambda each: later_by(scene.now(), each["duration"]))
        ends_at = later_by(scene.now(), by_end[0]["duration"])
        scene.prolong(issued, milliseconds(ends_at + timedelta(days=60))).ok("BG-N30", 200)
        until = (ends_at.date() + timedelta(days=30)).isoformat()
        given = scene.instances_of(instance.class_id, **{"from": ends_at.date().isoformat(), "to": until})
        beyond = [each for each in given if each.spots_left and each.starts_at >= ends_at]
        if by_end[0]["duration"] == by_end[-1]["duration"] or not beyond:
            raise Lacking("no gym has packages that are over at different times, and a class after the first of them")
        for package in (by_end[first], by_end[second]):
            scene.buy(issued, instance.branch, package=package["id"]).ok("BG-O10", 201)
        booking = scene.booked(issued, instance, "BG-B16")
        answer = scene.move(booking, class_instance_id=beyond[0].id)
        answer.refused("BG-B16", 403, "permission_denied")


@LAWS.law("BG-A13", "BG-M12")
def an_appointment_is_not_moved_beyond_its_copay(scene: BardgeScene) -> None:
    _, spa, _, others = mixed_spa(scene)
    issued, day = scene.issued(), scene.spa_day(spa)
    scene.prolong(issued, milliseconds(scene.now() + timedelta(days=100))).ok("BG-N30", 200)
    services = others[:1]
    quote = scene.quoted(issued, spa, services)
    bought = scene.buy(issued, spa["id"], quote=quote["id"]).ok("BG-O20", 201).json
    ends_at = datetime.fromtimestamp(bought["expires_at"] / 1_000, LAGOS)
    booking = scene.appointed(issued, spa, day, services=services)
    before = scene.trace(issued)
    after = ends_at.date() + timedelta(days=1)
    beyond = [(after, scene.free_hour(spa, after))]
    if f"{ends_at:%H:%M}" in scene.free_hours(spa, ends_at.date()) and not ends_at.second:
        beyond.append((ends_at.date(), f"{ends_at:%H:%M}"))
    for on, time in beyond:
        answer = scene.move(booking, date=on.isoformat(), time=time).refused("BG-M12", 403, "permission_denied")
        scene.left_alone("BG-M12", issued, before, answer)
    scene.prolong(issued, milliseconds(ends_at)).ok("BG-N30", 200)
    scene.move(booking, date=after.isoformat(), time=beyond[0][1]).refused("BG-A13", 403, "pass_expired")
    scene.prolong(issued, milliseconds(scene.now() + timedelta(days=100))).ok("BG-N30", 200)
    within = ends_at.date() - timedelta(days=1)
    scene.move(booking, date=within.isoformat(), time=scene.free_hour(spa, within)).ok("BG-M12", 201)


# What there is to move: each has another booking beside it, so that what comes back twice is seen to


def _of_a_visit(scene: BardgeScene) -> tuple[Json, Moves]:
    issued = scene.issued()
    here, there, elsewhere = scene.of_one_class(3)
    for instance in (elsewhere, here):
        scene.booked(issued, instance)
    return issued, ({"class_instance_id": there.id}, {"class_instance_id": here.id})


def _of_credits(scene: BardgeScene) -> tuple[Json, Moves]:
    here, there = scene.instances(credits=True)[:2]
    issued = scene.with_credits(here.credits or 0)
    scene.booked(issued, scene.instance())
    scene.booked(issued, here)
    return issued, ({"class_instance_id": there.id}, {"class_instance_id": here.id})


def _of_a_spa(scene: BardgeScene) -> tuple[Json, Moves]:
    issued, spa, day = scene.spa_pass(), scene.spa(), scene.spa_day()
    for hour in ("10:00", "09:00"):
        scene.appointed(issued, spa, day, hour)
    return issued, (_when(day, 17), _when(day, 13))


def _with_a_copay(scene: BardgeScene) -> tuple[Json, Moves]:
    product, spa, covered, others = mixed_spa(scene)
    issued, day = scene.lasting(product), scene.spa_day(spa)
    for hour in ("09:00", "12:00"):
        scene.appointed(issued, spa, day, hour, services=[covered, others[0]])
    return issued, (_when(day, 14), _when(day, 16))


def _when(day: date, hour: int) -> Json:
    return {"date": day.isoformat(), "time": f"{hour:02}:00"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """A pass, and three places in the order in which they are: for bookings of one kind.

    Args:
        make: Given the pass and a place, the booking.
        left: What is free there, at the last one at least.
    """

    scene: BardgeScene
    issued: Json
    places: Sequence[Json]
    make: Callable[[Json, Json], Json]
    left: Callable[[], object]

    def book(self, place: int) -> Json:
        return self.make(self.issued, self.places[place])

    def fields(self, place: int) -> Json:
        """Of a request that moves a booking there."""
        return self.places[place]

    def is_final(self, booking: Json, rule: str = "BG-L35") -> None:
        """A booking can be neither moved nor cancelled, and trying changes nothing."""
        scene = self.scene
        before, left = scene.trace(self.issued), self.left()
        move = scene.move(booking, **self.fields(2)).refused("BG-M03", 403, "permission_denied")
        cancel = scene.cancel(booking).refused(rule, 403, "permission_denied")
        scene.error("BG-L35", cancel, 403, "permission_error", "permission_denied")
        scene.left_alone(rule, self.issued, before, move, cancel)
        scene.same(rule, self.left(), left, "what is free", move, cancel)


def _two_kinds(scene: BardgeScene) -> Iterator[_Kind]:
    """Bookings of appointments, and of a class."""
    spa, day = scene.spa(), scene.spa_day()
    yield _Kind(
        scene,
        scene.spa_pass(),
        [_when(day, hour) for hour in (9, 12, 15)],
        lambda issued, place: scene.appointed(issued, spa, day, place["time"]),
        lambda: scene.free_hours(spa, day),
    )
    instances = {each.id: each for each in scene.of_one_class(3)}
    yield _Kind(
        scene,
        scene.issued(),
        [{"class_instance_id": id_} for id_ in instances],
        lambda issued, place: scene.booked(issued, instances[place["class_instance_id"]]),
        lambda: scene.places_left([*instances.values()][2]),
    )


def _begins_at(booking: Json) -> datetime:
    return datetime.fromtimestamp(booking["scheduled_for"], LAGOS)


def _holdings(scene: BardgeScene, issued: Json) -> tuple[int, int, int | None]:
    """Visits used, credits, and kobo debited where that can be seen."""
    categories = scene.read_pass(issued).ok("BG-M02", 200).json["categories"]
    used = sum(int(each["visits_used"]) for each in categories)
    return used, scene.balance(issued["client_id"]), scene.spent() if scene.world.control else None
