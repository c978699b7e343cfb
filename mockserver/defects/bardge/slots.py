"""Bugs about when a spa has time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mockserver.apis.bardge.desk import availability
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.records import SESSIONS, SessionStatus
from mockserver.apis.bardge.terms import is_offered
from mockserver.booking.ports import ALL
from mockserver.booking.spans import Span
from mockserver.defects.planting import Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def _said_free_too(plant: Planter, is_free_too: Callable[[Diary, str, Span], bool]) -> None:
    """Say of more hours that they are available; who wants them is told the truth."""

    def make(diary: type[Diary]) -> Any:
        class Hopeful(diary):  # type: ignore[misc,valid-type]  # as it is at this moment
            __slots__ = ()

            def is_free(self, branch_id: str, span: Span, **_: object) -> bool:
                return super().is_free(branch_id, span) or is_free_too(self, branch_id, span)

        return Hopeful

    plant.replace(availability, "Diary", make)


@DEFECTS.defect("BG-S30", "Whatever the spa offers is said to be available.")
def _(plant: Planter) -> None:
    _said_free_too(plant, lambda diary, _, span: is_offered(span, diary._work.now))


@DEFECTS.defect("BG-S31", "What a session holds is said to be available.")
def _(plant: Planter) -> None:
    def but_for_sessions(diary: Diary, branch_id: str, span: Span) -> bool:
        sessions = diary._work.records(SESSIONS).page(SESSIONS.listed, ALL)
        is_open = [each.id for each in sessions if each.status is SessionStatus.OPEN]
        return any(Diary.is_free(diary, branch_id, span, without=each) for each in is_open)

    _said_free_too(plant, but_for_sessions)


@DEFECTS.defect("BG-S32", "The last hour of the day is not among the slots.")
def _(plant: Planter) -> None:
    plant.replace(availability, "SLOTS", lambda slots: slots[:-1])


@DEFECTS.defect("BG-S33", "Whatever the services need, one free hour is enough.")
def _(plant: Planter) -> None:
    plant.replace(
        availability, "appointment", lambda _: lambda starts_at, _services: Span(starts_at, starts_at + _HOUR)
    )


@DEFECTS.defect("BG-S34", "The slot that begins now is said to be available.")
def _(plant: Planter) -> None:
    _said_free_too(plant, lambda diary, _, span: span.starts_at == diary._work.now)


@DEFECTS.defect("BG-S34.days", "Slots 91 days ahead are said to be available.")
def _(plant: Planter) -> None:
    def a_day_before(diary: Diary, _: str, span: Span) -> bool:
        now = diary._work.now
        day_before = Span(span.starts_at - _DAY, span.ends_at - _DAY)
        return is_offered(day_before, now) and not is_offered(span, now)

    _said_free_too(plant, a_day_before)
