"""What anybody may see of what is offered."""

from collections.abc import Sequence

import msgspec

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.offers import (
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
from mockserver.booking.ports import ALL
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["Catalogue", "Vacancy"]


class Vacancy(msgspec.Struct, frozen=True):
    """A service that should be bookable over a span."""

    service_id: str
    span: Span


class Catalogue:
    """Each list answers a page and how many there are in all."""

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    def resources(self, page: PageRequest) -> tuple[Sequence[Resource], int]:
        resources = self._work.records(RESOURCES)
        found = resources.page(RESOURCES_BY_NAME, ALL, offset=page.offset, limit=page.size)
        return found, resources.count(RESOURCES_BY_NAME, ALL)

    def services(self, page: PageRequest) -> tuple[Sequence[Service], int]:
        services = self._work.records(SERVICES)
        found = services.page(SERVICES_BY_NAME, ALL, offset=page.offset, limit=page.size)
        return found, services.count(SERVICES_BY_NAME, ALL)

    def children(self, parent: Resource, vacancy: Vacancy | None, page: PageRequest) -> tuple[Sequence[Resource], int]:
        """The resources that are part of another; those at which *vacancy* can be booked, where there is one.

        Raises:
            NamesNothing: The service of the vacancy.
        """
        resources = self._work.records(RESOURCES)
        if vacancy is None:
            found = resources.page(RESOURCES_OF_PARENT, parent.id, offset=page.offset, limit=page.size)
            return found, resources.count(RESOURCES_OF_PARENT, parent.id)
        with named_at(parameter="filter[availability_service_id]"):
            service = Register(self._work).service(vacancy.service_id)
        diary = Diary(self._work)
        children = resources.page(RESOURCES_OF_PARENT, parent.id)
        free = [child for child in children if diary.obstacle(service, child, vacancy.span) is None]
        return free[page.offset : page.offset + page.size], len(free)
