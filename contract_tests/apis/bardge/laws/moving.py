"""Moving a booking: a new one elsewhere takes over what the old one took."""

from collections.abc import Callable
from datetime import datetime, timedelta

from contract_tests.apis.bardge.laws.sessions import asked_for_package
from contract_tests.apis.bardge.laws.spa import long_spa, mixed_spa
from contract_tests.apis.bardge.payments import LAGOS, Json, later_by
from contract_tests.apis.bardge.scene import BardgeScene, Instance, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("moving")

_SECOND = timedelta(seconds=1)
_A_DAY = timedelta(hours=24)
_INVALID = (400, "validation_error")

Move = Callable[[Json | str], Answer]


# What it does


@LAWS.law("BG-M01", "BG-M02", "BG-M10")
def what_is_moved_takes_over_what_was_taken(scene: BardgeScene) -> None:
    for make in (_of_a_visit, _of_credits, _of_a_spa, _with_a_copay):
        issued, booking, move = make(scene)
        before = _holdings(scene, issued)
        old = scene.bookings_of(issued["client_id"])[0]
        answer = move(booking).ok("BG-M01", 201)
        new = answer.json
        said = (new["status"], new.get("rescheduled_from"))
        scene.same("BG-M01", said, ("pending", old["id"]), "status and rescheduled_from", answer)
        scene.same("BG-M01", scene.status(old), "rescheduled", "the status of the old booking")
        listed = {each["id"]: each for each in scene.bookings_of(issued["client_id"])}
        scene.same("BG-M01", listed[old["id"]].get("rescheduled_to"), new["id"], "rescheduled_to of the old one")
        scene.expect("BG-M01", new["id"] in listed and new["id"] != old["id"], "the new one is in the list", listed)
        scene.same("BG-M02", _holdings(scene, issued), before, "visits, credits and what was debited", answer)
        scene.expect("BG-M01", scene.status(new) in {"pending", "confirmed"}, "the new booking stands", new)

        back = scene.cancel(new).ok("BG-L20", 200).json["refund"]
        wanted = (True, old["visits_deducted"], old["credits_deducted"], old["amount_charged"])
        names = ("refunded", "visits_restored", "credits_refunded", "amount_refunded")
        scene.same("BG-M10", tuple(back[name] for name in names), wanted, ", ".join(names))
        after = _holdings(scene, issued)
        gone = (before[0] - after[0], after[1] - before[1], None if before[2] is None else before[2] - (after[2] or 0))
        wanted_gone = (*wanted[1:3], None if before[2] is None else wanted[3])
        scene.same("BG-M10", gone, wanted_gone, "what came back: visits, credits, kobo")


@LAWS.law("BG-M09")
def the_old_place_is_free_at_once(scene: BardgeScene) -> None:
    last, other, _ = scene.one_class_nearly_full()
    mine, others = scene.issued(), scene.issued()
    booking = scene.booked(mine, last)
    scene.book(others, last).refused("BG-B13", 409, "class_full")
    left = scene.places_left(other)
    scene.move(booking, class_instance_id=other.id).ok("BG-M01", 201)
    scene.same("BG-M09", scene.places_left(last), 1, "the number of places left where it was")
    scene.same("BG-M09", scene.places_left(other), left - 1, "the number of places left where it is")
    scene.booked(others, last, "BG-M09")

    spa, day = scene.spa(), scene.spa_day()
    free = scene.free_hours(spa, day)
    booking = scene.appointed(scene.spa_pass(), spa, day, "10:00")
    scene.move(booking, date=day.isoformat(), time="15:00").ok("BG-M01", 201)
    wanted = [each for each in free if each != "15:00"]
    scene.same("BG-M09", scene.free_hours(spa, day), wanted, "which hours are free")


@LAWS.law("BG-M11")
def what_was_moved_late_gives_nothing_back(scene: BardgeScene) -> None:
    issued, others = scene.issued(), scene.issued()
    first, second, third = _of_one_class(scene, 3)
    late, in_time = scene.booked(issued, first), scene.booked(others, first)
    scene.wait_before(first.starts_at - _A_DAY, included=True)
    in_time = scene.move(in_time, class_instance_id=third.id).ok("BG-M01", 201).json
    scene.wait_until(first.starts_at - _A_DAY + _SECOND)
    late = scene.move(late, class_instance_id=second.id).ok("BG-M01", 201).json
    if second.starts_at - _A_DAY > scene.now():
        late = scene.move(late, class_instance_id=third.id).ok("BG-M01", 201).json
    scene.same("BG-L24", scene.cancel(in_time).ok("BG-L20", 200).json["refund"]["refunded"], True, "refunded")
    answer = scene.cancel(late).ok("BG-M11", 200)
    refund = answer.json["refund"]
    said = (refund["refunded"], refund["visits_restored"])
    scene.same("BG-M11", said, (False, 0), "refunded and visits_restored of what was moved late", answer)
    scene.same("BG-M11", scene.visits(issued)[1], 1, "the number of visits used")
    scene.same("BG-M11", scene.visits(others)[1], 0, "the number of visits used by who moved in time")


# What is refused


@LAWS.law("BG-M03")
def what_is_final_is_not_moved(scene: BardgeScene) -> None:
    issued = scene.issued()
    first, second, third = _of_one_class(scene, 3)
    cancelled = scene.booked(issued, first)
    scene.cancel(cancelled).ok("BG-L20", 200)
    moved = scene.booked(issued, first)
    scene.move(moved, class_instance_id=second.id).ok("BG-M01", 201)
    before, left = scene.trace(issued, "BG-M03"), scene.places_left(third)
    for booking in (cancelled, moved):
        answer = scene.move(booking, class_instance_id=third.id).refused("BG-M03", 403, "permission_denied")
        scene.left_alone("BG-M03", issued, before, answer)
    scene.same("BG-M03", scene.places_left(third), left, "the number of places left")


@LAWS.law("BG-M03")
def what_is_completed_is_not_moved(scene: BardgeScene) -> None:
    issued = scene.issued()
    first, second = _of_one_class(scene, 2)
    booking = scene.booked(issued, first)
    scene.wait_until(first.starts_at)
    before = scene.trace(issued, "BG-M03")
    answer = scene.move(booking, class_instance_id=second.id).refused("BG-M03", 403, "permission_denied")
    scene.left_alone("BG-M03", issued, before, answer)


@LAWS.law("BG-M04")
def a_move_says_what_its_kind_needs_and_nothing_else(scene: BardgeScene) -> None:
    issued = scene.issued()
    first, second = _of_one_class(scene, 2)
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
        before = scene.trace(client, "BG-M04")
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
    before = scene.trace(issued, "BG-M05")
    answer = scene.move(booking, class_instance_id=elsewhere.id).refused("BG-M05", *_INVALID)
    scene.left_alone("BG-M05", issued, before, answer)


@LAWS.law("BG-M05")
def nothing_is_moved_to_what_is_past(scene: BardgeScene) -> None:
    of_spa = scene.spa_pass(start_date=scene.midnight())
    appointment = scene.appointed(of_spa, scene.spa(), scene.spa_day())
    today = scene.now().astimezone(LAGOS).date()
    before = scene.trace(of_spa, "BG-M05")
    answer = scene.move(appointment, date=today.isoformat(), time="00:00").refused("BG-M05", *_INVALID)
    scene.left_alone("BG-M05", of_spa, before, answer)

    first, second = scene.issued(), scene.issued()
    begins, later = _of_one_class(scene, 2)
    early, late = scene.booked(first, later), scene.booked(second, later)
    scene.wait_before(begins.starts_at)
    scene.move(early, class_instance_id=begins.id).ok("BG-M05", 201)
    scene.wait_until(begins.starts_at)
    before = scene.trace(second, "BG-M05")
    answer = scene.move(late, class_instance_id=begins.id).refused("BG-M05", *_INVALID)
    scene.left_alone("BG-M05", second, before, answer)


@LAWS.law("BG-M06")
def nobody_is_moved_to_where_they_are_already(scene: BardgeScene) -> None:
    issued = scene.issued()
    first, second = _of_one_class(scene, 2)
    booking, other = scene.booked(issued, first), scene.booked(issued, second)
    before = scene.trace(issued, "BG-M06")
    for instance in (first, second):
        answer = scene.move(booking, class_instance_id=instance.id).refused("BG-M06", 409, "already_booked")
        scene.left_alone("BG-M06", issued, before, answer)
    scene.cancel(other).ok("BG-L20", 200)
    scene.move(booking, class_instance_id=second.id).ok("BG-M06", 201)


@LAWS.law("BG-M07")
def nobody_is_moved_to_a_full_class(scene: BardgeScene) -> None:
    last, here, _ = scene.one_class_nearly_full()
    issued = scene.issued()
    scene.booked(scene.issued(), last)
    booking = scene.booked(issued, here)
    before, left = scene.trace(issued, "BG-M07"), scene.places_left(here)
    answer = scene.move(booking, class_instance_id=last.id).refused("BG-M07", 409, "class_full")
    scene.left_alone("BG-M07", issued, before, answer)
    scene.same("BG-M07", scene.places_left(here), left, "the number of places left where it is", answer)
    scene.same("BG-M07", scene.places_left(last), 0, "the number of places left where it would be", answer)


@LAWS.law("BG-M08")
def an_appointment_is_moved_to_hours_that_are_free(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), long_spa(scene), scene.spa_day()
    booking = scene.appointed(issued, spa, day, "10:00", services=spa["services"])
    scene.appointed(scene.spa_pass(), spa, day, "14:00")
    before, free = scene.trace(issued, "BG-M08"), scene.free_hours(spa, day)
    for time in ("13:00", "14:00", "17:00", "08:00", "15:30"):
        answer = scene.move(booking, date=day.isoformat(), time=time).refused("BG-M08", 409, "slot_unavailable")
        scene.left_alone("BG-M08", issued, before, answer)
    scene.same("BG-M08", scene.free_hours(spa, day), free, "which hours are free")
    scene.move(booking, date=day.isoformat(), time="11:00").ok("BG-M08", 201)
    wanted = [each for each in ("09:00", "10:00", "13:00", "15:00", "16:00", "17:00") if each in {*free, "10:00"}]
    scene.same("BG-M08", scene.free_hours(spa, day), wanted, "which hours are free afterwards")


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
    before = scene.trace(issued, "BG-M12")
    answer = scene.move(booking, class_instance_id=beyond[0].id).refused("BG-M12", 403, "permission_denied")
    scene.left_alone("BG-M12", issued, before, answer)
    scene.move(booking, class_instance_id=within[-1].id).ok("BG-M12", 201)


@LAWS.law("BG-M12")
def an_appointment_is_not_moved_beyond_its_copay(scene: BardgeScene) -> None:
    _, spa, _, others = mixed_spa(scene)
    issued, day = scene.issued(), scene.spa_day(spa)
    scene.prolong(issued, milliseconds(scene.now() + timedelta(days=100))).ok("BG-N30", 200)
    services = others[:1]
    quote = scene.quoted(issued, spa, services)
    bought = scene.buy(issued, spa["id"], quote=quote["id"]).ok("BG-O20", 201).json
    ends_at = datetime.fromtimestamp(bought["expires_at"] / 1_000, LAGOS)
    booking = scene.appointed(issued, spa, day, services=services)
    before = scene.trace(issued, "BG-M12")
    beyond = [(ends_at.date() + timedelta(days=1), "10:00")]
    if f"{ends_at:%H:%M}" in scene.free_hours(spa, ends_at.date()) and not ends_at.second:
        beyond.append((ends_at.date(), f"{ends_at:%H:%M}"))
    for on, time in beyond:
        answer = scene.move(booking, date=on.isoformat(), time=time).refused("BG-M12", 403, "permission_denied")
        scene.left_alone("BG-M12", issued, before, answer)
    within = ends_at.date() - timedelta(days=1)
    scene.move(booking, date=within.isoformat(), time="16:00").ok("BG-M12", 201)


# What there is to move


def _of_one_class(scene: BardgeScene, count: int) -> list[Instance]:
    """Instances of one class, in the order in which they begin, a day and more apart."""
    found = scene.instances()
    for first in found:
        same = [each for each in found if each.class_id == first.class_id]
        apart = [same[0]]
        for each in same:
            if each.starts_at - apart[-1].starts_at > _A_DAY:
                apart.append(each)
        if len(apart) >= count:
            return apart[:count]
    raise Lacking("no class is given so often that bookings could be moved")


def _of_a_visit(scene: BardgeScene) -> tuple[Json, Json, Move]:
    issued = scene.issued()
    first, second = _of_one_class(scene, 2)
    return issued, scene.booked(issued, first), lambda booking: scene.move(booking, class_instance_id=second.id)


def _of_credits(scene: BardgeScene) -> tuple[Json, Json, Move]:
    first, second = scene.instances(credits=True)[:2]
    issued = scene.with_credits(first.credits or 0)
    return issued, scene.booked(issued, first), lambda booking: scene.move(booking, class_instance_id=second.id)


def _of_a_spa(scene: BardgeScene) -> tuple[Json, Json, Move]:
    issued, day = scene.spa_pass(), scene.spa_day()
    booking = scene.appointed(issued, scene.spa(), day, "09:00")
    return issued, booking, lambda booking: scene.move(booking, date=day.isoformat(), time="17:00")


def _with_a_copay(scene: BardgeScene) -> tuple[Json, Json, Move]:
    product, spa, covered, others = mixed_spa(scene)
    issued, day = scene.lasting(product), scene.spa_day(spa)
    booking = scene.appointed(issued, spa, day, "12:00", services=[covered, others[0]])
    return issued, booking, lambda booking: scene.move(booking, date=day.isoformat(), time="14:00")


def _holdings(scene: BardgeScene, issued: Json) -> tuple[int, int, int | None]:
    """Visits used, credits, and kobo debited where that can be seen."""
    categories = scene.read_pass(issued).ok("BG-M02", 200).json["categories"]
    used = sum(int(each["visits_used"]) for each in categories)
    return used, scene.balance(issued["client_id"]), scene.spent() if scene.world.control else None
