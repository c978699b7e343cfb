"""When a spa has time, hour by hour."""

from collections.abc import Sequence
from datetime import date, datetime

from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.register import Register, ensure_category
from mockserver.apis.bardge.records import Branch, Category
from mockserver.apis.bardge.terms import SLOTS, appointment, moment_of
from mockserver.sandbox.work import Work

__all__ = ["availability"]


def availability(
    work: Work, reseller_id: str, branch_id: str, day: date, service_ids: Sequence[str]
) -> tuple[Branch, list[tuple[datetime, bool]]]:
    """The slots of a day, and whether all hours that the services need from there on are free: one where none is named.

    Raises, in this order:
        NotFound: The venue, a service.
        BadInput: It is a gym.
    """
    register, diary = Register(work), Diary(work, reseller_id)
    branch = register.branch(branch_id)
    services = register.services(branch, service_ids)
    ensure_category(branch, Category.SPA, "path", "id")
    starts = [moment_of(day, clock) for clock in SLOTS]
    return branch, [(start, diary.is_free(branch.id, appointment(start, services))) for start in starts]
