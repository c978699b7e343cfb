"""Co-pays: what spas quote, and what is bought before a visit."""

from mockserver.apis.bardge.desk.copays import CopayDesk
from mockserver.apis.bardge.desk.visitors import Wish
from mockserver.apis.bardge.operations.calls import created, ok, reseller_of, token_of, wish_of
from mockserver.apis.bardge.records import Copay
from mockserver.apis.bardge.wire import show_copay, show_quote
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def quote_spa_copay(call: Call, work: Work) -> Reply:
    offer = _desk(call, work).quote(call.path["id"], wish_of(call), call.body["service_ids"])
    return ok(show_quote(offer.quote, offer.branch, offer.costs, message="Co-pay quoted successfully"))


def purchase_gym_copay(call: Call, work: Work) -> Reply:
    body = call.body
    copay = _desk(call, work).buy_package(body["provider_branch_id"], wish_of(call), body["copay_package_id"])
    return _bought(copay, "gym_copay_purchase")


def purchase_spa_copay(call: Call, work: Work) -> Reply:
    body = call.body
    copay = _desk(call, work).buy_quoted(body["provider_branch_id"], wish_of(call), body["quote_id"])
    return _bought(copay, "spa_copay_purchase")


def purchase_copay(call: Call, work: Work) -> Reply:
    """Raises BadInput for a package and a quote together, and for neither."""
    body, desk = call.body, _desk(call, work)
    branch_id, option_id, quote_id = body["provider_branch_id"], body.get("copay_package_id"), body.get("quote_id")
    if (option_id is None) == (quote_id is None):
        raise BadInput("body", "copay_package_id", "is needed, or quote_id, and not both").under("BG-O31")
    if "user_pass_id" in body:
        wish = wish_of(call)
    else:
        wish = desk.with_pass(branch_id, Wish(body["client_id"], "", token=token_of(call)), option_id, quote_id)
    if quote_id is not None:
        return _bought(desk.buy_quoted(branch_id, wish, quote_id), "copay_purchase")
    return _bought(desk.buy_package(branch_id, wish, option_id), "copay_purchase")


OPERATIONS: dict[str, Operation] = {
    "quoteSpaCopay": quote_spa_copay,
    "purchaseGymCopay": purchase_gym_copay,
    "purchaseSpaCopay": purchase_spa_copay,
    "purchaseCopay": purchase_copay,
}


def _desk(call: Call, work: Work) -> CopayDesk:
    return CopayDesk(work, reseller_of(call))


def _bought(copay: Copay, name: str) -> Reply:
    return created(show_copay(copay, name, message="Co-pay purchased successfully"))
