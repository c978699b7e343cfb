"""How a booking stands, and since when."""

from collections.abc import Callable
from datetime import datetime, timedelta

from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import HOUR, BardgeScene
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("statuses")

_MINUTE = timedelta(minutes=1)
_OPEN = {"pending", "confirmed"}


@LAWS.law("BG-L10", "BG-L33")
def a_status_says_what_became_of_a_booking(scene: BardgeScene) -> None:
    issued = scene.issued()
    first, second, third = scene.open_to(issued, 3)[:3]
    stands = scene.booked(issued, first)
    came = scene.status(stands)
    scene.expect("BG-L10", came in _OPEN, f"the status is {' or '.join(sorted(_OPEN))}", came)
    appointment = scene.appointed(scene.spa_pass(), scene.spa(), scene.spa_day())
    for type_, id_, booking in (("class", stands["booking_id"], stands), ("spa", appointment["id"], appointment)):
        wanted = {"id": id_, "type": type_, "scheduled_for": booking["scheduled_for"]}
        scene.shows("BG-L33", scene.read_status(booking).ok("BG-L10", 200), wanted)
    cancelled = scene.booked(issued, second)
    scene.cancel(cancelled).ok("BG-L34", 200)
    scene.same("BG-L10", scene.status(cancelled), "cancelled", "the status of what was cancelled")
    others = [each for each in scene.open_to(issued) if each.class_id == first.class_id and each.id != third.id]
    if not others:
        raise Lacking("the class is not given again")
    target = others[-1]
    scene.move(stands, class_instance_id=target.id).ok("BG-M13", 201)
    scene.same("BG-L10", scene.status(stands), "rescheduled", "the status of what was moved")


@LAWS.law("BG-L10", "BG-L11")
def a_confirmed_booking_is_completed_when_it_begins(scene: BardgeScene) -> None:
    for booking in _made_there_and_moved_there(scene):
        begins_at = datetime.fromtimestamp(booking["scheduled_for"], LAGOS)
        scene.wait_before(begins_at)
        scene.same("BG-L11", scene.status(booking), "confirmed", "the status before it begins")
        scene.wait_until(begins_at)
        scene.same("BG-L11", scene.status(booking), "completed", "the status when it begins")
        scene.same("BG-L10", scene.status(booking), "completed", "the status when it begins")


@LAWS.law("BG-L11", "BG-L33")
def a_pending_booking_is_not_completed(scene: BardgeScene) -> None:
    scene.accept_after(24 * 60)
    instance, of_class = scene.instance(), scene.issued()
    spa, of_spa = scene.spa(), scene.spa_pass()
    day = instance.starts_at.date() + timedelta(days=1)
    at_noon = datetime(day.year, day.month, day.day, 12, tzinfo=LAGOS)
    both: list[tuple[datetime, Callable[[], Json]]] = [
        (instance.starts_at, lambda: scene.booked(of_class, instance)),
        (at_noon, lambda: scene.appointed(of_spa, spa, day, "12:00")),
    ]
    for starts_at, book in both:
        scene.wait_until(starts_at - HOUR)
        booking = book()
        scene.same("BG-L33", scene.status(booking), "pending", "the status of what the venue has not accepted")
        scene.wait_until(starts_at)
        scene.same("BG-L11", scene.status(booking), "pending", "the status when it begins")
        scene.pass_time(_MINUTE)
        scene.same("BG-L11", scene.status(booking), "pending", "the status after it began")


@LAWS.law("BG-L12")
def updated_is_when_the_status_last_changed(scene: BardgeScene) -> None:
    scene.accept_after(30)
    issued = scene.issued()
    first, second = (scene.booked(issued, instance) for instance in scene.open_to(issued, 2)[:2])
    _changed_at(scene, first, first["created"], "when it was made")
    scene.pass_time(29 * _MINUTE)
    _changed_at(scene, first, first["created"], "before it is confirmed")
    scene.pass_time(_MINUTE)
    _changed_at(scene, first, first["created"] + 30 * 60, "when it is confirmed")
    scene.pass_time(_MINUTE)
    now = round(scene.now().timestamp())
    scene.cancel(second).ok("BG-L34", 200)
    scene.pass_time(_MINUTE)
    _changed_at(scene, second, now, "after it was cancelled")
    scene.cancel(second).refused("BG-L21", 403, "permission_denied")
    _changed_at(scene, second, now, "after it was cancelled once more")
    scene.wait_until(datetime.fromtimestamp(first["scheduled_for"], LAGOS) + _MINUTE)
    _changed_at(scene, first, first["scheduled_for"], "after it began")


@LAWS.law("BG-L12")
def updated_of_a_booking_that_was_moved_is_when_it_was(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    booking = scene.appointed(scene.spa_pass(), spa, day)
    scene.pass_time(_MINUTE)
    since = scene.now()
    moved = scene.move(booking, date=day.isoformat(), time="12:00").ok("BG-M13", 201).json
    scene.pass_time(_MINUTE)
    _changed_at(scene, booking, moved["created"], "after it was moved")
    made_at = datetime.fromtimestamp(moved["created"], LAGOS)
    scene.expect("BG-L12", made_at >= since.replace(microsecond=0), f"it was moved at {since} or later", made_at)


@LAWS.law("BG-L13")
def a_booking_of_another_reseller_does_not_exist(scene: BardgeScene) -> None:
    mine = scene.booked(scene.issued(), scene.instance())
    foreign, issuer = scene.foreign(), scene.issuer()
    scene.read_status(mine, by=OTHER).refused("BG-L13", 404, "resource_not_found")
    theirs = scene.booked(foreign, scene.instance(product=scene.product(by=OTHER)), by=OTHER)
    scene.read_status(theirs).refused("BG-L13", 404, "resource_not_found")
    scene.status(theirs, "BG-L13", by=OTHER)
    other_instance = scene.instance(1, product=scene.product(by=OTHER))
    of_their_client = scene.booked(
        foreign, other_instance, "BG-B17", token=scene.token(foreign["client_id"], issuer=issuer)
    )
    scene.read_status(of_their_client, by=OTHER).refused("BG-L13", 404, "resource_not_found")
    scene.status(of_their_client, "BG-L13")


def _made_there_and_moved_there(scene: BardgeScene) -> list[Json]:
    """Of a class and of an appointment one that was made for its time, one that was to be before, one after. The one that
    begins first comes first.
    """
    instances, spa, day = scene.of_one_class(3), scene.spa(), scene.spa_day()
    bookings = [scene.booked(scene.issued(), instances[1])]
    issued = scene.spa_pass()
    bookings.append(scene.appointed(issued, spa, day, "10:00"))
    for old, new in ((0, 2), (2, 0)):
        booking = scene.booked(scene.issued(), instances[old])
        bookings.append(scene.move(booking, class_instance_id=instances[new].id).ok("BG-M13", 201).json)
    for time, new_time in (("09:00", "12:00"), ("17:00", "11:00")):
        booking = scene.appointed(issued, spa, day, time)
        bookings.append(scene.move(booking, date=day.isoformat(), time=new_time).ok("BG-M13", 201).json)
    return sorted(bookings, key=lambda each: int(each["scheduled_for"]))


def _changed_at(scene: BardgeScene, booking: Json, wanted: int, when: str) -> None:
    answer = scene.read_status(booking).ok("BG-L10", 200)
    scene.same("BG-L12", answer.json["updated"], wanted, f"updated {when}", answer)
