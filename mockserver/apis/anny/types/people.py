"""Who books, whom for, and who calls."""

from typing import Any

import msgspec

from mockserver.apis.anny.auth import ORGANIZATION_ID
from mockserver.apis.anny.numbering import uuid_named
from mockserver.apis.anny.offers import SINCE
from mockserver.apis.anny.records import Customer, CustomerAccount
from mockserver.apis.anny.types.context import Context
from mockserver.apis.anny.types.formats import moment
from mockserver.apis.anny.views import Relation, Type

__all__ = ["ADMINISTRATION", "PEOPLE_TYPES", "Organization", "User"]


class Organization(msgspec.Struct, frozen=True):
    id: str
    name: str


class User(msgspec.Struct, frozen=True):
    """Who a token is of: a customer, or somebody of the organisation's."""

    id: str
    email: str
    given_name: str | None
    family_name: str | None
    organization: Organization | None = None


ADMINISTRATION = User(
    uuid_named("user", "administration"),
    "admin@example.com",
    "Harbour",
    "House",
    organization=Organization(ORGANIZATION_ID, "Harbour House"),
)
"""Whose the organisation's token is. Assumed."""


def _customer(customer: Customer, _: Context) -> dict[str, Any]:
    return {
        "uuid": customer.id,
        "full_name": customer.name,
        "given_name": customer.given_name,
        "family_name": customer.family_name,
        "email": customer.email,
        "company": None,
        "phone": None,
        "mobile": None,
        "locale": customer.locale,
        "created_at": moment(customer.created_at),
        "updated_at": moment(customer.created_at),
    }


def _account(account: CustomerAccount, _: Context) -> dict[str, Any]:
    return {
        "title": None,
        "sex": None,
        "birth_date": None,
        "given_name": account.given_name,
        "family_name": account.family_name,
        "email": account.email,
        "company": None,
        "mobile": None,
        "mobile_verified_at": None,
        "phone": None,
        "locale": account.locale,
        "timezone": account.timezone,
        "activated_at": moment(SINCE),
        "has_organization": False,
        "created_at": moment(SINCE),
        "updated_at": moment(SINCE),
    }


def _user(user: User, _: Context) -> dict[str, Any]:
    return {"email": user.email, "given_name": user.given_name, "family_name": user.family_name}


def _organization(organization: Organization, _: Context) -> dict[str, Any]:
    return {"name": organization.name}


PEOPLE_TYPES: tuple[Type[Any, Context], ...] = (
    Type(
        name="customers",
        attributes=_customer,
        relationships={"address": Relation.to_nothing()},
        includes=("address",),
    ),
    Type(
        name="users",
        attributes=_user,
        relationships={"active_organization": Relation.to_one("organizations", lambda user, _: user.organization)},
        includes=("active_organization",),
        path="/user",
    ),
    Type(name="organizations", attributes=_organization, path=""),
    Type(name="customer-accounts", attributes=_account, path="/customer-account"),
)
