"""What an API's calendar shows of a span of time, row by row."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec

from mockserver.apis.calendars import Item, Row, RowGroup
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import in_json
from mockserver.booking.spans import Span
from mockserver.control.desk import Desk
from mockserver.control.errors import UnknownName
from mockserver.sandbox.work import Work

__all__ = ["CalendarPage", "Wanted", "calendar_page", "get_calendar"]

_LONGEST = timedelta(days=42)
"""A month, with the whole weeks around it."""
_ENOUGH = 2_000
"""Items after which a page ends, with the row that brought them."""
_EARLIEST = datetime(1970, 1, 3, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        begins_at: None is midnight of the sandbox's day, in UTC.
        ends_at: None is a day later.
        after: The id of the last row that is known already.
        group: Only rows of this one, by its id.
    """

    begins_at: datetime | None = None
    ends_at: datetime | None = None
    after: str | None = None
    group: str | None = None
    rows: int = 40

    def span(self, now: datetime) -> Span:
        """Raises BadInput."""
        begins_at = self.begins_at or now.replace(hour=0, minute=0, second=0, microsecond=0)
        ends_at = self.ends_at or begins_at + timedelta(days=1)
        if ends_at <= begins_at:
            raise BadInput("query", "to", f"is not after from, {begins_at.isoformat()}")
        if ends_at - begins_at > _LONGEST:
            raise BadInput("query", "to", f"is more than {_LONGEST.days} days after from")
        return Span(begins_at, ends_at)


class CalendarPage(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        groups: All that there are.
        next: What `Wanted.after` is for the next page; None after the last.
    """

    now: datetime
    span: Span
    groups: Sequence[RowGroup]
    total: int
    rows: Sequence[Row]
    items: Sequence[Item]
    next: str | None


def calendar_page(desk: Desk, name: str, api: str, wanted: Wanted) -> CalendarPage:
    """Raises NotFound for the sandbox and the API, BadInput for what is *wanted*."""
    sandbox, found = desk.sandbox(name), desk.api(api)
    calendar = found.calendar
    if calendar is None or found.domain is None:
        raise UnknownName("API with a calendar", api, [each.name for each in desk.apis if each.calendar is not None])

    def read(work: Work) -> CalendarPage:
        span = wanted.span(work.now)
        every = calendar.rows(work)
        rows, ends = _cut(every, wanted)
        items: list[Item] = []
        for row_id, more in groupby(calendar.items(work, rows, span), key=lambda item: item.row):
            if len(items) >= _ENOUGH:
                number = next(number for number, row in enumerate(rows) if row.id == row_id)
                rows, ends = rows[:number], False
                break
            items += more
        items.sort(key=lambda each: (each.span.starts_at, each.row, each.id))
        return CalendarPage(
            now=work.now,
            span=span,
            groups=list(dict.fromkeys(row.group for row in every)),
            total=len(every),
            rows=rows,
            items=items,
            next=None if ends else rows[-1].id,
        )

    return sandbox.run(found.domain, read, writes=False)


def _cut(rows: Sequence[Row], wanted: Wanted) -> tuple[Sequence[Row], bool]:
    """The rows of a page, and whether they are the last. Raises BadInput."""
    if wanted.group is not None:
        known = dict.fromkeys(row.group.id for row in rows)
        if wanted.group not in known:
            hint = UnknownName("group", wanted.group, known).hint
            raise BadInput("query", "group", f"{in_json(wanted.group)} is no group of this calendar; {hint}")
        rows = [row for row in rows if row.group.id == wanted.group]
    start = 0
    if wanted.after is not None:
        start = next((number for number, row in enumerate(rows, 1) if row.id == wanted.after), 0)
        if not start:
            raise BadInput("query", "after", f"{in_json(wanted.after)} is no row of this calendar")
    stop = start + wanted.rows
    return rows[start:stop], stop >= len(rows)


# The operation


def get_calendar(desk: Desk, call: Call) -> Reply:
    query = call.query
    wanted = Wanted(
        begins_at=_moment("from", query["from"]),
        ends_at=_moment("to", query["to"]),
        after=query["after"],
        group=query["group"],
        rows=query["rows"],
    )
    return Reply(200, _show_page(calendar_page(desk, call.path["name"], call.path["api"], wanted)))


def _moment(name: str, text: str | None) -> datetime | None:
    """Raises BadInput for what a contract cannot say, such as a second 60."""
    if text is None:
        return None
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError as error:
        raise BadInput("query", name, str(error)) from None
    if not _EARLIEST <= moment <= _LATEST:
        raise BadInput("query", name, f"must lie between {_EARLIEST.year} and {_LATEST.year}")
    return moment.astimezone(UTC)


def _show_page(page: CalendarPage) -> dict[str, Any]:
    return {
        "now": _at(page.now),
        **_show_span(page.span),
        "groups": [{"id": each.id, "name": each.name} for each in page.groups],
        "total": page.total,
        "rows": [_show_row(row, page.span) for row in page.rows],
        "items": [_show_item(item) for item in page.items],
        "next": page.next,
    }


def _show_row(row: Row, span: Span) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "group": row.group.id,
        "parent": row.parent,
        "note": row.note,
        "zone": row.zone,
        "capacity": row.capacity,
        "hours": None if row.hours is None else [_show_span(each) for each in row.openings(span)],
    }


def _show_item(item: Item) -> dict[str, Any]:
    return {
        "row": item.row,
        "id": item.id,
        "kind": item.kind.value,
        "status": item.status,
        **_show_span(item.span),
        "until": None if item.until is None else _at(item.until),
        "label": item.label,
        "note": item.note,
        "places": None if item.places is None else {"taken": item.places.taken, "of": item.places.of},
        "phases": [_show_span(each) for each in item.phases],
    }


def _show_span(span: Span) -> dict[str, str]:
    return {"from": _at(span.starts_at), "to": _at(span.ends_at)}


def _at(moment: datetime) -> str:
    """As `msgspec` writes one, at a third of what it takes."""
    return moment.isoformat().replace("+00:00", "Z")
