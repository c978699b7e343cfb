"""The business account: what it does not cover is not done, and what is refused is not debited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from contract_tests.apis.bardge.laws.sessions import begun_of_all_kinds
from contract_tests.apis.bardge.laws.spa import mixed_spa
from contract_tests.apis.bardge.payments import Json
from contract_tests.apis.bardge.scene import BardgeScene, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS", "PLENTY"]

LAWS = Laws("account")

_MINUTE = timedelta(minutes=1)
PLENTY = 50_000_000  # kobo
_NO_MONEY = (400, "insufficient_balance")

Debit = tuple[Json, int, Callable[[], Answer]]
"""Whose it is, what it costs in kobo, and how it is asked for."""


@LAWS.law("BG-D10")
def what_the_account_does_not_cover_is_not_done(scene: BardgeScene) -> None:
    for prepare in (_other_product, _credits, _package, _quote, _package_of_all_kinds, _appointment):
        _done_when_covered(scene, *prepare(scene))
    for begun in begun_of_all_kinds(scene):
        if begun.price:
            _done_when_covered(scene, begun.issued, begun.price, begun.confirm)


def _done_when_covered(scene: BardgeScene, issued: Json, price: int, ask: Callable[[], Answer]) -> None:
    before = scene.trace(issued)
    scene.leave(price - 1)
    answer = ask().refused("BG-D10", *_NO_MONEY)
    scene.left_alone("BG-D10", issued, before, answer)
    scene.leave(price)
    ask().ok("BG-D10")
    scene.leave(PLENTY)


@LAWS.law("BG-D10")
def a_pass_that_the_account_does_not_cover_is_not_issued(scene: BardgeScene) -> None:
    product, client_id = scene.product(), scene.new_client()
    scene.leave(product["price"] - 1)
    spent = scene.spent()
    answer = scene.issue(product, client_id).refused("BG-D10", *_NO_MONEY)
    scene.same("BG-D10", scene.spent(), spent, "what was debited so far", answer)
    scene.client(client_id).refused("BG-D10", 404, "resource_not_found")
    scene.leave(product["price"])
    scene.issue(product, client_id).ok("BG-D10", 201)
    scene.issue(product, client_id).refused("BG-D10", *_NO_MONEY)
    passes = scene.client(client_id).ok("BG-T01", 200).json["passes"]
    scene.same("BG-D10", len(passes), 1, "the number of passes of the client")
    theirs = scene.product(by=OTHER)
    if scene.world.is_own and theirs["price"] <= product["price"]:  # the account of nobody else has become empty
        scene.issue(theirs, by=OTHER).ok("BG-D10", 201)


@LAWS.law("BG-A13", "BG-D11")
def what_is_refused_is_not_debited(scene: BardgeScene) -> None:
    last = scene.one_class_nearly_full()[0]
    issued = scene.exhausted()
    here = scene.open_to(issued)[0]
    full = scene.asked(issued, last, "BG-B02")
    used = scene.asked(issued, here, "BG-B02")
    visits: Json = {"number_of_visits": 1, "duration": "MONTHLY"}
    scene.confirm(used, **visits).ok("BG-F07", 201)
    scene.lean_on("BG-K15")  # the session may have taken the last place
    scene.booked(scene.issued(), last)
    uncovered = scene.instance(covered=False, copay=True)
    package = scene.package_of(uncovered.branch)["id"]
    covered = scene.covered_gym()
    spa = scene.spa()
    quote = scene.quoted(issued, spa, spa["services"][:1])["id"]
    scene.buy(issued, spa["id"], quote=quote).ok("BG-O20", 201)
    gone = scene.cancelled() if scene.profile.find("inventory.cancelled_pass") else None
    credits_ = scene.credit_packages()[0]
    foreign, over = scene.foreign(), scene.issued()
    dearer = {"user_pass_id": over["id"], "pass_id": scene.product(counted=False)["id"]}
    scene.prolong(over, milliseconds(scene.now() + _MINUTE)).ok("BG-N30", 200)
    scene.pass_time(_MINUTE)
    spent = scene.spent()
    refusals: list[tuple[str, Callable[[], Answer]]] = [
        ("a class that is full", lambda: scene.confirm(full, **visits)),
        ("a session that was used", lambda: scene.confirm(used, **visits)),
        ("what the session does not ask for", lambda: scene.confirm(full, copay_package_id=package)),
        ("a product that is not there", lambda: scene.issue(scene.word())),
        ("a date that is past", lambda: scene.issue(scene.product(), start_date=1_000_000_000_000)),
        ("a package that is not there", lambda: scene.buy(issued, uncovered.branch, package=scene.word())),
        ("a package of another gym", lambda: scene.buy(issued, covered, package=package)),
        (
            "a gym that is covered",
            lambda: scene.buy(issued, covered, package=scene.package_of(covered)["id"]),
        ),
        ("a quote that was used", lambda: scene.buy(issued, spa["id"], quote=quote)),
        ("both at once", lambda: _both(scene, issued, spa["id"], package, quote)),
        ("credits that are not there", lambda: scene.buy_credits(issued["client_id"], scene.word())),
        ("credits for another reseller's client", lambda: scene.buy_credits(foreign["client_id"], credits_)),
        ("another product for a pass that is over", lambda: scene.call("updateIssuedPass", dearer, title="change it")),
        ("another reseller's client", lambda: scene.buy(foreign, uncovered.branch, package=package)),
    ]
    if gone is not None:
        refusals.append(("a pass that was cancelled", lambda: scene.buy(gone, uncovered.branch, package=package)))
    told = {}
    for what, ask in refusals:
        answer = ask()
        scene.expect("BG-D11", not answer.is_success, f"{what} is refused", answer.exchange.came(), answer)
        scene.same("BG-D11", scene.spent(), spent, f"what was debited so far, after {what} was refused", answer)
        told[what] = (answer.status, answer.code)
    scene.leave(0)
    for what, ask in refusals:  # the balance is looked at last
        answer = ask()
        scene.same("BG-A13", (answer.status, answer.code), told[what], f"what is told of {what} and too little", answer)
    scene.leave(PLENTY)


def _both(scene: BardgeScene, issued: Json, branch_id: str, package: str, quote: str) -> Answer:
    return scene.buy(issued, branch_id, package=package, quote=quote, through="purchaseCopay")


# What is debited


def _other_product(scene: BardgeScene) -> Debit:
    old = scene.product()
    issued = scene.issued(old)
    dearer = [each for each in scene.products() if each["price"] > old["price"]]
    if not dearer:
        raise Lacking("no product is dearer than another")
    new = min(dearer, key=lambda each: int(each["price"]))
    body = {"user_pass_id": issued["id"], "pass_id": new["id"]}
    title = "put a dearer product under the pass"
    return issued, new["price"] - old["price"], lambda: scene.call("updateIssuedPass", body, title=title)


def _credits(scene: BardgeScene) -> Debit:
    issued = scene.issued()
    packages = scene.credit_packages()
    if not packages:
        raise Lacking("there is no package of credits")
    return issued, packages[0]["amount"], lambda: scene.buy_credits(issued["client_id"], packages[0])


def _package(scene: BardgeScene, **more: Any) -> Debit:
    issued = scene.issued()
    instance = scene.instance(covered=False, copay=True)
    package = scene.package_of(instance.branch)
    return issued, package["price"], lambda: scene.buy(issued, instance.branch, package=package["id"], **more)


def _package_of_all_kinds(scene: BardgeScene) -> Debit:
    return _package(scene, through="purchaseCopay")


def _quote(scene: BardgeScene) -> Debit:
    issued, spa = scene.issued(), scene.spa()
    quote = scene.quoted(issued, spa, spa["services"][:1])
    return issued, quote["amount"], lambda: scene.buy(issued, spa["id"], quote=quote["id"])


def _appointment(scene: BardgeScene) -> Debit:
    product, spa, covered, others = mixed_spa(scene)
    issued = scene.lasting(product)
    session = scene.begun(issued, spa, scene.spa_day(spa), services=[covered, others[0]])
    return issued, session["copay_amount"], lambda: scene.confirm_spa(session)
