"""What a client gets beside the pass, and the business account pays: packages of gyms, prepaid services, visits.

What was bought stays bought, whatever becomes of the booking that it was bought for.
"""

from datetime import datetime

import msgspec

from mockserver.apis.bardge.desk.coverage import add_visits, covers
from mockserver.apis.bardge.desk.register import duration_end, new_id, new_serial, new_tx_ref, now_ms
from mockserver.apis.bardge.desk.sessions import open_session
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.visitors import Visitor
from mockserver.apis.bardge.records import (
    COPAYS,
    Branch,
    Category,
    ClassInstance,
    Client,
    Copay,
    CopayOption,
    IssuedPass,
    Outcome,
    Quote,
    Session,
    SessionKind,
)
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.sandbox.work import Work

__all__ = ["Payment", "ask_to_buy", "asked_for", "buy_package", "buy_quoted", "buy_visits"]


class Payment(msgspec.Struct, frozen=True, gc=False):
    """What a confirmation says that the client has paid for. How long visits are bought for changes nothing: they are
    good for as long as the pass is. Assumed.
    """

    number_of_visits: int | None = None
    duration: str | None = None
    copay_package_id: str | None = None


# What a session asks for


def ask_to_buy(
    work: Work,
    reseller_id: str,
    visitor: Visitor,
    branch: Branch,
    kind: SessionKind,
    instance: ClassInstance | None = None,
) -> Session:
    """A new session, for somebody who has nothing left that opens a gym: it says what has to be bought.

    Args:
        instance: Of a class.

    Raises:
        Forbidden: The pass does not cover the gym, and the gym has no packages.
    """
    is_covered = covers(visitor.product, Category.GYM, branch.tier)
    if not is_covered and not branch.copay_options:
        raise Forbidden(f"{branch.name} is open only to those whose pass covers it").under("BG-B15", "BG-C06")
    return open_session(
        work,
        reseller_id=reseller_id,
        visitor=visitor,
        kind=kind,
        branch=branch,
        asks=Outcome.VISITS if is_covered else Outcome.COPAY,
        price=branch.visit_price if is_covered else 0,
        instance_id=None if instance is None else instance.id,
    )


def asked_for(session: Session, branch: Branch, payment: Payment) -> int | CopayOption:
    """The number of visits that a confirmation buys, or the package.

    Raises:
        BadInput: What the session asks for is missing, or what it does not ask for is there; the venue has no such
            package.
    """
    wants_visits = session.asks is Outcome.VISITS
    _ensure_asked("copay_package_id", payment.copay_package_id, is_asked=not wants_visits)
    _ensure_asked("number_of_visits", payment.number_of_visits, is_asked=wants_visits)
    _ensure_asked("duration", payment.duration, is_asked=wants_visits)
    if payment.number_of_visits is not None:
        return payment.number_of_visits
    option = branch.copay_option(payment.copay_package_id or "")
    if option is None:
        raise BadInput("body", "copay_package_id", "is not among the copay_options of the session").under("BG-F03")
    return option


def _ensure_asked(field: str, value: object, *, is_asked: bool) -> None:
    if is_asked and value is None:
        raise BadInput("body", field, "is what this session asks for").under("BG-F03")
    if not is_asked and value is not None:
        raise BadInput("body", field, "is not what this session asks for").under("BG-F03")


# What is bought. Each raises RuleBroken `insufficient_balance`.


def buy_visits(work: Work, session: Session, issued: IssuedPass, number: int) -> IssuedPass:
    """The pass with so many visits of gyms more."""
    Till(work).debit(session.reseller_id, session.price * number, reason="visits", about=issued.id)
    return add_visits(work, issued, Category.GYM, number)


def buy_package(work: Work, reseller_id: str, client: Client, branch: Branch, option: CopayOption) -> Copay:
    ends_at = duration_end(now_ms(work), option.duration)
    copay = _copay(work, reseller_id, client, branch, option.price, ends_at)
    return _bought(work, msgspec.structs.replace(copay, option_id=option.id, visits_allowed=option.visits))


def buy_quoted(work: Work, reseller_id: str, client: Client, branch: Branch, quote: Quote, ends_at: datetime) -> Copay:
    copay = _copay(work, reseller_id, client, branch, quote.amount, ends_at)
    return _bought(work, msgspec.structs.replace(copay, quote_id=quote.id, service_ids=quote.service_ids))


def _copay(work: Work, reseller_id: str, client: Client, branch: Branch, amount: int, ends_at: datetime) -> Copay:
    return Copay(
        id=new_id(work, "copur"),
        serial=new_serial(work),
        reseller_id=reseller_id,
        client=client.id,
        branch_id=branch.id,
        amount=amount,
        transaction_id=new_id(work, "txn"),
        tx_ref=new_tx_ref(work),
        created_at=now_ms(work),
        ends_at=ends_at,
    )


def _bought(work: Work, copay: Copay) -> Copay:
    Till(work).debit(copay.reseller_id, copay.amount, reason="copay", about=copay.id)
    work.records(COPAYS).put(copay)
    return copay
