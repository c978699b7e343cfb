"""Bugs about access codes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from mockserver.apis.bardge.desk import access
from mockserver.apis.bardge.desk.access import AccessCode, AccessDesk
from mockserver.apis.bardge.desk.coverage import covers, take_visit
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.records import ISSUED_PASSES, SESSIONS, Category, SessionKind
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import Forbidden
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _generated(plant: Planter, change: Callable[[AccessDesk, Any, Any], Any]) -> None:
    """Let *change* see what was generated and what was wished, and answer in its stead."""

    def make(generate: Callable[..., Any]) -> Any:
        def with_more(self: AccessDesk, branch_id: str, wish: Any) -> Any:
            return change(self, generate(self, branch_id, wish), wish)

        return with_more

    plant.replace(AccessDesk, "generate", make)


@DEFECTS.defect("BG-C01", "A gym that the pass covers asks for visits while there are some.")
def _(plant: Planter) -> None:
    def strict(is_open_to: Callable[..., bool]) -> Any:
        def is_open(self: AccessDesk, visitor: Any, branch: Any) -> bool:
            return branch.category is Category.SPA and is_open_to(self, visitor, branch)

        return is_open

    plant.replace(AccessDesk, "_is_open_to", strict)


@DEFECTS.defect("BG-C02", "A code is good until the end of the day of UTC.")
def _(plant: Planter) -> None:
    def by_utc(_: object) -> Any:
        def end(now: datetime) -> datetime:
            midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            return midnight + timedelta(days=1) - timedelta(milliseconds=1)

        return end

    plant.replace(access, "_end_of_day", by_utc)


@DEFECTS.defect("BG-C02.midnight", "A code is good at midnight too.")
def _(plant: Planter) -> None:
    plant.replace(access, "_end_of_day", lambda usual: lambda now: usual(now) + timedelta(milliseconds=1))


@DEFECTS.defect("BG-C03", "A client has the same code all day.")
def _(plant: Planter) -> None:
    codes: dict[str, str] = {}

    def same(self: AccessDesk, outcome: Any, wish: Any) -> Any:
        if not isinstance(outcome, AccessCode):
            return outcome
        code = codes.setdefault(wish.client_id, outcome.code)
        return AccessCode(outcome.id, code, outcome.client, outcome.branch_id, outcome.ends_at)

    _generated(plant, same)


@DEFECTS.defect("BG-C04", "A code takes a visit.")
def _(plant: Planter) -> None:
    def take(self: AccessDesk, outcome: Any, wish: Any) -> Any:
        issued = self._work.records(ISSUED_PASSES).get(wish.pass_id)
        if isinstance(outcome, AccessCode):
            take_visit(self._work, issued, Category.GYM)
        return outcome

    _generated(plant, take)


@DEFECTS.defect("BG-C04.credits", "A code takes a credit.")
def _(plant: Planter) -> None:
    def take(self: AccessDesk, outcome: Any, wish: Any) -> Any:
        if isinstance(outcome, AccessCode) and Till(self._work).credits(outcome.client):
            Till(self._work).spend(outcome.client, 1, f"Check-in of {wish.client_id}", field="client_id")
        return outcome

    _generated(plant, take)


@DEFECTS.defect("BG-C04.money", "A code is debited.")
def _(plant: Planter) -> None:
    def pay(self: AccessDesk, outcome: Any, wish: Any) -> Any:
        if isinstance(outcome, AccessCode):
            Till(self._work).debit(self._reseller_id, 100, reason="access code", about=wish.pass_id)
        return outcome

    _generated(plant, pay)


@DEFECTS.defect("BG-C05", "The picture is a GIF, and said to be a PNG.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        said = answer.json
        if answer.status == 201 and "qr_code" in said:
            name, _, picture = said["qr_code"].partition(",")
            answer.json = {**said, "qr_code": f"{name},R0lGODdh{picture[8:]}"}

    plant.answer(change, "generateAccessCode")


@DEFECTS.defect("BG-C06", "A gym that is not covered and has no packages is open to everybody.")
def _(plant: Planter) -> None:
    def lenient(is_open_to: Callable[..., bool]) -> Any:
        def is_open(self: AccessDesk, visitor: Any, branch: Any) -> bool:
            is_covered = covers(visitor.product, Category.GYM, branch.tier)
            return is_open_to(self, visitor, branch) or not (is_covered or branch.copay_options)

        return is_open

    plant.replace(AccessDesk, "_is_open_to", lenient)


@DEFECTS.defect("BG-C07", "Visits are not counted at the door.")
def _(plant: Planter) -> None:
    plant.replace(access, "has_visits", lambda _: lambda issued, product, category: True)


@DEFECTS.defect("BG-C08", "Of several packages the first one is asked for.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        said = answer.json
        if answer.status == 201 and "copay_options" in said:
            answer.json = {**said, "copay_options": said["copay_options"][:1]}

    plant.answer(change, "generateAccessCode")


@DEFECTS.defect("BG-C09", "At a spa the pass has to cover something there.")
def _(plant: Planter) -> None:
    def strict(is_open_to: Callable[..., bool]) -> Any:
        def is_open(self: AccessDesk, visitor: Any, branch: Any) -> bool:
            if branch.category is Category.SPA and not covers(visitor.product, Category.SPA, branch.tier):
                raise Forbidden("the pass does not cover the spa")
            return is_open_to(self, visitor, branch)

        return is_open

    plant.replace(AccessDesk, "_is_open_to", strict)


@DEFECTS.defect("BG-C10", "A token does not open a door.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        if call.head.get("Bardge-Lookup-Token") is not None:
            raise Forbidden("only clients of one's own get codes")
        return inside(call, work)

    plant.operation("generateAccessCode", around)


@DEFECTS.defect("BG-C20", "Visits that are bought at the door are for the door: the pass does not allow more.")
def _(plant: Planter) -> None:
    def elsewhere(_: object) -> Any:
        def buy(work: Work, session: Any, issued: Any, number: int) -> Any:
            Till(work).debit(session.reseller_id, session.price * number, reason="visits", about=issued.id)
            return issued

        return buy

    plant.replace(access, "buy_visits", elsewhere)


@DEFECTS.defect("BG-C20.price", "However many visits are bought at the door, one is paid for.")
def _(plant: Planter) -> None:
    def cheaply(buy_visits: Callable[..., Any]) -> Any:
        def buy(work: Work, session: Any, issued: Any, number: int) -> Any:
            bought = buy_visits(work, session, issued, number)
            Till(work).give_back(session.reseller_id, session.price * (number - 1), reason="visits", about=issued.id)
            return bought

        return buy

    plant.replace(access, "buy_visits", cheaply)


@DEFECTS.defect("BG-C20.used", "The code takes one of the visits that were bought at the door.")
def _(plant: Planter) -> None:
    def used(buy_visits: Callable[..., Any]) -> Any:
        def buy(work: Work, session: Any, issued: Any, number: int) -> Any:
            return take_visit(work, buy_visits(work, session, issued, number), Category.GYM)

        return buy

    plant.replace(access, "buy_visits", used)


@DEFECTS.defect("BG-C21", "The package that is bought at the door is paid for, and nobody has it.")
def _(plant: Planter) -> None:
    def lost(_: object) -> Any:
        def buy(work: Work, reseller_id: str, client: Any, branch: Any, option: Any) -> None:
            del client
            Till(work).debit(reseller_id, option.price, reason="copay", about=branch.id)

        return buy

    plant.replace(access, "buy_package", lost)


@DEFECTS.defect("BG-C21.price", "At the door the cheapest package is paid for, whichever it is.")
def _(plant: Planter) -> None:
    def cheaply(buy_package: Callable[..., Any]) -> Any:
        def buy(work: Work, reseller_id: str, client: Any, branch: Any, option: Any) -> Any:
            bought = buy_package(work, reseller_id, client, branch, option)
            less = option.price - min(each.price for each in branch.copay_options)
            if less:
                Till(work).give_back(reseller_id, less, reason="copay", about=bought.id)
            return bought

        return buy

    plant.replace(access, "buy_package", cheaply)


@DEFECTS.defect("BG-C22", "The session of a class gets a code.")
def _(plant: Planter) -> None:
    def lenient(session: Callable[..., Any]) -> Any:
        def find(self: Register, reseller_id: str, text: str, kind: SessionKind) -> Any:
            found = self._work.records(SESSIONS).find(text)
            is_class = found is not None and (found.kind, kind) == (SessionKind.CLASS, SessionKind.ACCESS)
            return session(self, reseller_id, text, SessionKind.CLASS if is_class else kind)

        return find

    plant.replace(Register, "session", lenient)
