"""Which of several refusals is told: that of the check that comes first, in general and in each operation."""

from datetime import datetime, time, timedelta
from functools import partial

from contract_tests.apis.bardge.laws.account import PLENTY
from contract_tests.apis.bardge.laws.sessions import begun_of_all_kinds
from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import NOTHING, BardgeScene, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("orders")

_MINUTE = timedelta(minutes=1)
_DENIED = (403, "permission_denied")
_EXPIRED = (403, "pass_expired")
_INVALID = (400, "validation_error")
_NOT_FOUND = (404, "resource_not_found")
_THERE = (409, "already_booked")


@LAWS.law("BG-A13")
def a_path_and_its_method_come_before_the_key(scene: BardgeScene) -> None:
    scene.send("GET", "/nowhere", by="").refused("BG-A13", *_NOT_FOUND)
    scene.send("DELETE", "/passes", by="").refused("BG-A13", 405, "method_not_allowed")


@LAWS.law("BG-A13")
def a_booking_is_checked_in_the_order_that_is_written(scene: BardgeScene) -> None:
    last, near, far = scene.one_class_nearly_full()
    foreign, holder, mover, over = scene.foreign(), scene.issued(), scene.issued(), scene.issued()
    scene.booked(holder, last)
    beside, moving, cancelled = scene.booked(holder, near), scene.booked(mover, near), scene.booked(mover, far)
    scene.cancel(cancelled).ok("BG-L34", 200)
    other_class = scene.instances(covered=False, copay=True)[0].id
    told, book = partial(_told, scene), scene.book
    when: Json = {"date": last.date, "time": "10:00"}

    def move(booking: Json, instance_id: str) -> Answer:
        return scene.move(booking, class_instance_id=instance_id)

    told("whose client it is, and no place", book(foreign, last), _DENIED)
    told("a place of one's own, and no other", book(holder, last), _THERE)
    told("a place of one's own, and no other, when it is moved", move(beside, last.id), _THERE)
    told("no instance, of what was cancelled", move(cancelled, NOTHING), _NOT_FOUND)
    told("cancelled, and what is of appointments", scene.move(cancelled, **when), _DENIED)
    told("cancelled, and another class", move(cancelled, other_class), _DENIED)
    for issued, moment in ((over, last.starts_at), (holder, last.starts_at), (mover, scene.now() + 2 * _MINUTE)):
        scene.prolong(issued, milliseconds(moment)).ok("BG-N30", 200)
    told("the pass, and no place", book(over, last), _EXPIRED)
    told("the pass, and a place of one's own", book(holder, last), _EXPIRED)
    told("the pass, and a place of one's own, when it is moved", move(beside, last.id), _EXPIRED)
    told("the pass, and no place, when it is moved", move(moving, last.id), _EXPIRED)
    told("another class, and the pass", move(moving, other_class), _INVALID)
    told("what is of appointments, and the pass", scene.move(moving, **when), _INVALID)


@LAWS.law("BG-A13")
def a_visit_of_a_spa_is_checked_in_the_order_that_is_written(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    foreign, own, over = scene.foreign(), scene.spa_pass(), scene.spa_pass()
    taken, other = scene.appointed(own, spa, day), scene.appointed(own, spa, day, "13:00")
    services, nothing, gym = spa["services"][:1], [{"id": NOTHING}], {"id": scene.instance().branch}
    scene.ours("id", gym["id"])
    package = scene.package_of(scene.instance(copay=True).branch)["id"]
    quote = scene.quoted(own, spa, spa["services"])["id"]
    slots = scene.call("getProviderAvailability", id=gym["id"], date=day.isoformat(), service_ids=NOTHING)
    told, begin = partial(_told, scene), scene.begin
    told("no service, and the hours of a gym", slots, _NOT_FOUND)
    told("no service, and a price at a gym", scene.ask_price(own, gym, nothing), _NOT_FOUND)
    told("no service, at a gym", begin(own, gym, day, services=nothing), _NOT_FOUND)
    told("whose client it is, at a gym", begin(foreign, gym, day, services=services), _DENIED)
    told("whose client it is, and the hour", begin(foreign, spa, day), _DENIED)
    told("whose client it is, and a price at a gym", scene.ask_price(foreign, gym, services), _DENIED)
    told("whose client it is, and a package at a spa", scene.buy(foreign, spa["id"], package=package), _DENIED)
    told("whose client it is, and a quote at a gym", scene.buy(foreign, gym["id"], quote=quote), _DENIED)
    told("a gym, and an hour that nobody has", begin(own, gym, day, "23:30", services=services), _INVALID)
    for issued in (over, own):
        scene.prolong(issued, milliseconds(datetime.combine(day, time(10), LAGOS))).ok("BG-N30", 200)
    told("the pass, and the hour", begin(over, spa, day), _EXPIRED)
    told("the pass, at a gym", begin(over, gym, day, "11:00", services=services), _EXPIRED)
    told("the pass, and the hour, when it is moved", scene.move(other, date=day.isoformat(), time="10:00"), _EXPIRED)
    scene.cancel(taken).ok("BG-L34", 200)
    told("cancelled, and the hour", scene.move(taken, date=day.isoformat(), time="13:00"), _DENIED)


@LAWS.law("BG-A13")
def a_confirmation_is_checked_in_the_order_that_is_written(scene: BardgeScene) -> None:
    told = partial(_told, scene)
    for begun in begun_of_all_kinds(scene):
        issued = begun.issued
        scene.prolong(issued, issued["expires_at"]).ok("BG-N30", 200)
        scene.other_product(issued, begun.other, "BG-N22")
        scene.leave(0)
        told("what the pass covers, and an empty account", begun.confirm(), _INVALID)
        scene.leave(PLENTY)
        _runs_out(scene, issued)
        told("the pass, and what it covers", begun.confirm(), _EXPIRED)
        for body in begun.wrong:
            told("what is asked for, and the pass", begun.confirm(body), _INVALID)
        scene.prolong(issued, issued["expires_at"]).ok("BG-N30", 200)
        scene.other_product(issued, issued["pass_id"], "BG-N22")
        begun.confirm().ok(begun.done, 201)
        _runs_out(scene, issued)
        for wrong in (None, *begun.wrong[:1]):
            told("confirmed before, and the pass", begun.confirm(wrong), (409, "session_already_confirmed"))


def _told(scene: BardgeScene, what: str, answer: Answer, wanted: tuple[int, str]) -> None:
    expected = f"of {what}: the first, {wanted[0]} {wanted[1]}"
    scene.expect("BG-A13", (answer.status, answer.code) == wanted, expected, answer.exchange.came(), answer)


def _runs_out(scene: BardgeScene, issued: Json) -> None:
    scene.prolong(issued, milliseconds(scene.now() + _MINUTE)).ok("BG-N30", 200)
    scene.pass_time(_MINUTE)
