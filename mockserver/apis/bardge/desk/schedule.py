"""When classes are given: instances that are kept, and those that follow from the week of a class.

The latter are nowhere kept but drawn whenever somebody asks, so that there are some a year ahead wherever the clock is: the
same ones each time, by the sandbox's seed. A kept one stands for its class on its day.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta

from mockserver.apis.bardge.records import CLASSES, INSTANCES, INSTANCES_OF_CLASS, LAGOS, ClassInstance, GymClass
from mockserver.apis.bardge.terms import moment_of
from mockserver.booking.errors import NotFound
from mockserver.booking.spans import microseconds
from mockserver.sandbox.randomness import draw
from mockserver.sandbox.work import Work

__all__ = ["instance_of", "instances_between", "is_given_on"]

_MIDNIGHT = time(0)
_DAY = timedelta(days=1)
_DAYS_AHEAD = timedelta(days=366)


def instance_of(work: Work, instance_id: str) -> ClassInstance:
    """Raises NotFound."""
    kept = work.records(INSTANCES).find(instance_id)
    if kept is not None:
        return kept
    name, _, digits = instance_id.removeprefix("ci_").rpartition("_")
    gym_class = work.records(CLASSES).find(f"class_{name}")
    day = _day_of(digits)
    for each in () if gym_class is None or day is None else instances_between(work, gym_class, day, day):
        if each.id == instance_id:
            return each
    raise NotFound("class instance", instance_id).under("BG-A09")


def instances_between(work: Work, gym_class: GymClass, first: date, last: date) -> Sequence[ClassInstance]:
    """From one day to another, both included, the earliest first."""
    kept = _kept(work, gym_class, first, last)
    if gym_class.weekly is None:
        return kept
    taken = {each.starts_at.astimezone(LAGOS).date() for each in kept}
    days = (first + number * _DAY for number in range((last - first).days + 1))
    drawn = [_drawn(work, gym_class, day) for day in days if day not in taken and _is_in_the_week(work, gym_class, day)]
    return sorted([*kept, *drawn], key=lambda each: each.starts_at)


def is_given_on(work: Work, gym_class: GymClass, day: date) -> bool:
    return _is_in_the_week(work, gym_class, day) or bool(_kept(work, gym_class, day, day))


def _kept(work: Work, gym_class: GymClass, first: date, last: date) -> Sequence[ClassInstance]:
    begins, ends = (microseconds(moment_of(day, _MIDNIGHT)) for day in (first, last + _DAY))
    return work.records(INSTANCES).between(INSTANCES_OF_CLASS, gym_class.id, begins, ends)


def _is_in_the_week(work: Work, gym_class: GymClass, day: date) -> bool:
    """Until a year from now."""
    weekly = gym_class.weekly
    return (
        weekly is not None
        and day.isoweekday() % 7 in weekly.weekdays
        and day <= work.now.astimezone(LAGOS).date() + _DAYS_AHEAD
    )


def _drawn(work: Work, gym_class: GymClass, day: date) -> ClassInstance:
    weekly = gym_class.weekly
    assert weekly is not None  # noqa: S101 - of other classes no day is in the week
    chance = draw(work.seed, "bardge", "class_instance", gym_class.id, day)
    return ClassInstance(
        id=f"ci_{gym_class.id.removeprefix('class_')}_{day:%Y%m%d}",
        class_id=gym_class.id,
        starts_at=moment_of(day, weekly.at),
        capacity=weekly.capacity,
        taken=chance.randint(*weekly.taken),
    )


def _day_of(digits: str) -> date | None:
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None
