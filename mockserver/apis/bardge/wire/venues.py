"""Venues, what spas do and when they have time, and what opens a gym."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from mockserver.apis.bardge.records import CURRENCY, Branch, Category, CopayOption, SpaService
from mockserver.apis.bardge.wire.common import clock_of, milliseconds

__all__ = ["show_availability", "show_copay_option", "show_provider", "show_service", "show_spa"]


def show_provider(branch: Branch, *, distance_km: float | None = None) -> dict[str, Any]:
    """*distance_km* is shown with one decimal, where there is a place to measure from."""
    shown: dict[str, Any] = {
        "object": "provider",
        "id": branch.id,
        "name": branch.name,
        "category": branch.category.value,
        "tier": branch.tier,
        "description": branch.description,
        "address": branch.address,
        "city": branch.city,
        "latitude": branch.latitude,
        "longitude": branch.longitude,
        "image_url": None,
        # A spa is asked for its price instead, and always has one.
        "copay_available": branch.category is Category.SPA or bool(branch.copay_options),
        "copay_options": [show_copay_option(option, branch) for option in branch.copay_options],
        "created": milliseconds(branch.created_at),
    }
    if distance_km is not None:
        shown["distance_km"] = round(distance_km, 1)
    return shown


def show_spa(branch: Branch, *, message: str) -> dict[str, Any]:
    services = [show_service(service) for service in branch.services]
    return {**show_provider(branch), "services": services, "message": message}


def show_service(service: SpaService) -> dict[str, Any]:
    return {
        "object": "service",
        "id": service.id,
        "name": service.name,
        "description": service.description,
        "duration_minutes": service.minutes,
        "price": service.price,
        "currency": CURRENCY,
        "tier": service.tier,
        "credits_required": service.credits,
    }


def show_copay_option(option: CopayOption, branch: Branch) -> dict[str, Any]:
    return {
        "object": "copay_option",
        "id": option.id,
        "name": option.name,
        "tier": branch.tier,
        "price": option.price,
        "currency": CURRENCY,
        "duration": option.duration.value,
        "visits_allowed": option.visits,
    }


def show_availability(
    branch: Branch, day: date, slots: Iterable[tuple[datetime, bool]], *, message: str
) -> dict[str, Any]:
    """*slots* are beginnings, and whether an appointment may begin then."""
    return {
        "object": "availability",
        "provider_branch_id": branch.id,
        "date": day.isoformat(),
        "slots": [{"time": clock_of(starts_at), "available": is_free} for starts_at, is_free in slots],
        "message": message,
    }
