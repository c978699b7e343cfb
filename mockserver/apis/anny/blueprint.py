"""The organisation of every world, as `fixtures/anny/seed.yaml` has it: people, and what is offered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.anny.offers import (
    ADD_ONS,
    FORMS,
    POLICIES,
    RESOURCES,
    SERVICES,
    AddOn,
    CheckIn,
    Editing,
    FeeTier,
    FeeType,
    Form,
    Period,
    PolicyRecord,
    Resource,
    Service,
)
from mockserver.apis.anny.records import ACCOUNTS, CUSTOMERS, CustomerAccount, customer_of
from mockserver.booking.ports import Kind

__all__ = ["Blueprint", "Records", "number_of", "read_blueprint"]

Records = list[tuple[Kind[Any], Any]]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What `seed.yaml` says. People and what is offered stand under the numbers at the end of their ids.

    Attributes:
        document: As it is written, for what is only needed while a world is drawn.
        records: What every world holds.
    """

    document: Mapping[str, Any]
    zone: ZoneInfo
    accounts: Mapping[int, CustomerAccount]
    resources: Mapping[int, Resource]
    services: Mapping[int, Service]
    add_ons: Mapping[int, AddOn]
    records: Records


@cache
def read_blueprint() -> Blueprint:
    """Reads it once: all worlds share what they have in common."""
    document = read_yaml(fixtures_dir() / "anny" / "seed.yaml")
    organization = document["organization"]
    hours = _hours(document["opening_hours"])
    accounts = [_account(each) for each in document["accounts"]]
    resources = [_resource(each, organization, hours) for each in document["resources"]]
    add_ons = [_add_on(each, organization) for each in document["add_ons"]]
    services = [_service({**document["service_defaults"], **each}, organization) for each in document["services"]]
    policies = [_policy(each) for each in document["cancellation_policies"]]
    forms = [msgspec.convert(each, Form) for each in document["custom_forms"]]
    records: Records = []
    records += [(ACCOUNTS, account) for account in accounts]
    records += [(CUSTOMERS, customer_of(account)) for account in accounts]
    records += [(RESOURCES, resource) for resource in resources]
    records += [(ADD_ONS, add_on) for add_on in add_ons]
    records += [(POLICIES, policy) for policy in policies]
    records += [(FORMS, form) for form in forms]
    records += [(SERVICES, service) for service in services]
    return Blueprint(
        document=document,
        zone=ZoneInfo(organization["timezone"]),
        accounts={number_of(each.id): each for each in accounts},
        resources={number_of(each.id): each for each in resources},
        services={number_of(each.id): each for each in services},
        add_ons={number_of(each.id): each for each in add_ons},
        records=records,
    )


def number_of(name: str | int) -> int:
    """The number at the end of an id, which seeds write alone."""
    return name if isinstance(name, int) else int(name[-12:])


def _minor(amount: float) -> int:
    return round(amount * 100)


def _hours(rows: Iterable[Mapping[str, Any]]) -> dict[int, tuple[tuple[time, time], ...]]:
    return {
        day: tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in row["open"])
        for row in rows
        for day in row["days"]
    }


def _account(document: Mapping[str, Any]) -> CustomerAccount:
    return msgspec.convert({**document, "customer_id": document["customer"]}, CustomerAccount)


def _resource(document: Mapping[str, Any], organization: Mapping[str, Any], hours: dict[int, Any]) -> Resource:
    check_in, self_check_in = document["check_in"], document["self_check_in"]
    return Resource(
        id=document["id"],
        slug=document["slug"],
        name=document["name"],
        timezone=organization["timezone"],
        quantity=document["quantity"],
        parent_id=document["parent"],
        check_in=CheckIn(
            is_enabled=check_in["isEnabled"],
            auto_expiry=check_in["autoExpiry"],
            expires_after=check_in["autoExpiresAfter"],
            allowed_before=check_in["allowedAdvancePeriod"],
            allowed_after=check_in["allowedDelayPeriod"],
            allow_multiple=check_in["allowMultiple"],
            release_on_checkout=check_in["releaseOnCheckout"],
            by_terminal=self_check_in["isEnabled"],
            out_by_terminal=self_check_in["checkOutEnabled"],
        ),
        hours=hours,
    )


def _add_on(document: Mapping[str, Any], organization: Mapping[str, Any]) -> AddOn:
    shared = {"currency": organization["currency"], "tax_rate": organization["tax_rate"]}
    return msgspec.convert({**document, **shared, "price": _minor(document["price"])}, AddOn)


def _policy(document: Mapping[str, Any]) -> PolicyRecord:
    return PolicyRecord(
        id=document["id"], name=document["name"], tiers=tuple(_tier(each) for each in document["tiers"])
    )


def _tier(document: Mapping[str, Any]) -> FeeTier:
    fee_type, value = FeeType(document["fee_type"]), document["fee_value"]
    return FeeTier(document["before_start_minutes"], fee_type, _minor(value) if fee_type is FeeType.AMOUNT else value)


def _service(document: Mapping[str, Any], organization: Mapping[str, Any]) -> Service:
    """What the document calls otherwise than the record is renamed; the rest has the same names."""
    editing = document["editing"]
    renamed = {
        "currency": organization["currency"],
        "tax_rate": organization["tax_rate"],
        "resource_ids": document["resources"],
        "price": _minor(document["price"]),
        "starting_fee": _minor(document["starting_fee"]),
        "auto_accept": document["auto_accept_bookings"],
        "add_on_ids": document["add_ons"],
        "form_id": document["custom_form"],
        "policy_id": document["cancellation_policy"],
        "editing": Editing(
            base_data=editing["canEditBaseData"],
            resource=editing["canEditChildResource"],
            service_options=editing["canEditServiceOptions"],
            future_only=editing["futureOnly"],
            deadline=Period(**editing["deadline"]),
        ),
    }
    return msgspec.convert({**document, **renamed}, Service)
