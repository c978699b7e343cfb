"""Keeping people whom the world has not known."""

from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.records import ACCOUNTS, CUSTOMERS, Customer, CustomerAccount, customer_of
from mockserver.apis.anny.register import Register
from mockserver.sandbox.work import Work

__all__ = ["enrol", "new_customer"]


def enrol(work: Work, account: CustomerAccount) -> Customer:
    """The customer an account books for; both are kept from now on."""
    known = work.records(CUSTOMERS).find(account.customer_id)
    if known is not None:
        return known
    work.records(ACCOUNTS).put(account)
    return _keep(work, customer_of(account))


def new_customer(
    work: Work, *, email: str, given_name: str, family_name: str, account_id: str | None = None
) -> Customer:
    """Somebody who books without an account, or for whom an account books."""
    return _keep(
        work,
        Customer(
            id=Register(work).new_uuid("customer"),
            account_id=account_id,
            email=email,
            given_name=given_name,
            family_name=family_name,
            created_at=work.this_second,
        ),
    )


def _keep(work: Work, customer: Customer) -> Customer:
    work.records(CUSTOMERS).put(customer)
    tell(work, "customers.created", customer)
    return customer
