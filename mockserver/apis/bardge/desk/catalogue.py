"""What is offered, and who can be asked: nothing here changes anything."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from operator import attrgetter

import msgspec

from mockserver.apis.bardge.desk.coverage import covers
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.pages import Page, page_among, page_of
from mockserver.apis.bardge.desk.register import may_be_asked
from mockserver.apis.bardge.desk.schedule import instances_between, is_given_on
from mockserver.apis.bardge.records import (
    BRANCHES,
    BRANCHES_NEWEST,
    CLASS_CATEGORIES,
    CLASSES,
    CLASSES_NEWEST,
    CLASSES_OF_BRANCH,
    CREDIT_PACKAGES,
    CREDIT_PACKAGES_OF_RESELLER,
    LAGOS,
    PRODUCTS,
    PRODUCTS_OF_RESELLER,
    RESELLERS,
    RESELLERS_NEWEST,
    Branch,
    Category,
    ClassCategory,
    ClassInstance,
    CopayOption,
    CreditPackage,
    GymClass,
    Product,
    Reseller,
    catalogue_owner,
    mode_of,
)
from mockserver.apis.refusals import BadInput
from mockserver.booking.paging import CursorRequest
from mockserver.booking.ports import ALL
from mockserver.sandbox.work import Work

__all__ = ["Catalogue", "ClassQuery", "Place", "Venue"]

_EARTH_KM = 6_371.0
_DEGREE = radians(1)
_HALF_DEGREE = _DEGREE / 2
_DAYS_AHEAD = timedelta(days=30)
"""From the first day of instances to the last one, where that is not given."""

_LONGEST = timedelta(days=92)


class Place(msgspec.Struct, frozen=True):
    """In degrees."""

    latitude: float
    longitude: float

    def distance_km(self, branch: Branch) -> float:
        """As the crow flies, over a round earth."""
        return 2 * _EARTH_KM * asin(sqrt(min(self.order()(branch), 1.0)))

    def order(self) -> Callable[[Branch], float]:
        """What sorts venues as their distances would, for less: the haversine of the angle to each."""
        latitude, longitude, cos_here = self.latitude, self.longitude, cos(radians(self.latitude))

        def haversine(branch: Branch) -> float:
            there = branch.latitude
            north = sin((there - latitude) * _HALF_DEGREE)
            east = sin((branch.longitude - longitude) * _HALF_DEGREE)
            return north * north + cos_here * cos(there * _DEGREE) * east * east

        return haversine


class Venue(msgspec.Struct, frozen=True):
    """A branch, and how far it is where somebody asked from a place."""

    branch: Branch
    distance_km: float | None = None


class ClassQuery(msgspec.Struct, frozen=True):
    """Which classes are wanted: those that fit all that is not None. An id that names nothing fits none."""

    category_id: str | None = None
    branch_id: str | None = None
    day: date | None = None


class Catalogue:
    """Lists are by page, the newest first, unless somebody asks from a place. A cursor that is not of the list raises
    BadCursor.
    """

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    # Products

    def products(self, reseller_id: str, category: Category | None, request: CursorRequest) -> Page[Product]:
        products = self._work.records(PRODUCTS)
        if category is None:
            return page_of(products, PRODUCTS_OF_RESELLER, catalogue_owner(reseller_id), request)
        fitting = [
            each for each in products.page(PRODUCTS_OF_RESELLER, catalogue_owner(reseller_id)) if each.cover(category)
        ]
        return page_among(fitting, request, id_of=attrgetter("id"))

    def count_venues(self) -> Callable[[Product], int]:
        """How many venues a product opens: all of them are read once, for any number of products."""
        numbers = Counter((branch.category, branch.tier) for branch in self._branches())
        return lambda product: sum(number for which, number in numbers.items() if covers(product, *which))

    # Venues

    def venues(
        self,
        place: Place | None,
        category: Category | None,
        request: CursorRequest,
        *,
        product: Product | None = None,
    ) -> Page[Venue]:
        """Those of a category, and those that a product opens; the nearest first where a place is given."""
        branches = [
            branch
            for branch in self._branches()
            if (category is None or branch.category is category)
            and (product is None or covers(product, branch.category, branch.tier))
        ]
        if place is not None:
            branches.sort(key=place.order())
        page = page_among(branches, request, id_of=attrgetter("id"))
        # How far it is to thousands that are not on the page would take longer than all else.
        venues = [Venue(branch, None if place is None else place.distance_km(branch)) for branch in page.items]
        return Page(venues, page.has_more)

    def copay_options(self, branch: Branch, request: CursorRequest) -> Page[CopayOption]:
        return page_among(branch.copay_options, request, id_of=attrgetter("id"))

    def _branches(self) -> Sequence[Branch]:
        return self._work.records(BRANCHES).page(BRANCHES_NEWEST, ALL)

    # Classes

    def class_categories(self) -> Page[ClassCategory]:
        """All of them."""
        found = self._work.records(CLASS_CATEGORIES).page(CLASS_CATEGORIES.listed, ALL)
        return Page(found, has_more=False)

    def classes(self, query: ClassQuery, place: Place | None, request: CursorRequest) -> Page[GymClass]:
        """With a place those of the nearest venues first, and of one venue the newest first."""
        classes = self._work.records(CLASSES)
        wanted = [each for each in classes.page(CLASSES_NEWEST, ALL) if self._fits(each, query)]
        if place is not None:
            branches = self._work.records(BRANCHES)
            order = place.order()
            wanted.sort(key=lambda each: order(branches.get(each.branch_id)))
        return page_among(wanted, request, id_of=attrgetter("id"))

    def classes_of(self, branch: Branch, request: CursorRequest) -> Page[GymClass]:
        return page_of(self._work.records(CLASSES), CLASSES_OF_BRANCH, branch.id, request)

    def instances(
        self, reseller_id: str, gym_class: GymClass, first: date | None, last: date | None
    ) -> list[tuple[ClassInstance, int]]:
        """From one day to another, both included, the earliest first, with the places that are left in each.

        The first day is today where none is given, the last one 30 days later. What has begun is there only where the
        first day is before today.

        Raises:
            BadInput: The days are in the wrong order, or more than 92 days apart.
        """
        today = self._work.now.astimezone(LAGOS).date()
        begins = today if first is None else first
        ends = begins + _DAYS_AHEAD if last is None else last
        if ends < begins:
            raise BadInput("query", "to", "is before from")
        if ends - begins > _LONGEST:
            raise BadInput("query", "to", f"is more than {_LONGEST.days} days after from")
        found = instances_between(self._work, gym_class, begins, ends)
        diary = Diary(self._work, reseller_id)
        return [(each, diary.places_left(each)) for each in found if begins < today or each.starts_at > self._work.now]

    def _fits(self, gym_class: GymClass, query: ClassQuery) -> bool:
        return (
            query.category_id in {None, gym_class.category_id}
            and query.branch_id in {None, gym_class.branch_id}
            and (query.day is None or is_given_on(self._work, gym_class, query.day))
        )

    # Packages and issuers

    def credit_packages(self, reseller_id: str, request: CursorRequest) -> Page[CreditPackage]:
        packages = self._work.records(CREDIT_PACKAGES)
        return page_of(packages, CREDIT_PACKAGES_OF_RESELLER, catalogue_owner(reseller_id), request)

    def issuers(self, reseller_id: str, request: CursorRequest) -> Page[Reseller]:
        """Those who let others look up their clients, but for the caller."""
        resellers = self._work.records(RESELLERS).page(RESELLERS_NEWEST, mode_of(reseller_id))
        others = [each for each in resellers if may_be_asked(each) and each.id != reseller_id]
        return page_among(others, request, id_of=attrgetter("issuer_id"))
