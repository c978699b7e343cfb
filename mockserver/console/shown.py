"""How things are put on a page: moments, lengths, statuses, JSON. Nothing here asks anybody."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

__all__ = [
    "FAMILIES",
    "ago",
    "amount",
    "brief",
    "chip_of",
    "code_family",
    "day",
    "json_html",
    "json_text",
    "length",
    "moment",
    "moved_between",
    "said_in",
    "spanned",
    "title_of",
    "until",
]

_LONGEST = 80
_BRIEFLY = timedelta(seconds=1)

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# family -> its glyph in icons.svg
FAMILIES = {
    "ok": "check",
    "wait": "clock",
    "hold": "hourglass",
    "done": "check-check",
    "off": "x",
    "gone": "circle-dashed",
    "fault": "zap",
    "warn": "triangle-alert",
    "start": "arrow-right",
    "hook": "webhook",
}

_STATUSES = {
    "ok": "accepted confirmed booked active delivered open_for_booking healthy approved paid",
    "wait": "pending requested waiting processing held",
    "hold": "reserved open session_open initiated",
    "done": "completed used checked_in attended closed",
    "off": "canceled cancelled rejected failed given_up switched_off declined no_show noshow refused",
    "gone": "expired rescheduled gone ended released dropped",
    "fault": "armed fired spent",
}
_FAMILY_OF = {status: family for family, statuses in _STATUSES.items() for status in statuses.split()}


def chip_of(status: str) -> tuple[str, str, str]:
    """Of a status of any API, or of a delivery: its family, the glyph and the word."""
    family = _FAMILY_OF.get(status.lower().replace(" ", "_"), "done")
    return family, FAMILIES[family], status.replace("_", " ")


def code_family(status: int) -> str:
    """Of a status of HTTP: a refusal is nothing broken, so only what begins with 5 is red."""
    return {1: "gone", 2: "ok", 3: "done", 4: "wait"}.get(status // 100, "off")


def moment(text: str | datetime, zone: str = "UTC") -> datetime:
    """A moment as the control plane writes it, in *zone*."""
    found = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    return found.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))


def day(when: datetime, *, long: bool = False) -> str:
    """`Wed 18 Nov`, or `Wednesday 18 November 2026`."""
    return f"{when:%A} {when.day} {when:%B %Y}" if long else f"{when:%a} {when.day} {when:%b}"


def spanned(starts: datetime, ends: datetime) -> str:
    """From when to when, by the clock."""
    return f"{starts:%H:%M}\N{EN DASH}{ends:%H:%M}"


def length(span: timedelta) -> str:
    """`14 min`, `3 h 52`, `2 d`: what is read at a glance."""
    span = abs(span)
    if span < _MINUTE:
        return f"{int(span.total_seconds())} s"
    minutes = int(span / _MINUTE)
    if span < _HOUR:
        return f"{minutes} min"
    if span < _DAY:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest:02}" if rest else f"{hours} h"
    return f"{int(span / _DAY)} d"


def until(now: datetime, at: datetime) -> str:
    return f"in {length(at - now)}" if at > now else "now" if at == now else f"{length(now - at)} ago"


def ago(now: datetime, at: datetime) -> str:
    return "just now" if now - at < _MINUTE else f"{length(now - at)} ago"


def moved_between(earlier: Mapping[str, Any], later: Mapping[str, Any], *, stands: bool) -> str:
    """By how much a clock was moved between two requests; "" where it was not.

    Args:
        stands: Whether the clock stands still: else the time that went by is no move of anybody's.
    """
    if earlier["at"] is None or later["at"] is None:
        return ""
    went_by = timedelta() if stands else moment(later["received_at"]) - moment(earlier["received_at"])
    by = timedelta(seconds=round((moment(later["at"]) - moment(earlier["at"]) - went_by).total_seconds()))
    return length(by) if by > _BRIEFLY else ""


def amount(number: int, unit: str, *, bare: bool = False) -> str:
    """`EUR 99.50`, or `3 credits`, with a true minus; *bare* without the unit."""
    figure = (f"{number:,}" if unit == "credits" else f"{number / 100:,.2f}").replace("-", "\N{MINUS SIGN}")
    if bare:
        return figure
    return f"{figure} {unit}" if unit == "credits" else f"{unit} {figure}"


def brief(value: Any) -> str:
    """A value of a document in a few words."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, list) and len(value) > 1:
        return f"{len(value)} entries"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def title_of(entry: Mapping[str, Any]) -> str:
    """What a request is called: its operation, or the path that led nowhere."""
    if entry["operation"]:
        return str(entry["operation"])
    path = re.sub(r"^/~[^/]*", "", str(entry["path"]))
    return path or "/"


# Bodies


def said_in(body: Any) -> str:
    """What an answer says, whichever API gave it, in one line; "" where it says nothing."""
    if isinstance(body, str):
        return body
    if not isinstance(body, Mapping):
        return ""
    errors = body.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
        return str(errors[0].get("detail") or errors[0].get("title") or "")
    error = body.get("error")
    if isinstance(error, Mapping):
        return str(error.get("message") or "")
    if error:
        return str(error)
    return "" if _record_in(body) is None else _told(_record_in(body))


def _record_in(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    inner = body.get("data", body)
    if isinstance(inner, list):
        return {"count": len(inner)}
    return inner if isinstance(inner, Mapping) and ("id" in inner or "status" in inner) else None


def _told(record: Mapping[str, Any] | None) -> str:
    if record is None:
        return ""
    if "count" in record:
        return f"{record['count']} listed"
    fields = {**record, **record["attributes"]} if isinstance(record.get("attributes"), Mapping) else record
    kind = str(fields.get("type", "")).removesuffix("s")
    words = (kind, fields.get("number", fields.get("id", "")), fields.get("status", ""))
    return " ".join(str(word) for word in words if isinstance(word, str | int) and word != "")


def json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


_PIECE = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=: ))|(?P<text>"(?:[^"\\]|\\.)*")|(?P<other>-?\d[\d.eE+-]*|true|false|null)'
)


def json_html(value: Any, marked: frozenset[str] = frozenset()) -> Markup:
    """JSON with its keys, texts and other values told apart; texts that are *marked* stand out.

    Whatever is in it, it is text: each piece is escaped on its own.
    """
    text = json_text(value)
    pieces: list[str] = []
    end = 0
    for found in _PIECE.finditer(text):
        pieces.append(str(escape(text[end : found.start()])))
        kind = {"key": "k", "text": "s", "other": "n"}[str(found.lastgroup)]
        inner = escape(found[0])
        if kind == "s" and found[0].strip('"') in marked:
            inner = Markup("<mark>{}</mark>").format(found[0])
        pieces.append(f'<span class="{kind}">{inner}</span>')
        end = found.end()
    pieces.append(str(escape(text[end:])))
    return Markup("").join(map(Markup, pieces))
