"""Rate limits: what is said of them in headers, and what happens beyond them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from contract_tests.apis.reservekit.scene import ReserveKitScene, slot_body
from contract_tests.laws.authentication import refuses_nobody
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("limits")

_LIMITED = (429, "rate limit exceeded")
_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def _told(scene: ReserveKitScene, answer: Answer, rule: str = "RK-R01") -> tuple[int, int]:
    """Limit and Remaining."""
    texts = [answer.headers.get(name, "") for name in _HEADERS]
    whole = all(text.isascii() and text.isdigit() for text in texts)
    scene.expect(rule, whole, f"whole numbers in {', '.join(_HEADERS)}", texts, answer)
    limit, remaining = int(texts[0]), int(texts[1])
    scene.expect(rule, 0 <= remaining <= limit, "a Remaining from 0 to Limit", f"{remaining} of {limit}", answer)
    return limit, remaining


@LAWS.law("RK-R01")
def every_answer_tells_the_limits(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    booking = scene.cancelled(slot)
    service_id = slot.service_id
    since = scene.now()
    if not scene.world.is_own:  # requests may be counted by the machine's clock where another one was moved
        since = min(since, datetime.now(UTC))
    answers = [
        scene.book(slot),
        scene.read(booking),
        scene.change(booking, message="changed"),
        scene.customer(booking),
        scene.change_customer(booking, name="Jane Doe"),
        scene.call("listBookings", service_id=service_id, page=1, page_size=10),
        scene.call("listServices"),
        scene.offer(name=f"Contract test {scene.word()}", timezone="Europe/Berlin"),
        scene.read_service(service_id),
        scene.change_service(service_id, description="changed"),
        scene.call("listServiceTimeSlots", serviceID=service_id),
        scene.slot_page(service_id),
        scene.change_slots(service_id, slot_body()),
        scene.delete_slots_of_day(service_id, 5),
    ]
    answers += [scene.book(slot), scene.change(booking, status="pending"), scene.change(booking, status="unheard")]
    answers += [probe.send(scene) for probe in scene.probes()]
    answers += [probe.send(scene, by="", title=f"{probe.operation.id} without a key") for probe in scene.probes()]
    answers += [scene.delete(booking), scene.delete_slot(slot.id), scene.delete_service(service_id)]
    for answer in answers:  # accepted or refused: other rules say which
        _told(scene, answer)
        ends_at = int(answer.headers[_HEADERS[2]])
        wanted = f"a period that does not end before {since}"
        scene.expect("RK-R01", ends_at >= (since - scene.slack).timestamp(), wanted, ends_at, answer)


# Bookings first: whoever may send no request more may book nothing either.


@LAWS.law("RK-R02", "RK-R03", "RK-R06")
def a_create_beyond_the_limit_makes_no_booking(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=100)
    most = scene.limit_bookings()
    answers = [scene.book(slot, title="book") for _ in range(most)]
    made = [answer.json["data"]["id"] for answer in answers if answer.is_success]
    refused = [answer for answer in answers if not answer.is_success]
    scene.expect("RK-R02", bool(refused), f"at least one refusal in {most} creates", "none", *answers[-1:])
    for answer in refused:
        _refused_by_the_limit(scene, answer)
    if not scene.world.is_own:
        scene.wait_for(refused[-1])
    listed = [booking["id"] for booking in scene.bookings_of(slot.service_id, "RK-R03")]
    scene.same("RK-R03", listed, sorted(made), "the bookings of the service", *refused[:1])
    left = scene.places_left(slot, rule="RK-R03")
    scene.same("RK-R03", left, slot.places - len(made), "the number of places left", *refused[:1])


@LAWS.law("RK-R02", "RK-R03", "RK-R04", "RK-R06")
def after_the_time_it_was_told_to_wait_a_booking_is_made(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=100)
    most = scene.limit_bookings()
    answers = [scene.book(slot, title="book") for _ in range(most + 1)]
    refused = next((answer for answer in reversed(answers) if answer.status == 429), answers[-1])
    _refused_by_the_limit(scene, refused)
    made = sum(answer.is_success for answer in answers)
    scene.wait_for(refused)
    answer = scene.book(slot, title="book after waiting").ok("RK-R04")
    left = scene.places_left(slot, rule="RK-R03")
    scene.same("RK-R03", left, slot.places - made - 1, "the number of places left", refused, answer)


@LAWS.law("RK-R05", "RK-R06", "RK-A01")
def requests_beyond_the_limit_are_refused(scene: ReserveKitScene) -> None:
    most = scene.limit_requests()
    refused = _exhaust(scene, "RK-R05", most)
    _refused_by_the_limit(scene, refused, "RK-R05")
    for probe in scene.probes():
        answer = probe.send(scene, title=f"{probe.operation.id} beyond the limit")
        # Where time goes by, so may the limit. In a world of one's own it stands still.
        if scene.world.is_own or answer.status == 429:
            _refused_by_the_limit(scene, answer, "RK-R05")
    if scene.world.is_own:  # elsewhere strangers may have a limit of their own
        refuses_nobody(scene, "RK-A01", scene.probes(), 401)
    scene.call("getHealth", title="health, which counts against no limit").ok("RK-H07", 200)
    if not scene.world.is_own:
        scene.wait_for(refused)


@LAWS.law("RK-R02")
def of_two_limits_the_tighter_one_is_told(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=100)
    scene.limit_requests()
    most = remaining = scene.limit_bookings()
    for _ in range(most):
        answer = scene.book(slot, title="book")
        if answer.status == 429:
            if scene.world.is_own:
                scene.same("RK-R02", remaining, 0, "X-RateLimit-Remaining before the refusal", *scene.answers[-2:])
            _refused_by_the_limit(scene, answer)
            scene.wait_for(answer)
            return
        _, remaining = _told(scene, answer, "RK-R02")
    scene.expect("RK-R02", False, f"a refusal within {most} creates", f"{remaining} left", answer)


@LAWS.law("RK-R04")
def after_the_time_it_was_told_to_wait_a_request_is_admitted(scene: ReserveKitScene) -> None:
    most = scene.limit_requests()
    refused = _exhaust(scene, "RK-R05", most)
    scene.wait_for(refused)
    answer = scene.call("listServices", title="list services after waiting")
    scene.expect("RK-R04", answer.status != 429, "no 429 after Retry-After", answer.exchange.came(), refused, answer)


@LAWS.law("RK-R07")
def one_tenant_that_has_reached_its_limits_keeps_no_other_from_asking(scene: ReserveKitScene) -> None:
    mine, theirs = scene.slot(places=100), scene.slot(by=OTHER)

    def book(most: int) -> Answer:
        for _ in range(most):
            if (answer := scene.book(mine, title="book")).status == 429:
                return answer
        scene.expect("RK-R02", False, f"a refusal within {most} creates", "none", answer)
        raise AssertionError

    ways: tuple[tuple[Callable[[], int], Callable[[int], Answer], Callable[[], Answer]], ...] = (
        (scene.limit_bookings, book, lambda: scene.book(theirs, by=OTHER, title="book as another tenant")),
        (
            scene.limit_requests,
            partial(_exhaust, scene, "RK-R05"),
            lambda: scene.call("listServices", by=OTHER, title="list services as another tenant"),
        ),
    )
    for limit, reach, ask in ways:
        most = limit()
        refused, answer = reach(most), ask()
        if answer.status == 429 and not scene.world.is_own:  # others may be asking as that tenant: twice is no chance
            scene.wait_for(refused)
            refused, answer = reach(most), ask()
        answer.ok("RK-R07")
        scene.wait_for(refused)


def _exhaust(scene: ReserveKitScene, rule: str, most: int) -> Answer:
    """Ask until the limit is reached; answers the refusal."""
    limit = remaining = most
    for asked in range(most):
        answer = scene.call("listServices", title="list services")
        if answer.status == 429:
            if scene.world.is_own:
                scene.same(rule, remaining, 0, "X-RateLimit-Remaining before the refusal", *scene.answers[-2:])
                scene.same(rule, asked, limit, "how many were admitted, which is X-RateLimit-Limit", answer)
            return answer
        limit, remaining = _told(scene, answer, rule)
    scene.expect(rule, False, f"a refusal within {most} requests", f"{remaining} of {limit} left", answer)
    raise AssertionError


def _refused_by_the_limit(scene: ReserveKitScene, answer: Answer, rule: str = "RK-R02") -> None:
    answer.refused(rule, *_LIMITED)
    after = answer.headers.get("retry-after", "")
    scene.expect("RK-R06", after.isdigit() and int(after) >= 1, "a Retry-After of at least 1", repr(after), answer)
    scene.same("RK-R06", _told(scene, answer, "RK-R06")[1], 0, "X-RateLimit-Remaining", answer)
