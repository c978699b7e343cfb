"""Bookings, and what became of them."""

from typing import Any

from mockserver.apis.bardge.records import CURRENCY, Booking, Branch, GymClass, Taken
from mockserver.apis.bardge.wire.common import beginning, own_id, seconds

__all__ = ["show_booking", "show_booking_status", "show_class_booked", "show_refund"]


def show_booking(
    booking: Booking,
    branch: Branch,
    gym_class: GymClass | None = None,
    *,
    message: str | None = None,
    refund: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """*gym_class* is there for a class booking alone, *message* outside lists, *refund* after a cancellation."""
    named: dict[str, Any] = (
        {"service_name": _service_names(booking, branch), "service_ids": list(booking.service_ids)}
        if gym_class is None
        else {"class_name": gym_class.name, "class_instance_id": booking.instance_id}
    )
    sometimes = {
        "refund": refund,
        "rescheduled_to": booking.rescheduled_to,
        "rescheduled_from": booking.rescheduled_from,
        "message": message,
    }
    return {
        "object": "booking",
        "id": booking.id,
        "status": booking.status.value,
        "type": booking.type.value,
        "provider_name": branch.name,
        **beginning(booking.starts_at),
        "visits_deducted": booking.took.visits,
        "credits_deducted": booking.took.credits,
        "amount_charged": booking.took.charged,
        "created": seconds(booking.created_at),
        "client_id": own_id(booking.client),
        "user_pass_id": booking.pass_id,
        "provider_branch_id": branch.id,
        **named,
        **{name: value for name, value in sometimes.items() if value is not None},
    }


def show_refund(took: Taken | None) -> dict[str, Any]:
    """What came back; None where it was too late for anything to."""
    back = took or Taken()
    return {
        "refunded": took is not None,
        "visits_restored": back.visits,
        "credits_refunded": back.credits,
        "amount_refunded": back.charged,
        "currency": CURRENCY,
    }


def show_booking_status(booking: Booking, *, message: str) -> dict[str, Any]:
    return {
        "object": "booking_status",
        "id": booking.id,
        "status": booking.status.value,
        "type": booking.type.value,
        "scheduled_for": seconds(booking.starts_at),
        "updated": seconds(booking.updated_at),
        "message": message,
    }


def show_class_booked(booking: Booking, branch: Branch, gym_class: GymClass, *, message: str) -> dict[str, Any]:
    """A class that was booked at once."""
    return {
        "object": "class_booking_initiation",
        "copay_required": False,
        "additional_visits_required": False,
        "booking_id": booking.id,
        "status": booking.status.value,
        "class_name": gym_class.name,
        "provider_name": branch.name,
        **beginning(booking.starts_at),
        "visits_deducted": booking.took.visits,
        "credits_deducted": booking.took.credits,
        "created": seconds(booking.created_at),
        "message": message,
    }


def _service_names(booking: Booking, branch: Branch) -> str:
    """In the order of the request."""
    names = {service.id: service.name for service in branch.services}
    return ", ".join(names[service_id] for service_id in booking.service_ids)
