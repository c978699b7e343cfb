"""When resources can be booked: what the diary says, asked for every start of a day or every end for a start."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.offers import RESOURCES, Resource, Service
from mockserver.apis.anny.refusals import Unavailability, named_at
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.terms import is_on_grid, openings_of, shortest, step_of, zone_of
from mockserver.booking.schedule import local_moment
from mockserver.booking.spans import Span
from mockserver.sandbox.work import Work

__all__ = ["Availability", "Interval"]

_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60
_REASONS = list(Unavailability)


class Interval(msgspec.Struct, frozen=True, gc=False):
    """What can be booked from a start to an end.

    Attributes:
        places: Those of all resources that were asked for.
        left: How many of them can still be booked.
        resource_ids: Where.
        reason: Why nowhere; of several resources, that of the one which came nearest.
    """

    span: Span
    places: int
    left: int
    resource_ids: tuple[str, ...]
    reason: Unavailability | None


class Availability:
    """When so many *places* can be booked. Raises NamesNothing for ids in the query that name nothing."""

    __slots__ = ("_diary", "_places", "_register", "_work")

    def __init__(self, work: Work, *, places: int = 1) -> None:
        self._places = places
        self._work = work
        self._diary = Diary(work)
        self._register = Register(work)

    def offer(self, service_id: str, resource_id: str | None) -> tuple[Service, list[Resource]]:
        """A service with the resource asked for, whether it offers the service or not; without one, with all that do."""
        with named_at(parameter="service_id"):
            service = self._register.service(service_id)
        if resource_id is not None:
            with named_at(parameter="resource_id"):
                return service, [self._register.resource(resource_id)]
        resources = [self._work.records(RESOURCES).get(each) for each in service.resource_ids]
        return service, [each for each in resources if each.is_listed]

    def starts(
        self,
        service: Service,
        resources: Sequence[Resource],
        day: date,
        *,
        zone: ZoneInfo | None = None,
        minutes: int | None = None,
    ) -> list[Interval]:
        """Every start of the service's grid in the opening hours of a day, in order.

        Args:
            zone: By whose clock it is that day; None for the clock of each resource.
            minutes: How long it is to be; as short as can be where nobody says.
        """
        length = timedelta(minutes=minutes or shortest(service))
        starts = {start for resource in resources for start in _grid(service, resource, day, zone)}
        return [self._look(service, resources, Span(start, start + length)) for start in sorted(starts)]

    def ends(self, service: Service, resources: Sequence[Resource], start: datetime) -> list[Interval]:
        """Every end that the durations of a service allow, in order; a day long at most where it sets no longest one."""
        longest = service.max_duration or _DAY_MINUTES
        lengths = range(shortest(service), longest + 1, step_of(service))
        return [self._look(service, resources, Span(start, start + timedelta(minutes=each))) for each in lengths]

    def _look(self, service: Service, resources: Sequence[Resource], span: Span) -> Interval:
        reasons = [self._diary.obstacle(service, each, span, weight=self._places) for each in resources]
        free = [each for each, reason in zip(resources, reasons, strict=True) if reason is None]
        return Interval(
            span=span,
            places=sum(each.quantity for each in resources),
            left=sum(self._diary.places_left(service, each, span) for each in free),
            resource_ids=tuple(each.id for each in free),
            reason=None if free else _nearest(reasons),
        )


def _nearest(reasons: Iterable[Unavailability | None]) -> Unavailability:
    """The reason that is looked at last: what it is about has passed everything else. Nothing to book is a reason too."""
    found = [reason for reason in reasons if reason is not None]
    return max(found, key=_REASONS.index, default=Unavailability.RESOURCE_UNAVAILABLE)


def _grid(service: Service, resource: Resource, day: date, zone: ZoneInfo | None) -> Iterator[datetime]:
    """The starts of a service on a day by the clock of *zone*, in the opening hours of a resource."""
    own = zone_of(resource)
    if zone is None:
        yield from _starts_on(service, resource, day, own)
        return
    for ahead in range(-2, 3):  # clocks are up to 26 hours apart
        for start in _starts_on(service, resource, day + ahead * _DAY, own):
            if start.astimezone(zone).date() == day:
                yield start


def _starts_on(service: Service, resource: Resource, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    openings = openings_of(resource, local_moment(day, time(12), zone))
    if not openings:
        return
    for minute in range(0, _DAY_MINUTES, step_of(service)):
        shown = time(*divmod(minute, 60))
        # When the clocks go back, a time comes twice; when they go forward, one that is left out may be off the grid.
        for start in {datetime.combine(day, shown.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)}:
            if is_on_grid(service, resource, start) and any(each.contains(start) for each in openings):
                yield start
