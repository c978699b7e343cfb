"""What every world offers, as `fixtures/bardge/seed.yaml` has it: resellers, products, venues, classes, packages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import msgspec

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.bardge.records import (
    ACCOUNTS,
    BRANCHES,
    CLASS_CATEGORIES,
    CLASSES,
    CREDIT_PACKAGES,
    PRODUCTS,
    RESELLERS,
    Account,
    Branch,
    ClassCategory,
    Cover,
    CreditPackage,
    GymClass,
    Mode,
    Product,
    Reseller,
    account_in,
)
from mockserver.booking.ports import Kind

__all__ = ["Blueprint", "Records", "read_blueprint"]

Records = list[tuple[Kind[Any], Any]]

_CITY = "Lagos"
_OFFERED_FROM = datetime(2025, 1, 6, 8, tzinfo=UTC)
"""When the oldest of what is offered was made; what came after it a day later each. No page says."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What `seed.yaml` says. What is offered stands under its id.

    Attributes:
        document: As it is written, for what is only needed while a world is drawn.
        records: What every world holds.
        last_serial: Of the newest of them.
    """

    document: Mapping[str, Any]
    products: Mapping[str, Product]
    branches: Mapping[str, Branch]
    classes: Mapping[str, GymClass]
    records: Records
    last_serial: int


@cache
def read_blueprint() -> Blueprint:
    """Reads it once: all worlds share what they have in common."""
    document = read_yaml(fixtures_dir() / "bardge" / "seed.yaml")
    counted = _Counted()
    in_test_mode = [{**each, "id": account_in(Mode.TEST, each["id"])} for each in document["resellers"]]
    resellers = [
        _reseller(each, serial, at)
        for mode in (in_test_mode, document["resellers"])
        for each, serial, at in counted.newest_first(mode)
    ]
    branches = [_branch(each, serial, at) for each, serial, at in counted.newest_first(document["branches"])]
    products = [_product(each, serial, at) for each, serial, at in counted.newest_first(document["products"])]
    classes = [_class(each, serial, at) for each, serial, at in counted.newest_first(document["classes"])]
    packages = [_package(each, serial, at) for each, serial, at in counted.newest_first(document["credit_packages"])]
    records: Records = []
    records += [(RESELLERS, reseller) for reseller in resellers]
    for mode in (document["resellers"], in_test_mode):
        records += [(ACCOUNTS, msgspec.convert(each, Account)) for each in mode]
    records += [(PRODUCTS, product) for product in products]
    records += [(BRANCHES, branch) for branch in branches]
    records += [(CLASS_CATEGORIES, msgspec.convert(each, ClassCategory)) for each in document["class_categories"]]
    records += [(CLASSES, each) for each in classes]
    records += [(CREDIT_PACKAGES, package) for package in packages]
    return Blueprint(
        document=document,
        products={each.id: each for each in products},
        branches={each.id: each for each in branches},
        classes={each.id: each for each in classes},
        records=records,
        last_serial=counted.last,
    )


class _Counted:
    """Gives serials, and moments to go with them, to what is written with the newest first."""

    def __init__(self) -> None:
        self.last = 0

    def newest_first(self, documents: Sequence[Mapping[str, Any]]) -> Iterable[tuple[Mapping[str, Any], int, datetime]]:
        self.last += len(documents)
        serials = range(self.last, self.last - len(documents), -1)
        return [
            (document, serial, _OFFERED_FROM + timedelta(days=serial))
            for document, serial in zip(documents, serials, strict=True)
        ]


def _reseller(document: Mapping[str, Any], serial: int, created_at: datetime) -> Reseller:
    return Reseller(
        id=document["id"],
        issuer_id=document["issuer"],
        name=document["name"],
        serial=serial,
        is_enabled=document["enabled"],
        lookup_enabled=document["lookup_enabled"],
        created_at=created_at,
    )


def _product(document: Mapping[str, Any], serial: int, created_at: datetime) -> Product:
    renamed = {
        "reseller_id": document["reseller"],
        "serial": serial,
        "duration": document["duration"].upper(),
        "covers": [_cover(each) for each in document["categories"]],
        "created_at": created_at,
    }
    return msgspec.convert({**document, **renamed}, Product)


def _cover(document: Mapping[str, Any]) -> Cover:
    renamed = {
        "category": document["type"],
        "duration": document["duration"].upper(),
        "credits": document["credit_allocated"],
    }
    return msgspec.convert({**document, **renamed}, Cover)


def _branch(document: Mapping[str, Any], serial: int, created_at: datetime) -> Branch:
    """A spa has no price of a visit and no packages, a gym no services."""
    usual = {"visit_price": 0, "copay_options": (), "services": ()}
    return msgspec.convert({**usual, **document, "serial": serial, "city": _CITY, "created_at": created_at}, Branch)


def _class(document: Mapping[str, Any], serial: int, created_at: datetime) -> GymClass:
    weekly = document.get("weekly")
    renamed = {
        "category_id": document["category"],
        "branch_id": document["branch"],
        "serial": serial,
        "created_at": created_at,
        "weekly": weekly and {**weekly, "at": time.fromisoformat(weekly["at"])},
    }
    return msgspec.convert({**document, **renamed}, GymClass)


def _package(document: Mapping[str, Any], serial: int, created_at: datetime) -> CreditPackage:
    renamed = {"reseller_id": document["reseller"], "serial": serial, "created_at": created_at}
    return msgspec.convert({**document, **renamed}, CreditPackage)
