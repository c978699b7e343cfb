"""The life of a booking: which status follows which, what another date does, and what a change leaves."""

from datetime import timedelta
from itertools import product
from typing import Any

from contract_tests.apis.reservekit.laws.pasts import pasts
from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.laws.law import Laws

__all__ = ["LAWS"]

LAWS = Laws("moves")

_NO_MOVE = (422, "invalid status transition")
_NO_REASON = (400, "cancel_reason is required when status is cancelled")
_FULL = (400, "time slot is full")
_DUPLICATE = (400, "duplicate booking")
_CANCELLED_STAYS = (422, "a cancelled booking cannot be moved")
_MINUTE = timedelta(minutes=1)


# Status


@LAWS.law("RK-L01")
def a_pending_booking_can_be_confirmed(scene: ReserveKitScene) -> None:
    booking = scene.booked(scene.slot())
    after = scene.changed("RK-L01", booking, status="confirmed")
    scene.same("RK-L01", after["status"], "confirmed", "the status in the answer")
    scene.same("RK-L01", scene.seen("RK-L01", booking)["status"], "confirmed", "the status read afterwards")


@LAWS.law("RK-L02", "RK-L03")
def a_booking_can_be_cancelled_with_a_reason_and_keeps_its_message(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    pending = scene.booked(slot, message="by the window")
    confirmed = scene.confirmed(slot, message="near the door")
    for rule, booking in (("RK-L02", pending), ("RK-L03", confirmed)):
        after = scene.changed(rule, booking, status="cancelled", cancel_reason="the dog ate it")
        wanted = {
            **booking,
            "status": "cancelled",
            "cancel_reason": "the dog ate it",
            "updated_at": after["updated_at"],
        }
        scene.same(rule, after, wanted, "the cancelled booking")
        scene.stays(rule, after)


@LAWS.law("RK-L04", "RK-V10")
def a_cancel_without_a_reason_is_refused_and_changes_nothing(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    for booking in (scene.booked(slot), scene.confirmed(slot), scene.cancelled(slot)):
        for more in ({}, {"message": "changed"}):
            scene.refused_input("RK-L04", scene.change(booking, status="cancelled", **more), _NO_REASON[1])
        scene.stays("RK-L04", booking)


@LAWS.law("RK-L05", "RK-L15")
def a_reason_is_there_exactly_while_a_booking_is_cancelled(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    bookings = [scene.booked(slot), scene.confirmed(slot), scene.cancelled(slot)]
    for found in (
        *bookings,
        *(scene.seen("RK-L05", booking) for booking in bookings),
        *scene.bookings_of(slot.service_id),
    ):
        is_cancelled = found["status"] == "cancelled"
        rule = "RK-L05" if is_cancelled else "RK-L15"
        scene.same(rule, "cancel_reason" in found, is_cancelled, f"a reason of a {found['status']} booking")


@LAWS.law("RK-L06")
def a_confirmed_booking_does_not_become_pending_again(scene: ReserveKitScene) -> None:
    booking = scene.confirmed(scene.slot())
    scene.change(booking, status="pending").refused("RK-L06", *_NO_MOVE)
    scene.stays("RK-L06", booking)


@LAWS.law("RK-L07")
def a_cancelled_booking_does_not_come_back(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    booking = scene.cancelled(slot)
    left = scene.places_left(slot)
    for status in ("pending", "confirmed"):
        scene.change(booking, status=status).refused("RK-L07", *_NO_MOVE)
        scene.stays("RK-L07", booking)
    scene.same("RK-L07", scene.places_left(slot), left, "the number of places left, as before")


@LAWS.law("RK-L08", "RK-L09", "RK-L12", "RK-M05")
def what_a_booking_has_already_changes_nothing(scene: ReserveKitScene) -> None:
    slot, gone = scene.service(4, 1)
    of_no_slot = scene.booked(gone, message="before")
    scene.delete_slot(gone.id).ok("RK-D09", 200)
    again = {"status": "cancelled", "cancel_reason": "another reason"}
    for rule, booking, status in (
        ("RK-L08", scene.booked(slot, message="before"), {"status": "pending"}),
        ("RK-L08", scene.confirmed(slot), {"status": "confirmed"}),
        ("RK-L09", scene.cancelled(slot, message="before"), again),
        ("RK-L08", of_no_slot, {"status": "pending"}),
    ):
        same = {name: booking[name] for name in ("date", "message")}
        changes: tuple[tuple[str, dict[str, Any]], ...] = (
            (rule, status),
            ("RK-L12", {}),
            ("RK-L12", {"message": same["message"]}),
            ("RK-M05", {"date": same["date"]}),
            (rule, {**same, **status}),
        )
        for each, fields in changes:
            scene.pass_time(_MINUTE)
            scene.same(each, scene.changed(each, booking, **fields), booking, "the booking in the answer")
            scene.stays(each, booking)


# Fields


@LAWS.law("RK-L10")
def a_refused_change_changes_nothing_of_it(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    booking = scene.confirmed(slot, message="before")
    scene.booked(slot, scene.day(1))
    fine: dict[str, Any] = {"message": "after", "date": scene.day(5)}
    for wrong in (
        {"status": "pending"},
        {"status": "cancelled"},
        {"status": "unheard"},
        {"message": 7},
        {"date": "2031-02-30"},
        {"date": scene.day(1)},
    ):
        answer = scene.change(booking, **{**fine, **wrong})
        scene.expect("RK-L10", not answer.is_success, "a refusal", answer.exchange.came(), answer)
        scene.stays("RK-L10", booking)
    scene.same("RK-L10", scene.places_left(slot), 0, "the number of places left on its date")
    scene.same("RK-L10", scene.places_left(slot, scene.day(5)), 1, "the number of places left on the date asked for")


@LAWS.law("RK-L10")
def of_several_reasons_to_refuse_a_change_the_first_is_told(scene: ReserveKitScene) -> None:
    slot, gone = scene.service(2, 2)
    email = scene.email()
    full = scene.day(1)
    scene.booked(slot, full)
    scene.booked(slot, full, customer_email=email)
    cancelled, confirmed = scene.cancelled(slot), scene.confirmed(slot, rule="RK-B11", customer_email=email)
    of_no_slot = [scene.cancelled(gone), scene.confirmed(gone)]
    scene.delete_slot(gone.id).ok("RK-D09", 200)
    nothing = {"id": scene.nowhere()}
    cases: tuple[tuple[dict[str, Any], dict[str, Any], tuple[Any, ...]], ...] = (
        (nothing, {"message": 7}, (400,)),
        (nothing, {"status": "cancelled"}, (404, "booking not found")),
        (cancelled, {"status": "cancelled", "date": full}, _NO_REASON),
        (confirmed, {"status": "cancelled", "date": full}, _NO_REASON),
        (cancelled, {"status": "confirmed", "date": full}, _NO_MOVE),
        (confirmed, {"status": "pending", "date": full}, _NO_MOVE),
        (of_no_slot[1], {"status": "pending", "date": full}, _NO_MOVE),
        (of_no_slot[0], {"date": full}, _CANCELLED_STAYS),
        (cancelled, {"date": full}, _CANCELLED_STAYS),
        (confirmed, {"date": full}, _FULL),
    )
    for booking, fields, refusal in cases:
        scene.change(booking, **fields).refused("RK-L10", *refusal)
    for booking in (cancelled, confirmed, *of_no_slot):
        scene.stays("RK-L10", booking)


@LAWS.law("RK-L11")
def a_change_moves_updated_at_and_leaves_what_a_booking_is(scene: ReserveKitScene) -> None:
    booking = scene.booked(scene.slot())
    for fields in (
        {"message": "changed"},
        {"date": scene.day(1)},
        {"status": "confirmed"},
        {"status": "cancelled", "cancel_reason": "ill"},
    ):
        scene.pass_time(_MINUTE)
        since = scene.at()
        after = scene.changed("RK-L11", booking, **fields)
        for name in ("id", "created_at", "time_slot_id", "service_id"):
            scene.same("RK-L11", after[name], booking[name], name)
        scene.is_now("RK-L11", after["updated_at"], since, "updated_at")
        scene.stays("RK-L11", after)


@LAWS.law("RK-L13")
def the_message_can_be_replaced_in_every_status(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    messages: tuple[Any, ...] = ("after", None, "again")
    for booking in (scene.booked(slot, message="before"), scene.confirmed(slot), scene.cancelled(slot)):
        for message in messages:
            after = scene.changed("RK-L13", booking, message=message)
            wanted = {**booking, "message": message, "updated_at": after["updated_at"]}
            scene.same("RK-L13", after, wanted, "the booking in the answer")
            scene.stays("RK-L13", after)


@LAWS.law("RK-L14")
def a_reason_without_a_cancel_is_ignored(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    pending, confirmed, cancelled = scene.booked(slot), scene.confirmed(slot), scene.cancelled(slot)
    for booking in (pending, confirmed, cancelled):
        scene.same("RK-L14", scene.changed("RK-L14", booking, cancel_reason="no reason"), booking, "the booking")
        scene.stays("RK-L14", booking)
    after = scene.changed("RK-L14", pending, status="confirmed", cancel_reason="no reason")
    scene.same("RK-L14", "cancel_reason" in after, False, "whether a confirmed booking has a reason")
    after = scene.changed("RK-L14", cancelled, message="changed", cancel_reason="no reason")
    scene.same("RK-L14", after.get("cancel_reason"), "ill", "the reason of a cancelled booking")


@LAWS.law("RK-L13", "RK-C04")
def what_was_written_stays_whatever_else_is_changed(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    changes: tuple[dict[str, Any], ...] = (
        {"date": scene.day(1)},
        {"status": "confirmed"},
        {"date": scene.day(2), "status": "confirmed"},
        {"status": "cancelled", "cancel_reason": "ill"},
        {"status": "cancelled", "cancel_reason": "once more"},
    )
    for writes in (1, len(changes)):
        booking = scene.booked(slot, message="at first", customer_name="Jane Doe", customer_email=scene.email())
        for number, change in enumerate(changes):
            if number < writes:
                message = f"message {number}" if number % 2 else None
                scene.changed("RK-L13", booking, message=message)
                # Twice, so that what was there in between may come back.
                for name in (f"Jo Doe {number}", f"Jim Doe {number}"):
                    answer = scene.change_customer(booking, name=name, email=scene.email(), phone=scene.phone())
                    customer = answer.ok("RK-C05", 200).json["data"]
            after = scene.changed("RK-L11", booking, **change)
            for found in (after, scene.seen("RK-L11", booking)):
                scene.same("RK-L13", found["message"], message, "the message that was written last")
                scene.same("RK-C04", found["customer"], customer, "the customer that was written last")


# Dates


@LAWS.law("RK-M01", "RK-M02", "RK-M08")
def a_booking_moves_with_its_place(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    for booking in (scene.booked(slot), scene.confirmed(slot, scene.day(3))):
        before, day = booking["date"], scene.day(10 if booking["status"] == "pending" else 13)
        after = scene.changed("RK-M01", booking, date=day)
        wanted = {**booking, "date": day, "updated_at": after["updated_at"]}
        scene.same("RK-M01", after, wanted, "the booking in the answer")
        scene.stays("RK-M01", after)
        scene.same("RK-M02", scene.places_left(slot, before), 1, "the number of places left on the old date")
        scene.same("RK-M08", scene.places_left(slot, day), 0, "the number of places left on the new date")
        scene.book(slot, day, title="book the new date").refused("RK-M08", *_FULL)
        scene.book(slot, before, title="book the old date").ok("RK-M02")


@LAWS.law("RK-M02", "RK-M08")
def a_move_takes_the_place_along_whatever_was_before(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    for booking, elsewhere in pasts(scene, slot):
        scene.changed("RK-M01", booking, date=elsewhere)
        scene.same(
            "RK-M08", scene.places_left(slot, elsewhere, "RK-M08"), 0, "the number of places left on the new date"
        )
        scene.book(slot, booking["date"], title="book the old date").ok("RK-M02")
        scene.book(slot, booking["date"], title="book it once more").refused("RK-M02", *_FULL)


@LAWS.law("RK-M01", "RK-M02", "RK-M08", "RK-B13")
def all_fields_of_one_request_are_changed(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    statuses: tuple[dict[str, Any], ...] = (
        {},
        {"status": "confirmed"},
        {"status": "cancelled", "cancel_reason": "ill"},
    )
    messages: tuple[dict[str, Any], ...] = ({}, {"message": "changed"})
    for number, (status, message, moves) in enumerate(product(statuses, messages, (True, False))):
        here, there = scene.day(7 * number), scene.day(7 * number + 1)
        fields = {**status, **message, **({"date": there} if moves else {})}
        if len(fields.keys() - {"cancel_reason"}) < 2:
            continue
        make = scene.confirmed if number % 2 else scene.booked
        booking = make(slot, here, message="by the window")
        after = scene.changed("RK-M01", booking, **fields)
        takes = "" if "cancel_reason" in fields else there if moves else here
        for day in (here, there) if moves else (here,):
            rule = "RK-B13" if not takes else "RK-M08" if day == there else "RK-M02"
            left = scene.places_left(slot, day, rule)
            scene.same(rule, left, int(day != takes), f"the number of places left on {day}")
        wanted = {**booking, **fields, "updated_at": after["updated_at"]}
        scene.same("RK-M01", after, wanted, "the booking in the answer")
        scene.stays("RK-M01", after)


@LAWS.law("RK-M02")
def what_is_moved_and_cancelled_at_once_needs_no_place(scene: ReserveKitScene) -> None:
    email = scene.email()
    # The one is full on the other date; in the other the customer is there already.
    for slot in scene.service(1, 2):
        scene.booked(slot, scene.day(1), customer_email=email)
        booking = scene.booked(slot, rule="RK-B11", customer_email=email)
        after = scene.changed("RK-M02", booking, date=scene.day(1), status="cancelled", cancel_reason="ill")
        scene.same("RK-M02", (after["date"], after["status"]), (scene.day(1), "cancelled"), "its date and status")
        left = [scene.places_left(slot, scene.day(number), "RK-M02") for number in (0, 1)]
        scene.same(
            "RK-M02", left, [slot.places, slot.places - 1], "the number of places left on the old and the new date"
        )


@LAWS.law("RK-M03")
def a_booking_does_not_move_to_a_date_that_is_full(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    booking = scene.booked(slot)
    scene.booked(slot, scene.day(1))
    scene.change(booking, date=scene.day(1)).refused("RK-M03", *_FULL)
    scene.stays("RK-M03", booking)
    scene.same("RK-M03", scene.places_left(slot), 0, "the number of places left on its date")
    scene.book(slot, title="book its place").refused("RK-M03", *_FULL)


@LAWS.law("RK-M04")
def a_booking_does_not_move_to_where_its_customer_is_already(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    email = scene.email()
    booking = scene.booked(slot, customer_email=email)
    there = scene.booked(slot, scene.day(1), rule="RK-B11", customer_email=email)
    scene.change(booking, date=scene.day(1)).refused("RK-M04", *_DUPLICATE)
    scene.stays("RK-M04", booking)
    scene.same("RK-M04", scene.places_left(slot), slot.places - 1, "the number of places left on its date")
    scene.changed("RK-L02", there, status="cancelled", cancel_reason="ill")
    scene.changed("RK-M04", booking, date=scene.day(1))


@LAWS.law("RK-M05")
def a_booking_does_not_stand_in_its_own_way(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    for booking in (scene.booked(slot), scene.confirmed(slot, scene.day(3))):
        after = scene.changed("RK-M05", booking, date=booking["date"])
        scene.same("RK-M05", after["date"], booking["date"], "the date")
        after = scene.changed("RK-M05", booking, date=booking["date"], message="changed")
        scene.same("RK-M05", after["message"], "changed", "the message")
        scene.same("RK-M05", scene.places_left(slot, booking["date"]), 0, "the number of places left")


@LAWS.law("RK-M06")
def a_cancelled_booking_keeps_its_date(scene: ReserveKitScene) -> None:
    slot = scene.slot(places=1)
    booking = scene.cancelled(slot)
    scene.change(booking, date=scene.day(1)).refused("RK-M06", *_CANCELLED_STAYS)
    scene.stays("RK-M06", booking)
    scene.same("RK-M06", scene.places_left(slot, scene.day(1)), 1, "the number of places left on the new date")
    scene.changed("RK-M06", booking, date=booking["date"])


@LAWS.law("RK-M07")
def a_booking_of_a_deleted_slot_keeps_its_date(scene: ReserveKitScene) -> None:
    slot = scene.slot()
    bookings = [scene.booked(slot), scene.confirmed(slot)]
    scene.delete_slot(slot.id).ok("RK-D09", 200)
    for booking in bookings:
        answer = scene.change(booking, date=scene.day(1), message="changed")
        answer.refused("RK-M07", 404, "time slot not found")
        scene.stays("RK-M07", booking)
