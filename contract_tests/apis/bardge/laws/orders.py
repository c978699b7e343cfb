"""Which of several refusals is told: that of the check that comes first, in general and in each operation."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
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

Row = tuple[str, Callable[[], Answer], tuple[int, str]]
"""What is wrong, first what is told; how it is asked for; the answer."""


@LAWS.law("BG-A13")
def a_path_and_its_method_come_before_the_key(scene: BardgeScene) -> None:
    scene.send("GET", "/nowhere", by="").refused("BG-A13", *_NOT_FOUND)
    scene.send("DELETE", "/passes", by="").refused("BG-A13", 405, "method_not_allowed")


@LAWS.law("BG-A13")
def a_booking_is_checked_in_the_order_that_is_written(scene: BardgeScene) -> None:
    last, near, far = scene.one_class_nearly_full()
    foreign, holder, mover, over = scene.foreign(), scene.issued(), scene.issued(), scene.issued()
    held = scene.booked(holder, last)
    beside, cancelled = scene.booked(holder, near), scene.booked(mover, far)
    scene.cancel(cancelled).ok("BG-L20", 200)
    moving = scene.booked(mover, near)
    other_class = scene.instances(covered=False, copay=True)[0].id
    _ends(scene, over, last.starts_at)
    when: Json = {"date": last.date, "time": "10:00"}
    _told(
        scene,
        ("whose client it is, and no place", partial(scene.book, foreign, last), _DENIED),
        ("the pass, and no place", partial(scene.book, over, last), _EXPIRED),
        ("a place of one's own, and no other", partial(scene.book, holder, last), (409, "already_booked")),
        (
            "a place of one's own, and no other, of what is moved",
            _move(scene, beside, last.id),
            (409, "already_booked"),
        ),
        ("no instance, of what was cancelled", _move(scene, cancelled, NOTHING), _NOT_FOUND),
        ("cancelled, and what is of appointments", partial(scene.move, cancelled, **when), _DENIED),
        ("cancelled, and another class", _move(scene, cancelled, other_class), _DENIED),
    )
    _ends(scene, holder, last.starts_at)
    _ends(scene, mover, scene.now() + 2 * _MINUTE)
    _told(
        scene,
        ("the pass, and a place of one's own", partial(scene.book, holder, last), _EXPIRED),
        ("the pass, and a place of one's own, of what is moved", _move(scene, beside, last.id), _EXPIRED),
        ("the pass, and the present place", _move(scene, held, last.id), _EXPIRED),
        ("another class, and the pass", _move(scene, moving, other_class), _INVALID),
        ("what is of appointments, and the pass", partial(scene.move, moving, **when), _INVALID),
        ("the pass, and no place, of what is moved", _move(scene, moving, last.id), _EXPIRED),
    )


@LAWS.law("BG-A13")
def a_visit_of_a_spa_is_checked_in_the_order_that_is_written(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    foreign, own, over = scene.foreign(), scene.spa_pass(), scene.spa_pass()
    taken = scene.appointed(own, spa, day)
    services = spa["services"][:1]
    nothing = [{"id": NOTHING}]
    gym = {"id": scene.instance().branch}
    scene.ours("id", gym["id"])
    _ends(scene, over, datetime.combine(day, time(10), LAGOS))
    at_gym = partial(scene.begin, spa=gym, day=day)
    packages = scene.instance(covered=False, copay=True).branch
    package = scene.package_of(packages)["id"]
    quote = scene.quoted(own, spa, spa["services"])["id"]
    slots: Json = {"id": gym["id"], "date": day.isoformat(), "service_ids": NOTHING}
    _told(
        scene,
        ("whose client it is, and the hour", partial(scene.begin, foreign, spa, day), _DENIED),
        ("the pass, and the hour", partial(scene.begin, over, spa, day), _EXPIRED),
        ("no service, at a gym", partial(at_gym, own, services=nothing), _NOT_FOUND),
        ("whose client it is, at a gym", partial(at_gym, foreign, services=services), _DENIED),
        ("the pass, at a gym", partial(at_gym, over, time="11:00", services=services), _EXPIRED),
        ("a gym, and an hour that nobody has", partial(at_gym, own, time="23:30", services=services), _INVALID),
        (
            "no service, and a gym that has no slots",
            partial(scene.call, "getProviderAvailability", **slots),
            _NOT_FOUND,
        ),
        ("no service, and a price at a gym", partial(scene.ask_price, own, gym, nothing), _NOT_FOUND),
        ("whose client it is, and a price at a gym", partial(scene.ask_price, foreign, gym, services), _DENIED),
        (
            "whose client it is, and a package at a spa",
            partial(scene.buy, foreign, spa["id"], package=package),
            _DENIED,
        ),
        ("whose client it is, and a quote at a gym", partial(scene.buy, foreign, gym["id"], quote=quote), _DENIED),
    )
    other = scene.appointed(own, spa, day, "13:00")
    _ends(scene, own, datetime.combine(day, time(10), LAGOS))
    _told(
        scene, ("the pass, and the hour, of what is moved", partial(scene.move, other, **_when(day, "10:00")), _EXPIRED)
    )
    scene.cancel(taken).ok("BG-L20", 200)
    _told(scene, ("cancelled, and the hour", partial(scene.move, taken, **_when(day, "13:00")), _DENIED))


@LAWS.law("BG-A13")
def a_confirmation_is_checked_in_the_order_that_is_written(scene: BardgeScene) -> None:
    for begun in begun_of_all_kinds(scene):
        issued = begun.issued
        scene.prolong(issued, issued["expires_at"]).ok("BG-N30", 200)
        scene.other_product(issued, begun.other, "BG-N22")
        scene.leave(0)
        _told(scene, ("what the pass covers, and an empty account", begun.confirm, _INVALID))
        scene.leave(PLENTY)
        _runs_out(scene, issued)
        _told(scene, ("the pass, and what it covers", begun.confirm, _EXPIRED))
        wrong: list[Row] = [
            ("what is asked for, and the pass", partial(begun.confirm, each), _INVALID) for each in begun.wrong
        ]
        _told(scene, *wrong)
        scene.prolong(issued, issued["expires_at"]).ok("BG-N30", 200)
        scene.other_product(issued, issued["pass_id"], "BG-N22")
        begun.confirm().ok(begun.done, 201)
        _runs_out(scene, issued)
        for body in (None, *begun.wrong[:1]):
            used = ("confirmed before, and the pass", partial(begun.confirm, body), (409, "session_already_confirmed"))
            _told(scene, used)


def _told(scene: BardgeScene, *rows: Row) -> None:
    for what, ask, wanted in rows:
        answer = ask()
        expected = f"of {what}: the first, {wanted[0]} {wanted[1]}"
        scene.expect("BG-A13", (answer.status, answer.code) == wanted, expected, answer.exchange.came(), answer)


def _ends(scene: BardgeScene, issued: Json, moment: datetime) -> None:
    scene.prolong(issued, milliseconds(moment)).ok("BG-N30", 200)


def _runs_out(scene: BardgeScene, issued: Json) -> None:
    _ends(scene, issued, scene.now() + _MINUTE)
    scene.pass_time(_MINUTE)


def _move(scene: BardgeScene, booking: Json, instance_id: str) -> Callable[[], Answer]:
    return partial(scene.move, booking, class_instance_id=instance_id)


def _when(day: date, clock: str) -> Json:
    return {"date": day.isoformat(), "time": clock}
