"""Credits of clients: bought, given with a pass, spent, given back; and the passcodes of clients."""

import re
from functools import partial

from contract_tests.apis.bardge.laws.spa import without_visits
from contract_tests.apis.bardge.payments import Json
from contract_tests.apis.bardge.scene import BardgeScene, at
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("balances")

_MOST = 50
_PASSCODE = re.compile(r"[A-Z0-9]{8}")


# Bought


@LAWS.law("BG-D01", "BG-D02", "BG-D12")
def credits_that_are_bought_are_there_at_once(scene: BardgeScene) -> None:
    client_id = scene.issued()["client_id"]
    for package in _packages(scene):
        held, since = scene.credits(client_id), scene.now()
        answer = scene.buy_credits(client_id, package).ok("BG-D01", 201)
        balance = held["balance"] + package["credits"]
        scene.same("BG-D01", answer.json["balance"], balance, "the balance", answer)
        scene.shows("BG-D12", answer, {"client_id": client_id, "credit_package_id": package["id"]})
        scene.is_now("BG-D12", at(answer.json["created"]), since, "created", answer)
        after = scene.credits(client_id)
        scene.same("BG-D01", after["balance"], balance, "balance of getClientCredits", answer)
        description = f"Credits purchase — {package['name']}"
        scene.one_more("BG-D02", held, after, "CREDIT", package["credits"], description)


@LAWS.law("BG-D03")
def credits_are_debited_once(scene: BardgeScene) -> None:
    client_id = scene.issued()["client_id"]
    package = _packages(scene)[0]
    body = {"client_id": client_id, "credit_package_id": package["id"]}
    key = {"Idempotency-Key": scene.word(20)}
    spent = scene.spent()
    answers = [scene.call("purchaseCredits", body, headers=key, title="buy credits") for _ in range(2)]
    for answer in answers:
        answer.ok("BG-D03", 201)
    scene.same("BG-D03", scene.spent() - spent, package["amount"], "what was debited", *answers)
    scene.same("BG-D03", answers[0].json["amount"], package["amount"], "amount", answers[0])


@LAWS.law("BG-D04", "BG-D05")
def packages_of_credits_are_their_resellers_alone(scene: BardgeScene) -> None:
    mine, theirs = _packages(scene), scene.credit_packages("BG-D05", by=OTHER)
    shared = {each["id"] for each in mine} & {each["id"] for each in theirs}
    scene.same("BG-D05", shared, set(), "which packages both resellers have")
    if not theirs:
        raise Lacking("the other reseller has no packages of credits")
    issued = scene.issued()
    before = scene.trace(issued)
    answer = scene.buy_credits(issued["client_id"], theirs[0]).refused("BG-D04", 404, "resource_not_found")
    scene.left_alone("BG-D04", issued, before, answer)
    scene.buy_credits(issued["client_id"], mine[0]).ok("BG-D04", 201)


@LAWS.law("BG-D06")
def a_package_has_a_number_of_credits_and_an_amount(scene: BardgeScene) -> None:
    packages = _packages(scene)
    again = {each["id"]: each for each in scene.credit_packages()}
    client_id = scene.issued()["client_id"]
    for package in packages:
        said = (package["credits"], package["amount"])
        holds = all(isinstance(number, int) and number > 0 for number in said)
        scene.expect("BG-D06", holds, "credits and amount are numbers above 0", said)
        scene.same("BG-D06", again[package["id"]], package, "the package, read again")
    answer = scene.buy_credits(client_id, packages[0]).ok("BG-D06", 201)
    scene.shows("BG-D06", answer, {name: packages[0][name] for name in ("credits", "amount", "currency")})


@LAWS.burst("BG-D01")
def credits_that_come_at_the_same_moment_all_come(scene: BardgeScene) -> None:
    product, packages = scene.product(), _packages(scene)
    client_id = scene.issued(product)["client_id"]
    bought = [packages[0], packages[0], packages[-1]]
    before = scene.credits(client_id)
    answers = scene.together(
        *(partial(scene.buy_credits, client_id, package) for package in bought),
        partial(scene.issue, product, client_id),
    )
    for answer in answers:
        answer.ok("BG-D01", 201)
    coming = [*(package["credits"] for package in bought), *_allocated(product)]
    after = scene.credits(client_id)
    scene.same("BG-D01", after["balance"], before["balance"] + sum(coming), "the balance", *answers)
    number = len(after["transactions"]) - len(before["transactions"])
    scene.same("BG-D01", number, len(coming), "the number of new transactions", *answers)


# Kept


@LAWS.law("BG-T05", "BG-T12")
def credits_are_a_balance_and_its_transactions(scene: BardgeScene) -> None:
    issued = scene.issued()
    answer = scene.call("getClientCredits", clientId=issued["client_id"], title="read the credits").ok("BG-T05", 200)
    names = {"balance", "currency", "transactions", "message"}
    more = set(answer.json) - names
    scene.same("BG-T12", more, set(), "what else is in the answer", answer)
    scene.expect("BG-T05", names <= set(answer.json), f"{', '.join(sorted(names))}", answer.json, answer)
    scene.same("BG-T05", answer.json["message"], "Credits retrieved successfully", "the message", answer)


@LAWS.law("BG-T02", "BG-T06", "BG-L32")
def the_newest_fifty_transactions_are_shown_and_all_are_counted(scene: BardgeScene) -> None:
    instance = scene.instance(credits=True)
    price = instance.credits or 0
    issued = scene.with_credits(price)
    client_id = issued["client_id"]
    kept = scene.credits(client_id)
    already = len(kept["transactions"])
    for number in range((_MOST - already) // 2 + 1):
        booking = scene.booked(issued, instance)
        scene.cancel(booking).ok("BG-L34", 200)
        if number == 0:
            _alternate(scene, client_id, price, 2 + already, 2)
    _alternate(scene, client_id, price, _MOST, _MOST)
    scene.same("BG-L32", scene.balance(client_id), kept["balance"], "the balance after all came back")
    answer = scene.client(client_id).ok("BG-T02", 200)
    scene.same("BG-T02", answer.json["credit_balance"], kept["balance"], "credit_balance", answer)


def _alternate(scene: BardgeScene, client_id: str, price: int, count: int, known: int) -> None:
    found = scene.credits(client_id)["transactions"]
    scene.same("BG-T06", len(found), count, "the number of transactions")
    said = [(each["type"], each["amount"]) for each in found[:known]]
    wanted = [("CREDIT", price), ("DEBIT", price)] * (known // 2)
    scene.same("BG-T06", said, wanted, "types and amounts, the newest first")


@LAWS.law("BG-T07")
def a_refund_names_the_class_or_the_venue(scene: BardgeScene) -> None:
    instance = scene.instance(credits=True)
    price = instance.credits or 0
    issued = scene.with_credits(price)
    _comes_back(scene, issued, scene.booked(issued, instance), price, instance.class_name)

    spa, day = scene.spa(), scene.spa_day()
    issued = without_visits(scene, spa, day)
    price = spa["services"][0]["credits_required"]
    scene.with_credits(price, issued)
    _comes_back(scene, issued, scene.appointed(issued, spa, day, "09:00"), price, spa["name"])


def _comes_back(scene: BardgeScene, issued: Json, booking: Json, price: int, name: str) -> None:
    held = scene.credits(issued["client_id"])
    scene.cancel(booking).ok("BG-L34", 200)
    scene.one_more("BG-T07", held, scene.credits(issued["client_id"]), "CREDIT", price, f"Refund — {name}")


@LAWS.law("BG-T08")
def a_balance_is_never_below_zero(scene: BardgeScene) -> None:
    issued = scene.issued()
    client_id = issued["client_id"]
    instances = scene.open_to(issued, 2, credits=True)
    held, spent = scene.balance(client_id), 0
    for instance in instances:
        answer = scene.book(issued, instance)
        spent += (instance.credits or 0) if answer.is_success else 0
        balance = scene.balance(client_id)
        scene.expect("BG-T08", balance >= 0, "the balance is not below 0", balance, answer)
        scene.same("BG-T08", balance, held - spent, "the balance", answer)
        if not answer.is_success:
            return
    raise Lacking("too few classes take credits to spend all that a pass comes with")


@LAWS.burst("BG-T08")
def a_balance_is_spent_once_also_at_the_same_moment(scene: BardgeScene) -> None:
    issued = scene.issued()
    client_id = issued["client_id"]
    instances = scene.open_to(issued, 2, credits=True)[:4]
    held = scene.balance(client_id)
    answers = scene.together(*(lambda instance=instance: scene.book(issued, instance) for instance in instances))
    pairs = zip(instances, answers, strict=True)
    spent = sum(instance.credits or 0 for instance, answer in pairs if answer.is_success)
    scene.expect("BG-T08", spent <= held, f"at most {held} credits are spent", spent, *answers)
    scene.same("BG-T08", scene.balance(client_id), held - spent, "the balance", *answers)


@LAWS.law("BG-T09")
def the_credits_of_a_pass_come_with_it(scene: BardgeScene) -> None:
    products = sorted(scene.products(), key=lambda each: int(each["price"]))
    by_credits: dict[int, Json] = {}
    for product in products:
        by_credits.setdefault(len(_allocated(product)), product)
    for product in by_credits.values():
        issued = scene.issued(product)
        found = scene.credits(issued["client_id"])
        description = f"Pass — {product['name']}"
        wanted = sorted(("CREDIT", amount, description) for amount in _allocated(product))
        said = sorted(_said(each) for each in found["transactions"])
        scene.same("BG-T09", said, wanted, f"the transactions that come with {product['name']}")
        scene.same("BG-T09", found["balance"], sum(_allocated(product)), "the balance")


# Passcodes


@LAWS.law("BG-T10", "BG-T11")
def a_new_passcode_is_the_clients_from_then_on(scene: BardgeScene) -> None:
    issued = scene.issued()
    second = scene.issued(client_id=issued["client_id"])
    codes, since = [issued["passcode"]], scene.now()
    for _ in range(3):
        answer = scene.call("createPasscode", {"client_id": issued["client_id"]}, title="make a new passcode")
        code = answer.ok("BG-T10", 201).json["passcode"]
        scene.same("BG-T10", answer.json["client_id"], issued["client_id"], "client_id", answer)
        scene.is_now("BG-T10", at(answer.json["created"]), since, "created", answer)
        scene.expect("BG-T11", bool(_PASSCODE.fullmatch(code)), "eight capitals or digits", code, answer)
        scene.expect("BG-T11", code not in codes, "another passcode", code, answer)
        codes.append(code)
        client = scene.client(issued["client_id"]).ok("BG-T01", 200)
        wanted = {"passcode": code, "created": answer.json["created"]}
        scene.same("BG-T10", client.json.get("passcode"), wanted, "the passcode of the client", answer, client)
        for each in (issued, second):
            shown = scene.read_pass(each).ok("BG-T10", 200).json["passcode"]
            scene.same("BG-T10", shown, code, "the passcode of a pass", answer)
    third = scene.issued(client_id=issued["client_id"])
    scene.same("BG-T10", third["passcode"], codes[-1], "the passcode of a pass that is issued afterwards")


def _packages(scene: BardgeScene) -> list[Json]:
    """The cheapest first."""
    packages = sorted(scene.credit_packages(), key=lambda each: int(each["amount"]))
    if not packages:
        raise Lacking("there is no package of credits")
    return packages


def _allocated(product: Json) -> list[int]:
    return [each["credit_allocated"] for each in product["categories"] if each["credit_allocated"]]


def _said(transaction: Json) -> tuple[str, int, str]:
    return transaction["type"], transaction["amount"], transaction["description"]
