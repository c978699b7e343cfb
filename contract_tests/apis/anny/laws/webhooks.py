"""Webhooks: subscriptions, and what is posted to whom."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from contract_tests.apis.anny.laws.forms import form_answers, form_fields, personalize
from contract_tests.apis.anny.looking import linked, refused_at
from contract_tests.apis.anny.scene import ADMIN, NOBODY, PARTICIPANT, UNKNOWN, AnnyScene, Json, bookings_in, moment
from contract_tests.laws.law import Laws
from contract_tests.laws.receiving import Post, Receiver
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("webhooks")

_INVALID = (422, "validation_error")
_CREATED, _UPDATED, _DELETED = "bookings.created", "bookings.updated", "bookings.deleted"
_NOWHERE = "http://127.0.0.1:9/hook"
_MADE = 201
_ATTEMPTS = 4
_FAILURES = 5
_TRIES = 20
_A_MOMENT_SECONDS = 0.15
"""For what should not come, after something else that was sent later has."""


def _subscribe(scene: AnnyScene, url: str = _NOWHERE, *events: str, **attributes: Any) -> Answer:
    shown = {"name": "contract tests", "url": url, "events": list(events or (_CREATED,)), **attributes}
    body = {"data": {"type": "webhook-subscriptions", "attributes": shown}}
    return scene.call("createWebhookSubscription", body, by=ADMIN, title="subscribe")


def _subscribed(scene: AnnyScene, url: str = _NOWHERE, *events: str, **attributes: Any) -> Json:
    found: Json = _subscribe(scene, url, *events, **attributes).ok("AN-W01", 201).json["data"]
    return found


def _change(scene: AnnyScene, subscription: Json, *, id_: str | None = None, **attributes: Any) -> Answer:
    number = subscription["id"]
    body = {"data": {"type": "webhook-subscriptions", "id": id_ or number, "attributes": attributes}}
    return scene.call("updateWebhookSubscription", body, subscriptionId=number, by=ADMIN, title="change it")


def _read(scene: AnnyScene, subscription: Json) -> Answer:
    return scene.call("getWebhookSubscription", subscriptionId=subscription["id"], by=ADMIN, title="read it")


def _seen(scene: AnnyScene, rule: str, subscription: Json) -> Json:
    found: Json = _read(scene, subscription).ok(rule, 200).json["data"]
    return found


# Subscriptions


@LAWS.law("AN-W01")
def who_subscribes_gets_a_key(scene: AnnyScene) -> None:
    answer = _subscribe(scene).ok("AN-W01", 201)
    made = answer.json["data"]
    key = made["attributes"]["signing_key"]
    scene.expect("AN-W01", isinstance(key, str) and len(key) == 64, "a signing_key of 64 characters", key, answer)
    listed = {each["id"]: each for each in scene.every("AN-W01", "listWebhookSubscriptions", by=ADMIN)}
    scene.same("AN-W01", listed.get(made["id"]), made, "the subscription in the list")
    scene.same("AN-W01", _seen(scene, "AN-W01", made), made, "the subscription read by its id")


@LAWS.law("AN-W02")
def what_is_no_header_is_refused(scene: AnnyScene) -> None:
    before = {each["id"] for each in scene.every("AN-W01", "listWebhookSubscriptions", by=ADMIN)}
    for name in ("X Test", "X:Test", "", "X-Tést", "(X)", "X-Test\n"):
        _subscribe(scene, custom_headers={"X-Fine": "1", name: "1"}).refused("AN-W02", *_INVALID)
    after = {each["id"] for each in scene.every("AN-W02", "listWebhookSubscriptions", by=ADMIN)}
    scene.same("AN-W02", after, before, "the subscriptions afterwards")
    made = _subscribe(scene, custom_headers={"X-Test": "1"}).ok("AN-W02", 201).json["data"]
    _change(scene, made, custom_headers={"X Test": "1"}).refused("AN-W02", *_INVALID)
    scene.same("AN-W02", _seen(scene, "AN-W02", made), made, "the subscription afterwards")


@LAWS.law("AN-W03")
def what_is_no_event_is_refused(scene: AnnyScene) -> None:
    for number, events in (
        (0, ["bookings.nothing"]),
        (1, [_CREATED, "orders.paid"]),
        (2, [_CREATED, _UPDATED, "*"]),
    ):
        answer = _subscribe(scene, _NOWHERE, *events)
        refused_at(scene, "AN-W03", answer, pointer=f"/data/attributes/events/{number}")


@LAWS.law("AN-W04")
def what_a_change_leaves_out_stays(scene: AnnyScene) -> None:
    made = _subscribed(scene, _NOWHERE, _CREATED, _DELETED, custom_headers={"X-Test": "1"}, is_active=False)
    shown = dict(made["attributes"])
    for change in (
        {"name": "another name"},
        {"events": [_UPDATED]},
        {"url": "http://127.0.0.1:9/another"},
        {"is_active": True},
        {"custom_headers": {"X-Other": "2"}},
        {},
    ):
        shown.update(change)
        for after in (_change(scene, made, **change).ok("AN-W04", 200).json["data"], _seen(scene, "AN-W04", made)):
            found = {name: value for name, value in after["attributes"].items() if name != "updated_at"}
            wanted = {name: value for name, value in shown.items() if name != "updated_at"}
            scene.same("AN-W04", found, wanted, f"the subscription after {sorted(change) or 'nothing'} was changed")


@LAWS.law("AN-W05")
def a_change_is_of_the_subscription_of_the_path(scene: AnnyScene) -> None:
    made, another = _subscribed(scene), _subscribed(scene)
    for number in (another["id"], UNKNOWN):
        answer = _change(scene, made, id_=number, name="changed")
        refused_at(scene, "AN-W05", answer, pointer="/data/id")
    for each in (made, another):
        scene.same("AN-W05", _seen(scene, "AN-W05", each), each, "the subscription afterwards")


# Events


def _about(post: Post) -> str:
    """The id of the booking that an event is about."""
    data = post.json.get("data") if isinstance(post.json, dict) else None
    return str(data.get("id")) if isinstance(data, dict) else ""


def _about_one_of(*bookings: Json | str) -> Any:
    ids = {each if isinstance(each, str) else each["id"] for each in bookings}
    return lambda post: _about(post) in ids


@contextmanager
def _told_among_others(scene: AnnyScene, *events: str) -> Iterator[Callable[..., list[Post]]]:
    """As `Receiver.wait`, of one who has subscribed between two others that want the same: they have to be told it, too."""
    with Receiver(scene) as first, Receiver(scene) as receiver, Receiver(scene) as last:
        for each in (first, receiver, last):
            _subscribed(scene, each.url, *events)

        def wait(number: int, wanted: Callable[[Post], bool], *, seconds: float | None = None) -> list[Post]:
            posts = receiver.wait(number, wanted, seconds=seconds)
            told = Counter(map(_told, posts))
            for other in (first, last):
                missing = told - Counter(map(_told, other.wait(len(posts), wanted)))
                scene.same("AN-W07", missing, Counter(), "what another was not told who wants the same")
            return posts

        yield wait


def _told(post: Post) -> tuple[str, str]:
    return str(post.headers.get("x-anny-event")), _about(post)


@LAWS.law("AN-W06")
def who_has_unsubscribed_hears_nothing(scene: AnnyScene) -> None:
    with Receiver(scene) as gone, Receiver(scene) as still:
        made = _subscribed(scene, gone.url)
        _subscribed(scene, still.url)
        first = scene.booked()
        scene.same("AN-W07", len(gone.wait(1, _about_one_of(first))), 1, "how many events came before")
        title = "unsubscribe"
        scene.call("deleteWebhookSubscription", subscriptionId=made["id"], by=ADMIN, title=title).ok("AN-W06", 204)
        _read(scene, made).refused("AN-W06", 404, "not_found")
        again = scene.call("deleteWebhookSubscription", subscriptionId=made["id"], by=ADMIN, title=f"{title} again")
        again.refused("AN-W06", 404, "not_found")
        listed = {each["id"] for each in scene.every("AN-W06", "listWebhookSubscriptions", by=ADMIN)}
        scene.expect("AN-W06", made["id"] not in listed, "it is not listed", sorted(listed))
        second = scene.booked(scene.slot(where="other_room"))
        still.wait(1, _about_one_of(second))
        came = gone.wait(1, _about_one_of(second), seconds=_A_MOMENT_SECONDS)
        scene.same("AN-W06", len(came), 0, "how many events came afterwards")


@LAWS.law("AN-W07", "AN-W13", "AN-W14")
def an_event_is_posted_to_whoever_wants_it(scene: AnnyScene) -> None:
    with Receiver(scene) as one, Receiver(scene) as two, Receiver(scene) as another:
        subscriptions = {
            one: _subscribed(scene, one.url, _CREATED, custom_headers={"X-Test": "contract"}),
            two: _subscribed(scene, two.url, _UPDATED, _CREATED),
        }
        _subscribed(scene, another.url, _DELETED, "bookings.started")
        booking = scene.booked()
        now = scene.now().replace(microsecond=0)
        ids = set()
        for receiver, subscription in subscriptions.items():
            posts = receiver.wait(1, _about_one_of(booking))
            scene.same("AN-W07", len(posts), 1, f"how many events subscription {subscription['id']} got")
            post = posts[0]
            kind = post.headers.get("content-type", "").partition(";")[0]
            scene.same("AN-W07", kind, "application/json", "the content type of the event")
            scene.same("AN-W07", post.headers.get("x-anny-event"), _CREATED, "X-Anny-Event")
            sent_at = post.headers.get("x-anny-timestamp", "")
            scene.same("AN-W13", sent_at, post.json.get("timestamp"), "X-Anny-Timestamp")
            if scene.world.is_own:
                scene.expect("AN-W13", abs(moment(sent_at) - now) < timedelta(minutes=1), f"about {now}", sent_at)
            found = {name: post.json.get(name) for name in ("event", "webhook_id")}
            scene.same("AN-W07", found, {"event": _CREATED, "webhook_id": subscription["id"]}, "what the event says")
            shown = post.json["data"]
            seen = scene.seen("AN-A09", booking, by=ADMIN)
            for name in ("type", "id", "attributes", "meta"):
                scene.same("AN-W13", shown.get(name), seen[name], f"{name} of the booking that it carries")
            ids.add(post.json["event_id"])
        scene.same("AN-W14", len(ids), 1, "how many ids the event has")
        scene.same("AN-W07", one.posts[0].headers.get("x-test"), "contract", "the header of the subscription's own")
        came = another.wait(1, _about_one_of(booking), seconds=_A_MOMENT_SECONDS)
        scene.same("AN-W07", len(came), 0, "how many events came to whom it does not concern")


@LAWS.law("AN-W15")
def an_address_may_have_a_query(scene: AnnyScene) -> None:
    with Receiver(scene) as receiver:
        query = "?token=a1%2Fb&to=room+one"
        made = _subscribed(scene, f"{receiver.url}{query}")
        scene.same("AN-W15", made["attributes"]["url"], f"{receiver.url}{query}", "the address of the subscription")
        posts = receiver.wait(1, _about_one_of(scene.booked()))
        scene.same("AN-W15", [post.path for post in posts], [f"/hook{query}"], "where the event was posted to")


@LAWS.law("AN-W16", "AN-W07")
def what_becomes_of_orders_and_invoices_is_told(scene: AnnyScene) -> None:
    names = ("customers.created", "orders.created", "orders.updated")
    of_invoices = ("invoices.created", "invoices.finalized", "invoices.updated")
    with _told_among_others(scene, *names, *of_invoices) as wait:
        order = scene.submitted(scene.slot("paid"), by=NOBODY)
        invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", order["id"], by=ADMIN), "an invoice")
        customer = scene.order("AN-C20", order, by=ADMIN)["relationships"]["customer"]["data"]
        ours = _about_one_of(order, invoice, customer)
        told = ["customers.created", "invoices.created", "invoices.finalized", "orders.created"]
        found = sorted(post.json["event"] for post in wait(len(told), ours))
        scene.same("AN-W16", found, told, "what is told when an order is submitted")
        scene.pay(order, by=ADMIN).ok("AN-C22", 200)
        told += ["invoices.updated", "orders.updated"]
        posts = wait(len(told), ours)
        scene.same("AN-W16", sorted(post.json["event"] for post in posts), sorted(told), "what is told when it is paid")
        seen = {
            "orders": scene.order("AN-W16", order, by=ADMIN),
            "invoices": scene.invoices("AN-W16", order["id"], by=ADMIN)[0],
        }
        for post in posts[-2:]:
            shown = post.json["data"]
            scene.same(
                "AN-W07", shown["attributes"], seen[shown["type"]]["attributes"], f"the {shown['type']} it carries"
            )


@LAWS.law("AN-W08", "AN-W07")
def what_changes_a_booking_says_so(scene: AnnyScene) -> None:
    with _told_among_others(scene, _UPDATED, _DELETED) as wait:
        slot = scene.slot()
        booking = scene.booked(slot)
        elsewhere = scene.day("approval", "other_room")
        requested, refused = scene.requested(elsewhere[0]), scene.requested(elsewhere[2])
        paid = scene.ordered(elsewhere[4].of(scene.service_id("paid")))
        things = [booking, requested, refused, paid]
        steps: list[tuple[Json, Callable[[], Answer], str]] = [
            (booking, lambda: scene.move(booking, **slot.later(minutes=60).span), "AN-R01"),
            (booking, lambda: scene.invite(booking, {"email": "ada@example.com"}), "AN-G01"),
            (booking, lambda: scene.revert(booking), "AN-E01"),
            (requested, lambda: scene.decide(requested, "accepted"), "AN-S11"),
            (requested, lambda: scene.cancel(requested), "AN-X01"),
            (refused, lambda: scene.decide(refused, "rejected"), "AN-S12"),
            (paid, lambda: scene.choose(paid, *scene.choice(1, 0)), "AN-O01"),
            (paid, lambda: scene.cancel(paid, by=ADMIN), "AN-X12"),
        ]
        if scene.profile.find("inventory.services.form"):
            form = scene.ordered(kind="form")
            things.append(form)
            steps.append((form, lambda: personalize(scene, form, form_answers(form_fields(scene))), "AN-F01"))
            steps.append((form, lambda: scene.cancel(form), "AN-X01"))  # else it might expire meanwhile
        if scene.has(PARTICIPANT):
            people = [{"email": scene.address(PARTICIPANT)}]
            for answering, rule in ((scene.reject, "AN-I08"), (scene.accept, "AN-I01")):
                steps.append((booking, lambda: scene.invite(booking, *people), "AN-G01"))
                steps.append((booking, partial(answering, booking), rule))
        if scene.world.is_own:
            steps.append((booking, lambda: _check_in(scene, booking, slot), "AN-K01"))
        wanted = []
        for thing, step, rule in steps:
            answer = step().ok(rule, 200)
            wanted.append((_UPDATED, thing["id"], answer.json["data"]["attributes"]["status"]))
            posts = wait(len(wanted), _about_one_of(*things))
            found = [(post.json["event"], _about(post), post.json["data"]["attributes"]["status"]) for post in posts]
            scene.same("AN-W08", found, wanted, f"the events up to: {answer.exchange.title}", answer)
        last = wait(len(wanted) + 1, _about_one_of(*things), seconds=_A_MOMENT_SECONDS)
        scene.same("AN-W08", len(last), len(wanted), "how many events there are in the end")


@LAWS.law("AN-W08")
def each_date_of_a_canceled_series_says_so(scene: AnnyScene) -> None:
    if not scene.world.is_own:
        raise NotApplicable("a series can be canceled once only, and others need it")
    with Receiver(scene) as receiver:
        _subscribed(scene, receiver.url, _UPDATED, _DELETED)
        for name in ("recurring_master", "series_master"):
            master = scene.given(name)
            ids = [master, *linked(scene.seen("AN-B11", master), "series_bookings")]
            scene.ours("bookingId", *ids)
            going = [each for each in ids if scene.status("AN-B11", each) in ("accepted", "requested")]
            scene.cancel(master if name == "recurring_master" else going[-1]).ok("AN-X08", 200)
            wanted = sorted((_UPDATED, each, scene.status("AN-X08", each)) for each in going)
            posts = receiver.wait(len(going), _about_one_of(*ids))
            found = [(post.json["event"], _about(post), post.json["data"]["attributes"]["status"]) for post in posts]
            scene.same("AN-W08", sorted(found), wanted, "the events of a series that is canceled")


def _check_in(scene: AnnyScene, booking: Json, slot: Any) -> Answer:
    scene.go_to(slot.starts_at)
    return scene.check_in(booking)


@LAWS.law("AN-W09", "AN-W07")
def a_booking_is_created_when_it_stands(scene: AnnyScene) -> None:
    with _told_among_others(scene, _CREATED) as wait:
        slot = scene.slot(where="other_room")
        draft = scene.held(slot)
        for each in (slot.later(minutes=120).of(scene.service_id("approval")), slot.later(minutes=240)):
            scene.add(each, order=draft).ok("AN-C01", 201)
        held = bookings_in(scene.order("AN-C01", draft))
        slots = scene.day("approval", "room")
        accepted = scene.booked(slots[1].of(scene.service_id("instant")))["id"]
        scene.submit(order=draft).ok("AN-C06", 200)
        requested = scene.requested(slots[4])["id"]
        scene.decide(requested, "accepted").ok("AN-S11", 200)
        last = scene.booked(slots[7].of(scene.service_id("instant")))["id"]
        submitted = {(held[0], "accepted"), (held[1], "requested"), (held[2], "accepted")}
        wanted = [(accepted, "accepted"), submitted, (requested, "requested"), (last, "accepted")]
        posts = wait(len(wanted) + 2, _about_one_of(*held, accepted, requested, last))
        found = [(_about(post), post.json["data"]["attributes"]["status"]) for post in posts]
        together = [*found[:1], {*found[1:4]}, *found[4:]]
        scene.same("AN-W09", together, wanted, "what was created, in order; of one cart in any")
        scene.same("AN-W09", {post.headers.get("x-anny-event") for post in posts}, {_CREATED}, "the events")


@LAWS.law("AN-E05", "AN-W12", "AN-W07")
def what_begins_and_ends_and_who_comes_and_goes_is_told(scene: AnnyScene) -> None:
    events = (f"bookings.{name}" for name in ("started", "ended", "checked-in", "checked-out"))
    with _told_among_others(scene, *events) as wait:
        slot = scene.slot()
        here, elsewhere, canceled = (
            scene.booked(slot.at(scene.resource_id(each))) for each in ("room", "other_room", "desk")
        )
        scene.cancel(canceled).ok("AN-X01", 200)
        ours = [here, elsewhere, canceled]
        wanted: list[tuple[str, str]] = []
        for at, step, told in (
            (slot.starts_at - timedelta(seconds=1), scene.check_in, [("checked-in", here)]),
            (slot.starts_at, None, [("started", here), ("started", elsewhere)]),
            (slot.ends_at - timedelta(seconds=1), scene.check_out, [("checked-out", here)]),
            (slot.ends_at, None, [("ended", here), ("ended", elsewhere)]),
        ):
            scene.go_to(at)
            if step == scene.check_in:
                scene.invite(elsewhere, {"email": f"{scene.word()}@example.com"}).ok("AN-G01", 200)
            if step is not None:
                step(here).ok("AN-K01" if step == scene.check_in else "AN-K06", 200)
            if at == slot.starts_at:
                at_once = scene.book(slot.at(scene.resource_id("desk")), title="book what begins now")
                if at_once.status == _MADE:
                    ours.append(at_once.json["data"])
                    told.append(("started", ours[-1]))
            elif at == slot.ends_at:
                told += [("ended", each) for each in ours[3:]]
            wanted += [(f"bookings.{name}", each["id"]) for name, each in told]
            posts = wait(len(wanted), _about_one_of(*ours))
            found = sorted((post.json["event"], _about(post)) for post in posts)
            scene.same("AN-W12", found, sorted(wanted), f"what was told up to {at}")
            edited = [post.json["event"] for post in posts if post.json["data"]["meta"]["edit_in_progress"]]
            scene.same("AN-E05", edited, [], "events of bookings whose edit is said to go on")
        scene.pass_time(timedelta(days=1))
        came = wait(len(wanted) + 1, _about_one_of(*ours), seconds=_A_MOMENT_SECONDS)
        scene.same("AN-W12", len(came), len(wanted), "how many events there are in the end")


@LAWS.law("AN-W10", "AN-W14")
def what_fails_is_sent_again_and_at_last_no_more(scene: AnnyScene) -> None:
    slots = [slot for number, slot in enumerate(scene.day()) if number % 2 == 0]
    with Receiver(scene, status=500) as receiver:
        made = _subscribed(scene, receiver.url, _CREATED)
        first = scene.booked(slots[0])
        posts = receiver.wait(1, _about_one_of(first))
        for attempt in range(2, _ATTEMPTS + 1):
            posts = _sent_again(scene, receiver, attempt)
            scene.same("AN-W10", len(posts), attempt, "how often the event was sent")
        scene.same("AN-W14", len({post.json["event_id"] for post in posts}), 1, "how many ids it has")
        for _ in range(2):
            scene.pass_time(timedelta(days=1))
            posts = receiver.wait(_ATTEMPTS + 1, seconds=_A_MOMENT_SECONDS)
            scene.same("AN-W10", len(posts), _ATTEMPTS, "how often the event was sent in the end")
        scene.same("AN-W10", _seen(scene, "AN-W10", made)["attributes"]["is_active"], True, "is_active after four")
        second = scene.booked(slots[1])
        posts = receiver.wait(_FAILURES)
        found = [_about(post) for post in posts]
        wanted = [first["id"]] * _ATTEMPTS + [second["id"]]
        scene.same("AN-W10", found, wanted, "what was sent in the end")
        _is_soon_switched_off(scene, made, receiver)
        unheard = scene.booked(slots[2])
        receiver.status = 200
        _change(scene, made, is_active=True).ok("AN-W04", 200)
        heard = scene.booked(slots[3])
        receiver.wait(1, _about_one_of(heard))
        came = receiver.wait(1, _about_one_of(unheard), seconds=0)
        scene.same("AN-W10", len(came), 0, "how many events came while it was switched off")


def _sent_again(scene: AnnyScene, receiver: Receiver, number: int) -> list[Post]:
    """What has come when it should be that many: how long it takes until something is sent again, no rule says."""
    for _ in range(_TRIES):
        scene.pass_time(timedelta(hours=1))
        if len(receiver.wait(number, seconds=_A_MOMENT_SECONDS)) >= number:
            break
    return receiver.wait(number)


def _is_soon_switched_off(scene: AnnyScene, subscription: Json, receiver: Receiver) -> None:
    """The answer of the receiver has to arrive first, so it is looked for a few times."""
    is_active = True
    for number in range(_TRIES):
        is_active = _read(scene, subscription).ok("AN-W10", 200).json["data"]["attributes"]["is_active"]
        if not is_active:
            break
        receiver.wait(_FAILURES + 1, seconds=_A_MOMENT_SECONDS * (number + 1))
    scene.same("AN-W10", is_active, False, "is_active after five failures")


@LAWS.law("AN-W11")
def who_is_switched_off_hears_nothing(scene: AnnyScene) -> None:
    slots = scene.day()
    with Receiver(scene) as receiver:
        made = _subscribed(scene, receiver.url, _CREATED, is_active=False)
        never = [scene.booked(slots[0])]
        _change(scene, made, is_active=True).ok("AN-W04", 200)
        first = scene.booked(slots[2])
        receiver.wait(1, _about_one_of(first))
        _change(scene, made, is_active=False).ok("AN-W04", 200)
        never.append(scene.booked(slots[4]))
        _change(scene, made, is_active=True).ok("AN-W04", 200)
        last = scene.booked(slots[6])
        posts = receiver.wait(2, _about_one_of(first, last))
        scene.same("AN-W11", [_about(post) for post in posts], [first["id"], last["id"]], "what was heard")
        came = receiver.wait(1, _about_one_of(*never), seconds=0)
        scene.same("AN-W11", len(came), 0, "how many events came while it was switched off")
