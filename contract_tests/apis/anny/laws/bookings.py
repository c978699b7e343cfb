"""Reading bookings: what a list holds, what its filters leave, and who sees what of one."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from contract_tests.apis.anny.scene import (
    ADMIN,
    BODIES,
    PARTICIPANT,
    AnnyScene,
    Json,
    Slot,
    bookings_in,
    moment,
    order_id,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("bookings")

_SECOND = timedelta(seconds=1)
_STATUSES = {"reserved", "requested", "accepted", "invited", "rejected", "canceled", "expired"}


def _of_these(scene: AnnyScene, rule: str, made: list[str], wanted: list[str], what: str, **filters: Any) -> None:
    """Of the bookings *made* the list has to hold those *wanted*, in whatever order."""
    by = filters.pop("by", "main")
    found = [each["id"] for each in scene.listed(rule, by=by, until=wanted, **filters) if each["id"] in made]
    scene.same(rule, sorted(found), sorted(wanted), what)


@LAWS.law("AN-B01", "AN-B02", "AN-S01")
def a_list_holds_all_bookings_and_a_filter_those_in_a_status(scene: AnnyScene) -> None:
    before = [each["id"] for each in scene.listed("AN-B01")]
    slot = scene.slot()
    by_status = {
        "accepted": scene.booked(slot)["id"],
        "canceled": scene.canceled(slot.later(minutes=120))["id"],
        "reserved": bookings_in(scene.held(slot.later(minutes=240)))[-1],
        "requested": scene.requested(scene.slot("approval", "other_room"))["id"],
    }
    if scene.has(ADMIN):
        later = scene.slot("approval", "other_room").later(minutes=180)
        by_status["rejected"] = scene.rejected(later)["id"]
    made = list(by_status.values())
    now = {each["id"]: each["attributes"]["status"] for each in scene.listed("AN-B01", until=made)}
    if not scene.world.is_own:  # where others come, and what they hold goes
        before = [each for each in before if each in now]
    held = [each for each in now if scene.world.is_own or each in {*before, *made}]
    scene.same("AN-B01", sorted(held), sorted([*before, *made]), "what the list holds")
    scene.same(
        "AN-S01",
        {name: now[each] for name, each in by_status.items()},
        {name: name for name in by_status},
        "the statuses",
    )
    scene.same("AN-S01", sorted(set(now.values()) - _STATUSES), [], "what is no status")
    for status, number in by_status.items():
        _of_these(scene, "AN-B02", made, [number], f"what is {status} of them", status=status)
    both = [by_status["accepted"], by_status["canceled"]]
    _of_these(scene, "AN-B02", made, both, "what is accepted or canceled of them", status="accepted,canceled")
    _of_these(scene, "AN-B02", made, [], "what is expired of them", status="expired")
    scene.unless_others_do(partial(_each_in_its_status, scene, now))


def _each_in_its_status(scene: AnnyScene, now: dict[str, str]) -> None:
    for status in sorted({*now.values()}):
        wanted = sorted(each for each in now if now[each] == status)
        listed = (each["id"] for each in scene.listed("AN-B02", status=status, until=wanted))
        found = sorted(each for each in listed if scene.world.is_own or each in now)
        scene.same("AN-B02", found, wanted, f"all that is {status}")


@LAWS.law("AN-B03")
def what_has_ended_is_not_upcoming(scene: AnnyScene) -> None:
    slot = scene.slot(where="other_room")
    first, second = scene.booked(slot)["id"], scene.booked(slot.later(minutes=180))["id"]
    made = [first, second]
    for at, wanted in ((slot.starts_at, made), (slot.ends_at - _SECOND, made), (slot.ends_at, [second])):
        scene.go_to(at)
        _of_these(scene, "AN-B03", made, wanted, f"what is upcoming at {at}", upcoming_only="true")
    for flag in ("true", "1"):
        _of_these(scene, "AN-B03", made, [second], f"what is upcoming with {flag}", upcoming_only=flag)
    for flag in ("false", "0"):
        _of_these(scene, "AN-B03", made, made, f"what is listed with {flag}", upcoming_only=flag)


@LAWS.law("AN-B04", "AN-B05")
def filters_leave_bookings_of_resources_and_of_a_time(scene: AnnyScene) -> None:
    slot, elsewhere, desk = scene.slot(), scene.slot(where="other_room"), scene.slot(where="desk")
    one, two, three = (scene.booked(each) for each in (slot, elsewhere, desk))
    made = [each["id"] for each in (one, two, three)]
    ids = [slot.resource_id, elsewhere.resource_id, desk.resource_id]
    for number, resource in enumerate(ids):
        _of_these(scene, "AN-B04", made, [made[number]], "what is of one resource", resources=[resource])
    _of_these(scene, "AN-B04", made, made[:2], "what is of two resources", resources=ids[:2])
    _of_these(scene, "AN-B04", made, [made[0], made[2]], "what is of two resources", resources=[ids[2], ids[0]])

    mine, hour = [one["id"]], timedelta(hours=1)
    for start, end, is_there in (
        (slot.starts_at, slot.ends_at, True),
        (slot.starts_at - hour, slot.starts_at, False),
        (slot.starts_at - hour, slot.starts_at + _SECOND, True),
        (slot.ends_at, slot.ends_at + hour, False),
        (slot.ends_at - _SECOND, slot.ends_at + hour, True),
        (slot.starts_at + hour / 4, slot.ends_at - hour / 4, True),
        (slot.ends_at, None, False),
        (slot.ends_at - _SECOND, None, True),
        (None, slot.starts_at, False),
        (None, slot.starts_at + _SECOND, True),
    ):
        span = {name: each.isoformat() for name, each in (("start_date", start), ("end_date", end)) if each}
        _of_these(scene, "AN-B05", mine, mine if is_there else [], f"what is between {start} and {end}", **span)


@LAWS.law("AN-B06", "AN-B09")
def a_search_finds_numbers_and_a_filter_addresses(scene: AnnyScene) -> None:
    note, about = scene.word(), scene.word()
    order = scene.submitted(scene.slot(), customer_note=f"by the {note}", description=f"{about} first")
    one, two = scene.seen("AN-C06", bookings_in(order)[-1]), scene.booked(scene.slot(where="other_room"))
    made = [one["id"], two["id"]]
    number = one["attributes"]["number"]
    for part in (number, number.lower(), number[2:], number[-5:], note, note.upper(), about[1:], about.title()):
        _of_these(scene, "AN-B06", made, [one["id"]], f"what {part} finds", search=part)
    prefix = number[:2].lower()
    _of_these(scene, "AN-B06", made, made, f"what {prefix} finds", search=prefix)
    theirs = scene.listed("AN-B09", email=scene.address(OTHER))
    scene.same("AN-B09", [each["id"] for each in theirs], [], "what is of somebody else")
    _of_these(scene, "AN-B09", made, made, "what is one's own", email=scene.address().upper())
    other = scene.booked(scene.slot(where="desk"), by=OTHER)["id"]
    for by, wanted in ((MAIN, made), (OTHER, [other])) if scene.has(ADMIN) else ():
        _of_these(scene, "AN-B09", [*made, other], wanted, f"what is of {by}", by=ADMIN, email=scene.address(by))


@LAWS.law("AN-B07", "AN-B12", "AN-B15")
def who_is_invited_sees_the_booking_as_invited(scene: AnnyScene) -> None:
    booking = scene.invited()
    made = [booking["id"]]
    _of_these(scene, "AN-B07", made, made, "what the list of who is invited holds", by=PARTICIPANT)
    _of_these(scene, "AN-B07", made, made, "what is invited in it", by=PARTICIPANT, status="invited")
    _of_these(scene, "AN-B07", made, [], "what is accepted in it", by=PARTICIPANT, status="accepted")
    (listed,) = (each for each in scene.listed("AN-B07", by=PARTICIPANT, until=made) if each["id"] in made)
    scene.same("AN-B07", listed["attributes"]["status"], "invited", "the status in the list")

    seen, mine = scene.seen("AN-B12", booking, by=PARTICIPANT), scene.seen("AN-B12", booking)
    got = (seen["attributes"]["status"], seen["meta"]["participation_status"])
    scene.same("AN-B12", got, ("invited", "invited"), "status and participation_status of who is invited")
    got = (mine["attributes"]["status"], mine["meta"]["participation_status"])
    scene.same("AN-B12", got, ("accepted", None), "status and participation_status of the customer")

    for _ in range(2):
        seen = scene.seen("AN-B15", booking, by=PARTICIPANT)
        scene.same("AN-B15", seen["attributes"].get("code"), None, "the code that a participant reads")
        scene.expect("AN-B15", bool(mine["attributes"]["code"]), "a code for the customer", mine["attributes"]["code"])
        (listed,) = (each for each in scene.listed("AN-B15", by=PARTICIPANT, until=made) if each["id"] in made)
        scene.same("AN-B15", listed["attributes"].get("code"), None, "the code in a participant's list")
        if seen["attributes"]["status"] == "invited":
            scene.accept(booking).ok("AN-I01", 200)


def _around(slot: Slot) -> Json:
    """Filters that leave the day of a slot."""
    day = timedelta(hours=12)
    return {"start_date": (slot.starts_at - day).isoformat(), "end_date": (slot.starts_at + day).isoformat()}


@LAWS.law("AN-B08")
def a_list_can_be_sorted_both_ways(scene: AnnyScene) -> None:
    slot = scene.slot()
    made = []
    for minutes in (120, 0, 240, 60):
        made.append(scene.booked(slot.later(minutes=minutes))["id"])
        if scene.world.is_own:
            scene.pass_time(_SECOND)
    in_time = [made[number] for number in (1, 3, 0, 2)]
    # A list with a past is long.
    near: Json = {} if scene.world.is_own else {"resources": [slot.resource_id], **_around(slot)}
    orders = [("start_date", in_time), ("-start_date", in_time[::-1])]
    if scene.world.is_own:
        orders += [("created_at", made), ("-created_at", made[::-1])]
    for sort, wanted in orders:
        found = [each["id"] for each in scene.listed("AN-B08", sort=sort, until=made, **near) if each["id"] in made]
        scene.same("AN-B08", found, wanted, f"the bookings by {sort}")


@LAWS.law("AN-B16")
def filters_hold_together(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking, desk, word = scene.booked(slot), scene.resource_id("desk"), scene.word()
    made, start, end = [booking["id"]], slot.starts_at.isoformat(), slot.ends_at.isoformat()
    pairs: dict[str, tuple[Any, Any]] = {
        "resources": ([slot.resource_id], [desk]), "search": (booking["attributes"]["number"], word),
        "status": ("accepted", "canceled"), "start_date": (start, end), "end_date": (end, start),
        "email": (scene.address(), f"{word}@example.com"),
    }  # fmt: skip
    matching = {name: right for name, (right, _) in pairs.items()}
    others = {"hide_blocker": "true", "upcoming_only": "true"}
    _of_these(scene, "AN-B16", made, made, "what all filters leave", **matching, **others)
    for name, (_, wrong) in pairs.items():
        _of_these(scene, "AN-B16", made, [], f"what is left with another {name}", **{**matching, name: wrong}, **others)


@LAWS.law("AN-B19")
def a_list_of_values_may_be_written_in_several_ways(scene: AnnyScene) -> None:
    slot, elsewhere, desk = scene.slot(), scene.slot(where="other_room"), scene.slot(where="desk")
    one, two, _ = scene.booked(slot), scene.canceled(elsewhere), scene.booked(desk)
    for name, values in (
        ("resources", [slot.resource_id, elsewhere.resource_id]),
        ("status", ["accepted", "canceled"]),
    ):
        ways: tuple[Json, ...] = (
            {f"filter[{name}]": ",".join(values)},
            {f"filter[{name}]": values},
            {f"filter[{name}][]": values},
            {f"filter[{name}][0]": values[0], f"filter[{name}][1]": values[1]},
        )
        wanted: list[str] = []
        for way in ways:
            # The newest first: a list with a past does not fit on one page.
            query = {**way, "sort": "-created_at", "page[size]": 250}
            answer = scene.call("listBookings", query=query, title=f"list with {way}")
            found = scene.made_here(each["id"] for each in answer.ok("AN-B19", 200).json["data"])
            wanted = wanted or found
            scene.same("AN-B19", found, wanted, f"what is listed with {way}", answer)
            scene.expect("AN-B19", {one["id"], two["id"]} <= {*found}, "both bookings", found, answer)


@LAWS.law("AN-B20")
def a_time_without_an_offset_is_that_of_the_organisation(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.booked(slot)
    zone = ZoneInfo(scene.resource("room")["timezone"])
    for at, is_there in ((slot.ends_at - _SECOND, True), (slot.ends_at, False)):
        told = at.astimezone(zone).replace(tzinfo=None).isoformat()
        _of_these(
            scene, "AN-B20", [booking["id"]], [booking["id"]] * is_there, f"what ends after {told}", start_date=told
        )
    for at, is_there in ((slot.starts_at + _SECOND, True), (slot.starts_at, False)):
        told = at.astimezone(zone).replace(tzinfo=None).isoformat()
        _of_these(
            scene, "AN-B20", [booking["id"]], [booking["id"]] * is_there, f"what begins before {told}", end_date=told
        )


@LAWS.law("AN-D19")
def lists_can_be_sorted_both_ways(scene: AnnyScene) -> None:
    for each in (scene.slot("paid"), scene.slot("paid", "other_room")):
        scene.paid(each)
    area: Json = {"resourceId": scene.profile.find("inventory.resources.area", scene.resource_id("room"))}
    for operation, name, asked, searched in (
        ("listOrders", "created_at", {}, "number"),
        ("listInvoices", "created_at", {}, "formatted_number"),
        ("listCustomers", "created_at", {}, "email"),
        ("listResources", "name", {}, "name"),
        ("listResourceChildren", "name", area, None),
        ("listServices", "name", {}, "name"),
    ):
        for sort in (name, f"-{name}"):
            lists = [scene.every("AN-D19", operation, sort=sort, until=(), **asked)]
            if searched is not None:
                query: Json = {"filter[search]": _letter_of([each["attributes"][searched] for each in lists[0]])}
                lists.append(scene.every("AN-D19", operation, sort=sort, until=(), **query))
            for things in lists:
                keys = [thing["attributes"][name] for thing in things]
                wanted = sorted(keys, reverse=sort.startswith("-"))
                scene.same("AN-D19", keys, wanted, f"{name} of {operation} by {sort}")


def _letter_of(texts: Sequence[str]) -> str:
    """The one that most of them have."""
    letters = Counter(letter for text in texts for letter in {*text.casefold()} if letter.isalnum())
    return letters.most_common(1)[0][0] if letters else "a"


@LAWS.law("AN-Q11")
def orders_invoices_and_customers_can_be_searched(scene: AnnyScene) -> None:
    booking = scene.paid()
    order = scene.order("AN-Q11", booking)
    invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", booking), "an invoice")
    customer = scene.read(booking, include="customer").ok("AN-B11", 200).json["included"][0]
    for operation, thing, text in (
        ("listOrders", order, order["attributes"]["number"]),
        ("listInvoices", invoice, invoice["attributes"]["formatted_number"]),
        ("listCustomers", customer, customer["attributes"]["full_name"]),
        ("listCustomers", customer, customer["attributes"]["email"]),
    ):
        for part in (text, text.lower(), text[1:-1].upper()):
            query: Json = {"filter[search]": part}
            found = [each["id"] for each in scene.every("AN-Q11", operation, until=[thing["id"]], **query)]
            scene.expect("AN-Q11", thing["id"] in found, f"what {part} finds in {operation}", found)
        nothing: Json = {"filter[search]": f"{text}{scene.word()}"}
        scene.same("AN-Q11", scene.every("AN-Q11", operation, **nothing), [], f"what nothing finds in {operation}")


@LAWS.law("AN-D15")
def lists_have_the_order_that_is_promised(scene: AnnyScene) -> None:
    slot, later = scene.slot("paid"), scene.slot("paid", "other_room")
    made = [scene.paid(each) for each in (later, slot.later(minutes=120), slot)]
    invoices = [scene.only("AN-Q06", scene.invoices("AN-Q06", each), "an invoice")["id"] for each in made]
    for operation, newest in (("listOrders", [order_id(each) for each in made]), ("listInvoices", invoices)):
        for by in (MAIN, ADMIN) if scene.has(ADMIN) else (MAIN,):
            found = scene.every("AN-D15", operation, by=by, sort=None, until=newest)
            ids = [each["id"] for each in found if each["id"] in newest]
            scene.same("AN-D15", ids, newest[::-1], f"what was just made in {operation}, the newest first")
            made_at = [each["attributes"]["created_at"] for each in found]
            scene.same("AN-D15", made_at, sorted(made_at, reverse=True), f"created_at in {operation}")
    for _ in range(2 if scene.has(ADMIN) else 0):
        scene.call("createWebhookSubscription", BODIES["createWebhookSubscription"], by=ADMIN).ok("AN-W01", 201)
    for by, operation, names in (
        (MAIN, "listBookings", ("start_date", "id")),
        (MAIN, "listResources", ("name",)),
        (MAIN, "listServices", ("name",)),
        (ADMIN, "listWebhookSubscriptions", ("created_at",)),
    ):
        things = scene.every("AN-D15", operation, by=by, sort=None, until=()) if scene.has(by) else []
        keys = [
            [int(each["id"]) if of == "id" else each["attributes"][of].casefold() for of in names] for each in things
        ]
        scene.same("AN-D15", keys, sorted(keys), f"{names} of {operation}, in order")


@LAWS.law("AN-B10")
def blockers_can_be_left_out(scene: AnnyScene) -> None:
    blocker = scene.given("blocker")
    booking = scene.booked()["id"]
    both = [blocker, booking]
    _of_these(scene, "AN-B10", both, both, "what the organisation's list holds", by=ADMIN)
    _of_these(scene, "AN-B10", both, [booking], "what it holds without blockers", by=ADMIN, hide_blocker="true")


@LAWS.law("AN-B11")
def a_booking_is_read_as_it_is_listed(scene: AnnyScene) -> None:
    order = scene.submitted(scene.slot("paid"), booking_add_ons=scene.choice(1, 0), customer_note="by the window")
    (number,) = bookings_in(order)
    scene.invite(number, {"email": f"{scene.word()}@example.com"}).ok("AN-G01", 200)
    (listed,) = (each for each in scene.listed("AN-B11", until=[number]) if each["id"] == number)
    scene.same("AN-B11", scene.seen("AN-B11", number), listed, "the booking read by its id")


def _flags(booking: Json) -> tuple[bool, bool]:
    return booking["attributes"]["can_edit"], booking["attributes"]["is_editable"]


@LAWS.law("AN-B13")
def who_can_edit_and_what_can_be_edited_is_told(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking = scene.joined(scene.booked(slot), can_edit=True)
    scene.same("AN-B13", _flags(scene.seen("AN-B13", booking)), (True, True), "can_edit and is_editable")
    got = _flags(scene.seen("AN-B13", booking, by=PARTICIPANT))
    scene.same("AN-B13", got, (False, True), "can_edit and is_editable of a participant who may edit their own data")
    plain = scene.joined(scene.booked(scene.slot(where="other_room")), can_edit=False)
    got = _flags(scene.seen("AN-B13", plain, by=PARTICIPANT))
    scene.same("AN-B13", got, (False, True), "can_edit and is_editable of a participant who may not")
    scene.cancel(booking).ok("AN-X01", 200)
    scene.same("AN-B13", scene.seen("AN-B13", booking)["attributes"]["is_editable"], False, "is_editable when canceled")
    requested = scene.requested(scene.slot("approval", "room").later(minutes=180))
    scene.same("AN-B13", requested["attributes"]["is_editable"], False, "is_editable of what is requested")


@LAWS.law("AN-B13")
def what_is_over_is_not_editable(scene: AnnyScene) -> None:
    booking = scene.paid(scene.slot("paid", "other_room"))
    invoice = scene.only("AN-Q06", scene.invoices("AN-Q06", booking), "an invoice")["id"]
    starts_at, order, number = moment(booking["attributes"]["start_date"]), order_id(booking), booking["id"]
    asked: tuple[tuple[str, Json], ...] = (
        ("getBooking", {"bookingId": number}),
        ("getBookingByNumber", {"number": booking["attributes"]["number"]}),
        ("listBookings", {"filter[search]": booking["attributes"]["number"]}),
        ("getOrder", {"orderId": order, "include": "bookings"}),
        ("listOrders", {"include": "bookings"}),
        ("getInvoice", {"invoiceId": invoice, "include": "order.bookings"}),
        ("listInvoices", {"include": "order.bookings"}),
    )
    for at, is_editable in ((starts_at - _SECOND, True), (starts_at, False)):
        scene.go_to(at)
        for operation, given in asked:
            answer = scene.call(operation, title=f"{operation} at {at}", **given).ok("AN-B13", 200)
            data = answer.json["data"]
            things = [*(data if isinstance(data, list) else [data]), *answer.json.get("included", [])]
            got = [
                each["attributes"]["is_editable"]
                for each in things
                if (each["type"], each["id"]) == ("bookings", number)
            ]
            scene.same("AN-B13", got, [is_editable], f"is_editable at {at}", answer)
        answer = scene.move(booking, end_date=booking["attributes"]["end_date"])
        scene.same("AN-B13", answer.is_success, is_editable, "whether it can be edited", answer)


@LAWS.law("AN-B14")
def a_booking_blocks_its_padding_too(scene: AnnyScene) -> None:
    for kind, where in (("strict", "other_room"), ("instant", "room")):
        service = scene.service(kind)
        slot = scene.slot(kind, where)
        (number,) = bookings_in(scene.submitted(slot))
        booking = scene.seen("AN-B14", number)["attributes"]
        got = (moment(booking["blocker_start_date"]), moment(booking["blocker_end_date"]))
        before, after = (timedelta(minutes=service[name]) for name in ("padding_before", "padding_after"))
        scene.same("AN-B14", got, (slot.starts_at - before, slot.ends_at + after), "what the booking blocks")
