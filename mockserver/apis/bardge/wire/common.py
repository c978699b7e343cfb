"""What every subject is written with: moments, and the ids of clients."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mockserver.apis.bardge.records import LAGOS

__all__ = ["beginning", "clock_of", "milliseconds", "own_id", "seconds"]

_START = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    return (moment - _START) // timedelta(milliseconds=1)


def seconds(moment: datetime) -> int:
    return (moment - _START) // timedelta(seconds=1)


def beginning(starts_at: datetime) -> dict[str, Any]:
    """The three members that say when something begins."""
    day = starts_at.astimezone(LAGOS).date()
    return {"date": day.isoformat(), "time": clock_of(starts_at), "scheduled_for": seconds(starts_at)}


def clock_of(moment: datetime) -> str:
    return f"{moment.astimezone(LAGOS):%H:%M}"


def own_id(client: str) -> str:
    """The reseller's own id of a client, out of that of its record."""
    return client.partition("/")[2]
