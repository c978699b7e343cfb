"""Customers: who is the same, and the record that each booking has of one."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from contract_tests.apis.reservekit.laws.pasts import pasts
from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.laws.law import Laws

__all__ = ["LAWS"]

LAWS = Laws("customers")

_DUPLICATE = (400, "duplicate booking")
_MINUTE = timedelta(minutes=1)
_ALPHABETS = ("doe", "müller-åström", "παπα", "иванов")
"""Each of their letters has one upper and one lower case."""


@LAWS.law("RK-B07", "RK-B06", "RK-B25")
def a_customer_is_in_a_slot_once_on_a_date(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=3)
    booked = []
    for booking, _ in pasts(scene, slot):
        day, email = booking["date"], booking["customer"]["email"]
        scene.book(slot, day, customer_email=email, title="book again").refused("RK-B07", *_DUPLICATE)
        others: dict[str, Any] = {"customer_name": "Somebody Else", "customer_phone": scene.phone()}
        answer = scene.book(slot, day, customer_email=email, **others).refused("RK-B25", *_DUPLICATE)
        left = scene.places_left(slot, day, "RK-B07")
        scene.same("RK-B07", left, 2, "the number of places left after the refusals", answer)
        booked.append(booking["id"])
    listed = [each["id"] for each in scene.bookings_of(slot.service_id)]
    scene.same("RK-B06", listed, sorted(booked), "the bookings after the refusals")


@LAWS.law("RK-B08")
def upper_and_lower_case_do_not_make_another_customer(scene: ReserveKitScene) -> None:
    for by in scene.tenants():
        slot = scene.slot(places=20, by=by)
        for letters in _ALPHABETS:
            name = f"{scene.word()}.{letters}"
            scene.booked(slot, customer_email=f"{name}@{letters}.example.com", by=by)
            for email in (
                f"{name}@{letters}.Example.com",
                f"{name.title()}@{letters}.example.com",
                f"{name}@{letters}.example.com".upper(),
            ):
                answer = scene.book(slot, customer_email=email, by=by, title=f"book as {email}")
                answer.refused("RK-B08", *_DUPLICATE)
        scene.book(slot, customer_email=f"{name}@example.org", by=by, title="book from elsewhere").ok("RK-B08")


@LAWS.law("RK-B09")
def the_phone_tells_customers_apart_where_there_is_no_email(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    phone = scene.phone()
    scene.booked(slot, customer_email=scene.email(), customer_phone=phone)
    scene.book(slot, customer_email=scene.email(), customer_phone=phone, title="book, another e-mail").ok("RK-B09")
    scene.book(slot, customer_phone=phone, title="book, no e-mail").ok("RK-B09")
    scene.book(slot, customer_phone=phone, title="book again, no e-mail").refused("RK-B09", *_DUPLICATE)
    scene.book(slot, customer_phone=scene.phone(), title="book, another phone").ok("RK-B09")


@LAWS.law("RK-B10")
def bookings_of_nobody_known_are_never_duplicates(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for fields in ({"customer_name": "Jane Doe"}, {"customer_name": "Jane Doe"}, {"customer_name": None}) * 2:
        scene.book(slot, **fields, title="book with neither e-mail nor phone").ok("RK-B10")
    scene.same("RK-B10", scene.places_left(slot), 2, "the number of places left")


@LAWS.law("RK-B11")
def a_customer_may_book_another_date_and_another_slot(scene: ReserveKitScene) -> None:
    one, two = scene.service(8, 8)
    elsewhere = scene.slot()
    email = scene.email()
    scene.booked(one, customer_email=email)
    scene.book(one, scene.day(7), customer_email=email, title="book another date").ok("RK-B11")
    scene.book(two, customer_email=email, title="book another slot").ok("RK-B11")
    scene.book(elsewhere, customer_email=email, title="book another service").ok("RK-B11")


@LAWS.law("RK-B15")
def a_cancelled_booking_is_no_duplicate(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    email = scene.email()
    scene.cancelled(slot, customer_email=email)
    scene.book(slot, customer_email=email, title="book after the cancel").ok("RK-B15")
    scene.book(slot, customer_email=email, title="book once more").refused("RK-B07", *_DUPLICATE)


@LAWS.law("RK-C01")
def the_customer_is_the_one_that_the_booking_embeds(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for booking in (
        scene.booked(slot, customer_name="Jane Doe", customer_email=scene.email(), customer_phone=scene.phone()),
        scene.confirmed(slot),
        scene.cancelled(slot),
    ):
        customer = scene.customer(booking).ok("RK-C01", 200).json["data"]
        scene.same("RK-C01", customer, booking["customer"], "the customer read alone")
        scene.same("RK-C01", scene.seen("RK-C01", booking)["customer"], customer, "the customer in the booking")


@LAWS.law("RK-C02")
def a_booking_of_nobody_known_has_a_customer_of_nulls(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    answer = scene.call("createBooking", {"date": scene.day(), "time_slot_id": slot.id}, title="book, saying nothing")
    booking = answer.ok("RK-C02").json["data"]
    customer = scene.customer(booking).ok("RK-C02", 200).json["data"]
    for found in (booking["customer"], customer):
        known = {name: found[name] for name in ("name", "email", "phone")}
        scene.same("RK-C02", known, dict.fromkeys(known), "what is known of the customer", answer)
        scene.expect("RK-C02", isinstance(found["id"], int) and found["id"] > 0, "an id", found["id"], answer)


@LAWS.law("RK-C03")
def each_booking_has_a_customer_of_its_own(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    email = scene.email()
    one = scene.booked(slot, customer_email=email, customer_name="Jane Doe")
    two = scene.booked(slot, scene.day(1), rule="RK-B11", customer_email=email, customer_name="Jane Doe")
    scene.expect("RK-C03", one["customer"]["id"] != two["customer"]["id"], "two ids", one["customer"]["id"])
    scene.change_customer(one, name="Jane Roe", email=scene.email()).ok("RK-C05", 200)
    scene.stays("RK-C03", two)
    scene.same("RK-C03", scene.customer(two).ok("RK-C01").json["data"], two["customer"], "the other customer")


@LAWS.law("RK-C04")
def a_change_of_the_booking_leaves_its_customer(scene: ReserveKitScene) -> None:
    booking = scene.booked(scene.slot(), customer_name="Jane Doe", customer_email=scene.email())
    for fields in (
        {"message": "changed"},
        {"date": scene.day(1)},
        {"status": "confirmed"},
        {"status": "cancelled", "cancel_reason": "ill"},
    ):
        scene.pass_time(_MINUTE)
        after = scene.changed("RK-L11", booking, **fields)
        scene.same("RK-C04", after["customer"], booking["customer"], "the customer in the answer")
        scene.same("RK-C04", scene.seen("RK-C04", booking)["customer"], booking["customer"], "the customer read then")


@LAWS.law("RK-C05", "RK-C06")
def a_change_of_the_customer_replaces_what_is_sent(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    whole = {"name": "Jo Roe", "email": scene.email(), "phone": scene.phone()}
    for make in (scene.booked, scene.confirmed, scene.cancelled):
        booking = make(slot, customer_name="Jane Doe", customer_email=scene.email(), customer_phone=scene.phone())
        one_by_one = [{name: value} for name, value in whole.items()] if make == scene.booked else []
        for fields in (*one_by_one, {**whole, "name": "Jim Roe", "email": scene.email()}):
            scene.pass_time(_MINUTE)
            since = scene.at()
            answer = scene.change_customer(booking, **fields)
            customer = answer.ok("RK-C05", 200).json["data"]
            wanted = {**booking["customer"], **fields, "updated_at": customer["updated_at"]}
            scene.same("RK-C05", customer, wanted, "the customer", answer)
            scene.is_now("RK-C05", customer["updated_at"], since, "updated_at")
            now = scene.seen("RK-C05", booking)
            scene.same("RK-C05", now["customer"], customer, "the customer in the booking", answer)
            alone = scene.customer(booking).ok("RK-C05", 200).json["data"]
            scene.same("RK-C05", alone, customer, "the customer read alone", answer)
            scene.same("RK-C06", {**now, "customer": 0}, {**booking, "customer": 0}, "the booking's own fields", answer)
            booking = now
    scene.same("RK-C06", scene.places_left(slot, rule="RK-C06"), slot.places - 2, "the number of places left")


@LAWS.law("RK-C07")
def an_empty_change_of_the_customer_changes_nothing(scene: ReserveKitScene) -> None:
    booking = scene.booked(scene.slot(), customer_name="Jane Doe")
    scene.pass_time(_MINUTE)
    answer = scene.change_customer(booking)
    scene.same("RK-C07", answer.ok("RK-C07", 200).json["data"], booking["customer"], "the customer", answer)
    scene.stays("RK-C07", booking)


@LAWS.law("RK-C08", "RK-C11", "RK-V10")
def a_customer_is_not_given_what_has_the_wrong_form(scene: ReserveKitScene) -> None:
    booking = scene.booked(
        scene.slot(), customer_name="Jane Doe", customer_email=scene.email(), customer_phone=scene.phone()
    )
    wrong: tuple[dict[str, Any], ...] = (
        {"email": "jane@example"},
        {"email": "jane doe@example.com"},
        {"email": ""},
        {"phone": "12025550185"},
        {"phone": "+0202555018"},
        {"phone": "+1"},
        {"phone": "+1234567890123456"},
        {"name": None},
        {"email": None},
        {"phone": None},
        {"name": "Jane Roe", "email": "jane"},
        {"name": "Jane Roe", "phone": None},
    )
    for fields in wrong:
        answer = scene.change_customer(booking, **fields)
        if None in fields.values():
            answer.refused("RK-C11", 400)
            scene.stays("RK-C11", booking)
        else:
            scene.refused_input("RK-C08", answer)
            scene.stays("RK-C08", booking)


@LAWS.law("RK-C09")
def a_customer_may_be_given_the_email_of_another(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    email = scene.email()
    one = scene.booked(slot, customer_email=email)
    two = scene.booked(slot)
    customer = scene.change_customer(two, email=email).ok("RK-C09", 200).json["data"]
    scene.same("RK-C09", customer["email"], email, "the e-mail")
    scene.same("RK-C09", scene.seen("RK-C09", two)["customer"]["email"], email, "the e-mail in the booking")
    scene.stays("RK-C09", one)


@LAWS.law("RK-C10")
def later_creates_and_moves_are_compared_with_the_changed_customer(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=20)
    emails, phones = [scene.email() for _ in range(3)], [scene.phone() for _ in range(3)]
    # As they follow one another on one booking: what it was first counts no more than what it was last.
    lives: tuple[tuple[dict[str, str], ...], ...] = (
        ({"email": emails[0]}, {"email": emails[1]}, {"email": emails[2]}, {"email": emails[0]}),
        ({"phone": phones[0]}, {"phone": phones[1]}, {"phone": phones[2]}, {"phone": phones[0]}),
        ({"name": "Nobody"}, {"phone": phones[0]}, {"email": emails[0]}, {"email": emails[1], "phone": phones[1]}),
    )
    for number, life in enumerate(lives):
        day = scene.day(7 * number)
        booking = scene.booked(slot, day, **_to_book(life[0]))
        for before, after in pairwise(life):
            scene.change_customer(booking, **after).ok("RK-C05", 200)
            again = scene.book(slot, day, **_to_book(after), title="book for whom it is now")
            again.refused("RK-C10", *_DUPLICATE)
            freed = scene.book(slot, day, **_to_book(before), title="book for whom it was")
            scene.delete(freed.ok("RK-C10").json["data"]).ok("RK-D01", 200)
        elsewhere = scene.booked(slot, scene.day(7 * number + 1), **_to_book(after))
        scene.change(elsewhere, date=day).refused("RK-C10", *_DUPLICATE)


def _to_book(known: dict[str, str]) -> dict[str, Any]:
    return {f"customer_{name}": value for name, value in known.items()}
