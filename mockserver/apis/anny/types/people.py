"""Who books, and whom for."""

from typing import Any

from mockserver.apis.anny.offers import SINCE
from mockserver.apis.anny.records import Customer, CustomerAccount
from mockserver.apis.anny.types.context import Context
from mockserver.apis.anny.types.formats import moment
from mockserver.apis.anny.views import Type

__all__ = ["PEOPLE_TYPES"]


def _customer(customer: Customer, _: Context) -> dict[str, Any]:
    return {
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


PEOPLE_TYPES: tuple[Type[Any, Context], ...] = (
    Type(name="customers", attributes=_customer),
    Type(name="customer-accounts", attributes=_account, path="/customer-account"),
)
