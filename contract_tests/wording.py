"""What Schemathesis says of a failed check, what came, and what clocks do, in few words."""

from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import JsonSchemaError

__all__ = ["came", "clock_change", "detail_of", "duration"]

_BODY_SHOWN = 300  # characters: three lines of a terminal


def came(status: int, content: bytes) -> str:
    """Status and the beginning of the body, on one line."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    body = content.decode("utf-8", errors="backslashreplace")
    shown = body if len(body) <= _BODY_SHOWN else f"{body[:_BODY_SHOWN]}..."
    return " ".join(f"{status} {phrase} {shown}".split())


def detail_of(failure: Failure) -> str:
    if isinstance(failure, JsonSchemaError):
        # Its message quotes whole schemas; where and why is enough beside the body that came.
        where = "/".join(str(part) for part in failure.instance_path)
        return f"{failure.title}\n{failure.validation_message} (at /{where})"
    lines = f"{failure.title}\n{failure.message}".splitlines()
    return "\n".join(line for line in lines if line.strip())


def clock_change(day: date, zone: ZoneInfo) -> str:
    """What the clocks of *zone* do on *day*; "" where they do not change."""
    first = datetime.combine(day, time(0), zone).astimezone(UTC)
    minutes = (first + timedelta(minutes=number) for number in range(1, 26 * 60))
    before = first.astimezone(zone)
    for moment in minutes:
        after = moment.astimezone(zone)
        if after.utcoffset() != before.utcoffset():
            at = before + timedelta(minutes=1)
            way = "back" if after.replace(tzinfo=None) < at.replace(tzinfo=None) else "forward"
            return f"the clock goes {way} from {at:%H:%M} to {after:%H:%M} on {at.day} {at:%B %Y} in {zone.key}"
        before = after
    return ""


def duration(length: timedelta) -> str:
    """In days, hours, minutes and seconds, as people say it."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = {"day": days, "hour": hours, "minute": minutes, "second": seconds}
    return (
        " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for unit, number in parts.items() if number)
        or "no time"
    )
