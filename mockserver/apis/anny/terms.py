"""On what terms a service is booked, changed and canceled. Nothing here looks anything up or changes anything.

House rules:
- A deadline is the last moment that is still in time. The start is not one: from the start on it is too late.
- Amounts are whole minor units. Halves are rounded up.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.anny.offers import FeeTier, FeeType, PolicyRecord, Resource, Service
from mockserver.apis.anny.records import LIFECYCLE, Booking, Choice
from mockserver.apis.anny.refusals import Unavailability
from mockserver.booking.cancellation import FREE_UNTIL_START, AmountFee, PercentFee, Policy, Tier, deadline_at
from mockserver.booking.errors import RuleBroken
from mockserver.booking.money import Money
from mockserver.booking.schedule import lies_open, openings_on
from mockserver.booking.spans import Span

__all__ = [
    "Price",
    "auto_accepts",
    "busy_around",
    "busy_span",
    "cancelable_until",
    "charged_minutes",
    "ensure_cancelable",
    "ensure_editable",
    "is_editable",
    "is_on_grid",
    "openings_of",
    "policy_of",
    "price_of",
    "rule_against",
    "shortest",
    "step_of",
    "tax",
    "zone_of",
]

_MINUTE = timedelta(minutes=1)
_STEP = 15
"""Minutes from one start to the next where a service has no grid: what is listed then, not what can be booked. Assumed."""


# Price


class Price(msgspec.Struct, frozen=True, gc=False):
    """`subtotal` is that of the service, `total` with the add-ons."""

    subtotal: int
    total: int


def charged_minutes(service: Service, span: Span) -> int:
    """What is paid for of a span; a minute that has begun counts, and never less than none does. Assumed."""
    begun = -((span.starts_at - span.ends_at) // _MINUTE)
    return max(begun - service.uncharged_duration, 0)


def price_of(service: Service, span: Span, *, weight: int = 1, add_ons: Iterable[Choice] = ()) -> Price:
    """What a booking costs: for each place the starting fee and the price of every unit of time that has begun.

    Tax comes to the prices of a service that are net; those of add-ons are gross.
    """
    interval = service.calculation_interval
    units = -(-charged_minutes(service, span) // interval) if interval else 1
    subtotal = weight * (service.starting_fee + service.price * units)
    if service.is_net_price:
        subtotal += Money(subtotal, service.currency).share(service.tax_rate).minor
    return Price(subtotal, subtotal + sum(choice.total for choice in add_ons))


def tax(amount: int, rate: int) -> tuple[int, int]:
    """Split an amount into net and the tax at *rate* per cent that is in it; below zero as its positive twin."""
    exact, whole = abs(amount) * rate, 100 + rate
    share = (2 * exact + whole) // (2 * whole)
    share = share if amount >= 0 else -share
    return amount - share, share


# Time


def zone_of(resource: Resource) -> ZoneInfo:
    return ZoneInfo(resource.timezone)


def busy_around(service: Service | None, span: Span) -> Span:
    """What a booking over *span* takes of a resource: the padding of its service too. None is a blocker's."""
    if service is None:
        return span
    return span.widen(timedelta(minutes=service.padding_before), timedelta(minutes=service.padding_after))


def busy_span(booking: Booking, service: Service | None) -> Span:
    return busy_around(service, booking.span)


def step_of(service: Service) -> int:
    """Minutes from one start or end that is listed to the next."""
    return service.booking_interval or _STEP


def shortest(service: Service) -> int:
    """Minutes that a booking lasts where nobody says how long."""
    return service.min_duration or step_of(service)


def openings_of(resource: Resource, moment: datetime) -> list[Span]:
    """When a resource is open on the local day of a moment."""
    zone = zone_of(resource)
    return openings_on(moment.astimezone(zone).date(), resource.hours, zone)


def is_on_grid(service: Service, resource: Resource, start: datetime) -> bool:
    """Whether a start is a multiple of the service's interval after midnight, as the clock of the resource shows it."""
    if not service.booking_interval:
        return True
    local = start.astimezone(zone_of(resource))
    since = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return not since % timedelta(minutes=service.booking_interval)


def rule_against(service: Service, resource: Resource, span: Span, now: datetime) -> Unavailability | None:
    """The first rule that keeps a span from being booked, whoever has booked what; None when all agree."""
    if resource.id not in service.resource_ids or resource.is_archived:
        return Unavailability.RESOURCE_UNAVAILABLE
    return (
        _hours_against(resource, span) or _notice_against(service, span, now) or _form_against(service, resource, span)
    )


def _hours_against(resource: Resource, span: Span) -> Unavailability | None:
    # Hours end at midnight, so nothing that goes on into the next day lies inside them.
    openings = openings_of(resource, span.starts_at)
    if not openings:
        return Unavailability.CLOSED
    return None if lies_open(span, openings) else Unavailability.OUTSIDE_OPENING_HOURS


def _notice_against(service: Service, span: Span, now: datetime) -> Unavailability | None:
    if span.starts_at < now + timedelta(minutes=service.lead_time):
        return Unavailability.LEAD_TIME_CONFLICT
    period = service.advance_booking_period
    if period is not None and span.ends_at > now + timedelta(minutes=period):
        return Unavailability.AFTER_LEAD_TIME
    return None


def _form_against(service: Service, resource: Resource, span: Span) -> Unavailability | None:
    length = span.ends_at - span.starts_at
    if service.min_duration is not None and length < timedelta(minutes=service.min_duration):
        return Unavailability.UNDER_MIN_DURATION
    if service.max_duration is not None and length > timedelta(minutes=service.max_duration):
        return Unavailability.OVER_MAX_DURATION
    return None if is_on_grid(service, resource, span.starts_at) else Unavailability.STAGGERED_CONFLICT


def auto_accepts(service: Service, resource: Resource) -> bool:
    """Whether a booking is accepted at once; somebody has to decide when either says so."""
    return service.auto_accept and resource.auto_accept


# Canceling


def policy_of(record: PolicyRecord | None, currency: str) -> Policy:
    """The rules of a policy; canceling costs nothing where there is none."""
    if record is None:
        return FREE_UNTIL_START
    return Policy(tuple(_tier(tier, currency) for tier in record.tiers))


def _tier(tier: FeeTier, currency: str) -> Tier:
    percentage = tier.fee_type is FeeType.PERCENTAGE
    fee = PercentFee(tier.fee_value) if percentage else AmountFee(Money(tier.fee_value, currency))
    return Tier(timedelta(minutes=tier.before_start_minutes), fee)


def cancelable_until(booking: Booking, service: Service | None) -> datetime | None:
    """The last moment at which a booking can be canceled, where its service sets one before the start."""
    length = None if service is None else service.cancellation.length
    return None if length is None else deadline_at(booking.starts_at, length)


def ensure_cancelable(booking: Booking, service: Service | None, now: datetime) -> None:
    """Let pass what can be canceled now. Of the master of a series only the status counts: its dates have their own time.

    Raises:
        RuleBroken: `booking_not_cancelable`: a blocker, one that is neither requested nor accepted, one that has been
            checked in, one that has started, one whose service wants to know earlier.
    """
    if booking.is_blocker:
        raise RuleBroken("booking_not_cancelable", "a blocker cannot be canceled").under("AN-X15")
    if not LIFECYCLE.allows(booking.status, "cancel"):
        reason = f"a booking that is {booking.status} cannot be canceled"
        raise RuleBroken("booking_not_cancelable", reason).under("AN-X02")
    if booking.is_master:
        return
    if booking.checked_in_at is not None:
        raise RuleBroken("booking_not_cancelable", "somebody has checked in").under("AN-X15")
    too_late = _too_late_to_cancel(booking, service, now)
    if too_late is not None:
        raise RuleBroken("booking_not_cancelable", too_late)


def _too_late_to_cancel(booking: Booking, service: Service | None, now: datetime) -> str | None:
    if now >= booking.starts_at:
        return "the booking has started"
    until = cancelable_until(booking, service)
    if until is not None and now > until:
        return f"the booking could be canceled until {until.isoformat()}"
    return None


# Editing


def is_editable(booking: Booking, service: Service | None, now: datetime) -> bool:
    return _against_editing(booking, service, now) is None


def ensure_editable(booking: Booking, service: Service | None, now: datetime) -> None:
    """Let pass what can be edited now; which of the edits a service permits is another question.

    Raises:
        RuleBroken: `booking_not_editable`: a blocker, the master of a series, one that is not accepted, one that
            has been checked in, one that has started where only future ones are edited, one whose service wants to
            know earlier.
    """
    against = _against_editing(booking, service, now)
    if against is not None:
        reason, rule = against
        raise RuleBroken("booking_not_editable", reason).under(rule)


def _against_editing(booking: Booking, service: Service | None, now: datetime) -> tuple[str, str] | None:
    """What is in the way, and the rule that says so."""
    if service is None:
        return "a blocker cannot be edited", "AN-R17"
    if booking.is_master:
        return "the master of a series cannot be edited; its dates can", "AN-R13"
    if not LIFECYCLE.allows(booking.status, "edit"):
        return f"a booking that is {booking.status} cannot be edited", "AN-R08"
    if booking.checked_in_at is not None:
        return "somebody has checked in", "AN-R17"
    too_late = _too_late_to_edit(booking, service, now)
    return None if too_late is None else (too_late, "AN-R17")


def _too_late_to_edit(booking: Booking, service: Service, now: datetime) -> str | None:
    if service.editing.future_only and now >= booking.starts_at:
        return "the booking has started"
    length = service.editing.deadline.length
    if length is not None and now > deadline_at(booking.starts_at, length):
        return f"the booking could be edited until {deadline_at(booking.starts_at, length).isoformat()}"
    return None
