"""What anybody may see of what is offered."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.desk.paging import page_of
from mockserver.apis.anny.offers import (
    PARENTS_BY_NAME,
    RESOURCES,
    RESOURCES_BY_NAME,
    RESOURCES_OF_PARENT,
    SERVICES,
    SERVICES_BY_NAME,
    Resource,
    Service,
)
from mockserver.apis.anny.refusals import named_at
from mockserver.apis.anny.register import Register
from mockserver.booking.paging import PageRequest
from mockserver.booking.ports import ALL, Index, Records
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["Catalogue", "Vacancy"]

R = TypeVar("R", Resource, Service)


class Vacancy(msgspec.Struct, frozen=True):
    """A service that should be bookable over a span."""

    service_id: str
    span: Span


class Catalogue:
    """Each list answers a page and how many there are in all.

    *sort* is `name` or `created_at`, with a hyphen in front turned round: all of it is there since the same moment, and
    what is equal stands by name. *text* is a part of the name, in lower case; nothing limits nothing.
    """

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    def resources(
        self, text: str, sort: str, page: PageRequest, *, with_children: bool = False
    ) -> tuple[Sequence[Resource], int]:
        """Those that are part of no other, or all of them."""
        index = RESOURCES_BY_NAME if with_children else PARENTS_BY_NAME
        return self._named(self._work.records(RESOURCES), index, ALL, text, sort, page)

    def services(self, text: str, sort: str, page: PageRequest) -> tuple[Sequence[Service], int]:
        return self._named(self._work.records(SERVICES), SERVICES_BY_NAME, ALL, text, sort, page)

    def children(
        self, parent: Resource, vacancy: Vacancy | None, sort: str, page: PageRequest
    ) -> tuple[Sequence[Resource], int]:
        """The resources that are part of another; those at which *vacancy* can be booked, where there is one.

        Raises:
            NamesNothing: The service of the vacancy.
        """
        resources = self._work.records(RESOURCES)
        if vacancy is None:
            return self._named(resources, RESOURCES_OF_PARENT, parent.id, "", sort, page)
        with named_at(parameter="filter[availability_service_id]"):
            service = Register(self._work).service(vacancy.service_id)
        diary = Diary(self._work)
        return page_of(
            resources,
            RESOURCES_OF_PARENT,
            parent.id,
            page,
            backwards=sort.startswith("-"),
            passes=lambda child: diary.obstacle(service, child, vacancy.span) is None,
        )

    def _named(
        self, records: Records[R], index: Index[R], group: str, text: str, sort: str, page: PageRequest
    ) -> tuple[Sequence[R], int]:
        passes = (lambda record: text in record.name.lower()) if text else None
        return page_of(records, index, group, page, backwards=sort.startswith("-"), passes=passes)
