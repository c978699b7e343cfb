"""What a client's pass, and what was bought beside it, is good for.

House rules:
- A pass covers the tiers that its product lists for a category. How many visits are left is another question.
- Visits are counted by category; those that were bought raise the limit and are never taken back.
- What was bought for a venue is good where the reseller who bought it books. Assumed.
- Services of a spa that the pass covers take one visit together, or credits; where neither suffices they can be bought.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from mockserver.apis.bardge.desk.visitors import Visitor
from mockserver.apis.bardge.records import (
    COPAYS,
    COPAYS_OF_CLIENT,
    ISSUED_PASSES,
    Booking,
    Branch,
    Category,
    Client,
    Copay,
    IssuedPass,
    Product,
    SpaService,
    Taken,
)
from mockserver.apis.refusals import Forbidden
from mockserver.sandbox.work import Work

__all__ = [
    "ServiceCost",
    "add_visits",
    "costs_of",
    "covered_tiers",
    "covers",
    "ensure_copays_last",
    "give_back_visit",
    "gym_copay",
    "has_visits",
    "spa_copays",
    "take_copay_visit",
    "take_visit",
    "use_spa_copays",
    "visits_left",
]


# Of a pass


def covers(product: Product, category: Category, tier: str) -> bool:
    """Whether a pass of the product opens venues, or services, of a tier."""
    cover = product.cover(category)
    return cover is not None and tier in cover.tiers


def covered_tiers(product: Product, branch: Branch, services: Sequence[SpaService] = ()) -> tuple[str, ...]:
    """Of the tiers that a visit takes, that of a gym or those of the services of a spa, the ones that a pass of the
    product covers, in the order of the alphabet.
    """
    tiers = {service.tier for service in services} or {branch.tier}
    return tuple(sorted(tier for tier in tiers if covers(product, branch.category, tier)))


def visits_left(issued: IssuedPass, product: Product, category: Category) -> int | None:
    """Visits that a pass is still good for, bought ones included; None where they are not counted.

    0 where the product does not have the category: another product may have been put under the pass.
    """
    cover = product.cover(category)
    if cover is None:
        return 0
    if cover.visits_allowed is None:
        return None
    allowed = cover.visits_allowed + issued.visits_bought.get(category, 0)
    return max(allowed - issued.visits_used.get(category, 0), 0)


def has_visits(issued: IssuedPass, product: Product, category: Category) -> bool:
    return visits_left(issued, product, category) != 0


def take_visit(work: Work, issued: IssuedPass, category: Category) -> Taken:
    """Counted also where there is no limit. Whether one is left is the caller's to know."""
    _count(work, issued, category, 1)
    return Taken(category=category, visits=1)


def add_visits(work: Work, issued: IssuedPass, category: Category, number: int) -> IssuedPass:
    """The pass with so many visits more than its product allows."""
    bought = {**issued.visits_bought, category: issued.visits_bought.get(category, 0) + number}
    issued = msgspec.structs.replace(issued, visits_bought=bought)
    work.records(ISSUED_PASSES).put(issued)
    return issued


def give_back_visit(work: Work, pass_id: str, took: Taken) -> None:
    """Give back the visit of the pass or of the package, and the co-pays of an appointment. Credits and money are not
    its matter.
    """
    if took.category is not None and took.visits:
        _count(work, work.records(ISSUED_PASSES).get(pass_id), took.category, -took.visits)
    for copay_id in took.copay_ids:
        copay = work.records(COPAYS).get(copay_id)
        if copay.quote_id is None:
            copay = msgspec.structs.replace(copay, visits_used=copay.visits_used - took.visits)
        else:
            copay = msgspec.structs.replace(copay, used_by=None)
        work.records(COPAYS).put(copay)


def _count(work: Work, issued: IssuedPass, category: Category, number: int) -> None:
    used = {**issued.visits_used, category: max(issued.visits_used.get(category, 0) + number, 0)}
    work.records(ISSUED_PASSES).put(msgspec.structs.replace(issued, visits_used=used))


# Of what was bought beside it


def gym_copay(work: Work, reseller_id: str, client: Client, branch_id: str, at: datetime) -> Copay | None:
    """The package of a gym that the reseller bought, with visits left and not over at the moment of the visit; of several
    the one that is over first.
    """
    found = [
        each
        for each in _copays(work, reseller_id, client, branch_id, at)
        if each.option_id is not None and each.visits_used < each.visits_allowed
    ]
    return min(found, key=lambda each: (each.ends_at, each.serial), default=None)


def spa_copays(
    work: Work,
    reseller_id: str,
    visitor: Visitor,
    branch_id: str,
    at: datetime,
    services: Sequence[SpaService],
    held: int,
) -> tuple[Copay, ...]:
    """The co-pays of a spa that the reseller bought, that no appointment has used, that are not over, and that are good
    for services which neither the pass nor the credits cover: first the one that is good for the most of them, and of
    several such the one bought first; then likewise for what is left. One that is good for nothing more is not among
    them.

    Args:
        held: Credits of the client.
    """
    of_pass = _of_pass(visitor, services)
    wanted = {service.id for service in services} - (set() if _is_short(visitor, of_pass, held) else {*of_pass})
    unused = [
        each
        for each in _copays(work, reseller_id, visitor.client, branch_id, at)
        if each.quote_id is not None and not each.used_by and wanted.intersection(each.service_ids)
    ]
    chosen: list[Copay] = []
    while unused:
        best = min(unused, key=lambda each: (-len(wanted.intersection(each.service_ids)), each.serial))
        chosen.append(best)
        wanted.difference_update(best.service_ids)
        unused = [each for each in unused if wanted.intersection(each.service_ids)]
    return tuple(chosen)


def take_copay_visit(work: Work, copay: Copay) -> Taken:
    """A visit of a gym's package."""
    work.records(COPAYS).put(msgspec.structs.replace(copay, visits_used=copay.visits_used + 1))
    return Taken(visits=1, copay_ids=(copay.id,))


def ensure_copays_last(work: Work, took: Taken, at: datetime) -> None:
    """Raises Forbidden: a package or a co-pay that a booking took is over at the moment to which the visit is moved."""
    if any(work.records(COPAYS).get(copay_id).ends_at <= at for copay_id in took.copay_ids):
        raise Forbidden("what was bought for the visit is over by then").under("BG-M12")


def use_spa_copays(work: Work, booking: Booking) -> None:
    """Those that an appointment took are used by it, also where they were used by the one in whose stead it is."""
    copays = work.records(COPAYS)
    for copay_id in booking.took.copay_ids:
        copays.put(msgspec.structs.replace(copays.get(copay_id), used_by=booking.id))


def _copays(work: Work, reseller_id: str, client: Client, branch_id: str, at: datetime) -> list[Copay]:
    return [
        each
        for each in work.records(COPAYS).page(COPAYS_OF_CLIENT, client.id)
        if each.reseller_id == reseller_id and each.branch_id == branch_id and at < each.ends_at
    ]


# Of the services of a spa


class ServiceCost(msgspec.Struct, frozen=True, gc=False):
    """What a service means for a client.

    Attributes:
        is_of_pass: It takes the visit of the pass, or credits.
        copay_amount: Its price where neither these nor what was bought cover it.
    """

    service: SpaService
    is_covered: bool
    is_of_pass: bool

    @property
    def copay_amount(self) -> int:
        return 0 if self.is_covered else self.service.price


def costs_of(
    visitor: Visitor, services: Sequence[SpaService], copays: Sequence[Copay], held: int
) -> tuple[ServiceCost, ...]:
    """In the order of *services*. Those that take credits, and too many of them, are not covered.

    Args:
        copays: What `spa_copays` found.
        held: Credits of the client.
    """
    bought = {service_id for copay in copays for service_id in copay.service_ids}
    of_pass = _of_pass(visitor, services)
    if _is_short(visitor, of_pass, held):
        of_pass = {service_id: each for service_id, each in of_pass.items() if service_id not in bought}
    paid = bought if _is_short(visitor, of_pass, held) else {*bought, *of_pass}
    return tuple(ServiceCost(each, each.id in paid, each.id in of_pass) for each in services)


def _of_pass(visitor: Visitor, services: Sequence[SpaService]) -> dict[str, SpaService]:
    """Those whose tier the pass covers, by their ids."""
    return {each.id: each for each in services if covers(visitor.product, Category.SPA, each.tier)}


def _is_short(visitor: Visitor, of_pass: Mapping[str, SpaService], held: int) -> bool:
    """Whether neither a visit nor the credits suffice for services of the pass."""
    if has_visits(visitor.issued, visitor.product, Category.SPA):
        return False
    return sum(each.credits for each in of_pass.values()) > held
