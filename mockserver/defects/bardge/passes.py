"""Bugs of passes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.auth import LIVE
from mockserver.apis.bardge.desk import bookings, classes, passes, register, visitors
from mockserver.apis.bardge.desk.catalogue import Catalogue
from mockserver.apis.bardge.desk.clients import Clients
from mockserver.apis.bardge.desk.passes import Passes
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import (
    ISSUED_PASSES,
    PRODUCTS,
    IssuedPass,
    Product,
)
from mockserver.apis.bardge.wire import passes as wire
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.identities import Caller
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.booking.errors import NotFound, RuleBroken
from mockserver.booking.ports import ALL
from mockserver.defects.common import done_though_refused, mended
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _said(plant: Planter, change: Callable[[dict[str, Any]], dict[str, Any]], *operations: str) -> None:
    """Change the body of what was accepted."""

    def alter(answer: Answer) -> None:
        if answer.status < 300:
            answer.json = change(answer.json)

    plant.answer(alter, *operations)


def _before_issuing(plant: Planter, change: Callable[..., Any]) -> None:
    """Let *change* see the pass and the rest of what `issue` answers, and answer in its stead."""

    def make(issue: Callable[..., Any]) -> Any:
        def issued(self: Passes, *args: Any) -> Any:
            return change(self, *issue(self, *args))

        return issued

    plant.replace(Passes, "issue", make)


@DEFECTS.defect("BG-N01", "The message of the products is that of the venues.")
def _(plant: Planter) -> None:
    _said(plant, lambda body: {**body, "message": "Providers retrieved successfully"}, "listPasses")


@DEFECTS.defect("BG-N02", "Products of everybody are listed.")
def _(plant: Planter) -> None:
    def everybodys(products: Callable[..., Any]) -> Any:
        def listed(self: Catalogue, reseller_id: str, category: Any, request: Any) -> Any:
            page = products(self, reseller_id, category, request)
            others = [
                each
                for each in self._work.records(PRODUCTS).page(PRODUCTS.listed, ALL)
                if each.reseller_id != reseller_id and (category is None or each.cover(category))
            ]
            return msgspec.structs.replace(page, items=[*page.items, *others[:1]]) if not request.cursor else page

        return listed

    plant.replace(Catalogue, "products", everybodys)


@DEFECTS.defect("BG-N03", "A category leaves only products that cover nothing else.")
def _(plant: Planter) -> None:
    def narrowly(products: Callable[..., Any]) -> Any:
        def listed(self: Catalogue, reseller_id: str, category: Any, request: Any) -> Any:
            page = products(self, reseller_id, category, request)
            if category is None:
                return page
            return msgspec.structs.replace(page, items=[each for each in page.items if len(each.covers) == 1])

        return listed

    plant.replace(Catalogue, "products", narrowly)


@DEFECTS.defect("BG-N04", "Venues are counted by category alone.")
def _(plant: Planter) -> None:
    def roughly(count_venues: Callable[..., Any]) -> Any:
        def count(self: Catalogue) -> Any:
            branches = self._branches()
            return lambda product: sum(product.cover(branch.category) is not None for branch in branches)

        return count

    plant.replace(Catalogue, "count_venues", roughly)


@DEFECTS.defect("BG-N05", "The categories of a product write durations as issued passes do.")
def _(plant: Planter) -> None:
    def capitals(product: dict[str, Any]) -> dict[str, Any]:
        covers = [{**cover, "duration": cover["duration"].upper()} for cover in product["categories"]]
        return {**product, "categories": covers}

    _said(plant, lambda body: {**body, "data": [capitals(each) for each in body["data"]]}, "listPasses")


@DEFECTS.defect("BG-N10", "The answer names the product by its id.")
def _(plant: Planter) -> None:
    _said(plant, lambda body: {**body, "pass_name": body["pass_id"]}, "issuePass")


@DEFECTS.defect("BG-N10.message", "The message says no more than that a pass was issued.")
def _(plant: Planter) -> None:
    _said(plant, lambda body: {**body, "message": "Pass issued"}, "issuePass")


@DEFECTS.defect("BG-N11", "A month has thirty days.")
def _(plant: Planter) -> None:
    def thirty(duration_end: Callable[..., datetime]) -> Any:
        def end(starts_at: datetime, duration: Any) -> datetime:
            return starts_at + timedelta(days=30) if duration == "MONTHLY" else duration_end(starts_at, duration)

        return end

    plant.replace(passes, "duration_end", thirty)


@DEFECTS.defect("BG-N11.midnight", "A pass ends at midnight.")
def _(plant: Planter) -> None:
    def rounded(duration_end: Callable[..., datetime]) -> Any:
        def end(starts_at: datetime, duration: Any) -> datetime:
            return duration_end(starts_at, duration).replace(hour=23, minute=0, second=0, microsecond=0)

        return end

    plant.replace(passes, "duration_end", rounded)


@DEFECTS.defect("BG-N12", "Without a start a pass begins at midnight.")
def _(plant: Planter) -> None:
    plant.replace(
        passes, "now_ms", lambda usual: lambda work: usual(work).replace(hour=0, minute=0, second=0, microsecond=0)
    )


@DEFECTS.defect("BG-N13", "Of a new client the last name is the first one as well.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if "first_name" in body:
            body["last_name"] = body["first_name"]

    mended(plant, mend, "issuePass")


@DEFECTS.defect("BG-N14", "Only the first pass of a client brings credits.")
def _(plant: Planter) -> None:
    def once(earn: Callable[..., None]) -> Any:
        def give(self: Till, client: Any, amount: int, description: str) -> None:
            if not (description.startswith("Pass —") and self.credits(client)):
                earn(self, client, amount, description)

        return give

    plant.replace(Till, "earn", once)


@DEFECTS.defect("BG-N15", "A pass may begin an hour before today, where the day of UTC does.")
def _(plant: Planter) -> None:
    def by_utc(_: object) -> Any:
        def not_past(self: Passes, starts_at: datetime) -> datetime:
            today = self._work.now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=2)
            if starts_at < today:
                raise BadInput("body", "start_date", "is before the beginning of today")
            return starts_at

        return not_past

    plant.replace(Passes, "_not_past", by_utc)


@DEFECTS.defect("BG-N15.now", "A pass may not begin before now.")
def _(plant: Planter) -> None:
    def by_now(_: object) -> Any:
        def not_past(self: Passes, starts_at: datetime) -> datetime:
            if starts_at < self._work.now:
                raise BadInput("body", "start_date", "is past")
            return starts_at

        return not_past

    plant.replace(Passes, "_not_past", by_now)


@DEFECTS.defect("BG-N16", "A pass is paid for twice.")
def _(plant: Planter) -> None:
    def twice(self: Passes, issued: IssuedPass, product: Product, client: Any) -> Any:
        self._till.debit(issued.reseller_id, product.price, reason="issued pass", about=issued.id)
        return issued, product, client

    _before_issuing(plant, twice)


@DEFECTS.defect("BG-N17", "Every pass makes a new passcode, and those from before show the old one.")
def _(plant: Planter) -> None:
    codes: dict[str, str] = {}

    def remember(answer: Answer) -> None:
        said = answer.json
        if answer.status == 201:
            codes[said["id"]] = said["id"][-8:].upper()
            answer.json = {**said, "passcode": codes[said["id"]]}

    def show(answer: Answer) -> None:
        said = answer.json
        if answer.status == 200 and said["id"] in codes:
            answer.json = {**said, "passcode": codes[said["id"]]}

    plant.answer(remember, "issuePass")
    plant.answer(show, "getIssuedPass")


@DEFECTS.defect("BG-N18", "All passes of a client have one tx_ref.")
def _(plant: Planter) -> None:
    def same(_: object) -> Any:
        return lambda work: "FLW-TXN-ABCDEFGH"

    plant.replace(passes, "new_tx_ref", same)


@DEFECTS.defect("BG-N18.form", "tx_ref has digits.")
def _(plant: Planter) -> None:
    _said(plant, lambda body: {**body, "tx_ref": f"{body['tx_ref'][:-1]}7"}, "issuePass")


@DEFECTS.defect("BG-N19", "A further pass of the same product takes the place of the one before.")
def _(plant: Planter) -> None:
    def replaced(passes_of: Callable[..., Any]) -> Any:
        def held(self: Clients, client: Any) -> Any:
            seen: set[str] = set()
            return [
                (issued, product)
                for issued, product in passes_of(self, client)
                if product.id not in seen and not seen.add(product.id)  # type: ignore[func-returns-value]
            ]

        return held

    plant.replace(Clients, "passes", replaced)


@DEFECTS.defect("BG-N20", "An address that is not sent is forgotten.")
def _(plant: Planter) -> None:
    def forgetful(change: Callable[..., Any]) -> Any:
        def changed(self: Clients, client: Any, said: Any) -> Any:
            after = change(self, client, said)
            return self._keep(msgspec.structs.replace(after, email=said.email)) if said.phone else after

        return changed

    plant.replace(Clients, "change", forgetful)


@DEFECTS.defect("BG-N21", "Nothing can be changed, and is.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if body.keys() == {"user_pass_id"}:
            body["first_name"] = "Bola"

    mended(plant, mend, "updateIssuedPass")


@DEFECTS.defect("BG-N22", "Another product begins a new duration.")
def _(plant: Planter) -> None:
    def anew(put_under: Callable[..., IssuedPass]) -> Any:
        def put(self: Passes, issued_pass: IssuedPass, product: Product) -> IssuedPass:
            after = put_under(self, issued_pass, product)
            ends_at = register.duration_end(self._work.now, product.duration) + timedelta(days=1)
            return self._keep(msgspec.structs.replace(after, ends_at=ends_at))

        return put

    plant.replace(Passes, "_put_under", anew)


@DEFECTS.defect("BG-N23", "A dearer product is paid for in full.")
def _(plant: Planter) -> None:
    def in_full(put_under: Callable[..., IssuedPass]) -> Any:
        def put(self: Passes, issued_pass: IssuedPass, product: Product) -> IssuedPass:
            before = self._register.product_of(issued_pass)
            if product.price > before.price:
                self._till.debit(issued_pass.reseller_id, before.price, reason="other product", about=issued_pass.id)
            return put_under(self, issued_pass, product)

        return put

    plant.replace(Passes, "_put_under", in_full)


@DEFECTS.defect("BG-N23.back", "What a cheaper product costs less comes back.")
def _(plant: Planter) -> None:
    def back(put_under: Callable[..., IssuedPass]) -> Any:
        def put(self: Passes, issued_pass: IssuedPass, product: Product) -> IssuedPass:
            saved = self._register.product_of(issued_pass).price - product.price
            after = put_under(self, issued_pass, product)
            if saved > 0:
                self._till.give_back(issued_pass.reseller_id, saved, reason="refund", about=issued_pass.id)
            return after

        return put

    plant.replace(Passes, "_put_under", back)


@DEFECTS.defect("BG-N24", "Another product brings a pass that is over back to the shelf.")
def _(plant: Planter) -> None:
    plant.replace(passes, "ensure_not_over", lambda _: lambda issued, moment: None)


@DEFECTS.defect("BG-N24.names", "Of a pass that is over nothing can be changed.")
def _(plant: Planter) -> None:
    def strict(change: Callable[..., Any]) -> Any:
        def changed(self: Passes, reseller_id: str, pass_id: str, said: Any, product_id: Any) -> Any:
            register.ensure_not_over(self._register.issued_pass(reseller_id, pass_id), self._work.now)
            return change(self, reseller_id, pass_id, said, product_id)

        return changed

    plant.replace(Passes, "change", strict)


@DEFECTS.defect("BG-N30", "The end is kept to the second.")
def _(plant: Planter) -> None:
    def rounded(prolong: Callable[..., IssuedPass]) -> Any:
        def to(self: Passes, reseller_id: str, pass_id: str, ends_at: datetime) -> IssuedPass:
            after = prolong(self, reseller_id, pass_id, ends_at)
            self._keep(msgspec.structs.replace(after, ends_at=after.ends_at.replace(microsecond=0)))
            return after

        return to

    plant.replace(Passes, "prolong", rounded)


@DEFECTS.defect("BG-N31", "A pass may end at its beginning.")
def _(plant: Planter) -> None:
    def lenient(prolong: Callable[..., IssuedPass]) -> Any:
        def to(self: Passes, reseller_id: str, pass_id: str, ends_at: datetime) -> IssuedPass:
            issued = self._register.issued_pass(reseller_id, pass_id)
            if ends_at == issued.starts_at > self._work.now:
                return self._keep(msgspec.structs.replace(issued, ends_at=ends_at))
            return prolong(self, reseller_id, pass_id, ends_at)

        return to

    plant.replace(Passes, "prolong", lenient)


@DEFECTS.defect("BG-N31.now", "A pass may end now.")
def _(plant: Planter) -> None:
    def lenient(prolong: Callable[..., IssuedPass]) -> Any:
        def to(self: Passes, reseller_id: str, pass_id: str, ends_at: datetime) -> IssuedPass:
            if ends_at == register.now_ms(self._work):
                return self._keep(
                    msgspec.structs.replace(self._register.issued_pass(reseller_id, pass_id), ends_at=ends_at)
                )
            return prolong(self, reseller_id, pass_id, ends_at)

        return to

    plant.replace(Passes, "prolong", lenient)


@DEFECTS.defect("BG-N32", "A pass that was over once stays EXPIRED.")
def _(plant: Planter) -> None:
    over: set[str] = set()

    def remember(answer: Answer) -> None:
        said = answer.json
        if answer.status == 200 and said["status"] == "EXPIRED":
            over.add(said["id"])
        elif answer.status == 200 and said["id"] in over:
            answer.json = {**said, "status": "EXPIRED"}

    plant.answer(remember, "getIssuedPass")


@DEFECTS.defect("BG-N33", "A cancelled pass that is prolonged is good again.")
def _(plant: Planter) -> None:
    def revive(prolong: Callable[..., IssuedPass]) -> Any:
        def to(self: Passes, reseller_id: str, pass_id: str, ends_at: datetime) -> IssuedPass:
            issued = self._register.issued_pass(reseller_id, pass_id)
            self._keep(msgspec.structs.replace(issued, is_cancelled=False))
            return prolong(self, reseller_id, pass_id, ends_at)

        return to

    plant.replace(Passes, "prolong", revive)


@DEFECTS.defect("BG-N34", "With another end the visits begin anew.")
def _(plant: Planter) -> None:
    def anew(prolong: Callable[..., IssuedPass]) -> Any:
        def to(self: Passes, reseller_id: str, pass_id: str, ends_at: datetime) -> IssuedPass:
            return self._keep(msgspec.structs.replace(prolong(self, reseller_id, pass_id, ends_at), visits_used={}))

        return to

    plant.replace(Passes, "prolong", anew)


@DEFECTS.defect("BG-N40", "At the very moment of its end a pass is ACTIVE.")
def _(plant: Planter) -> None:
    def late(pass_status: Callable[..., str]) -> Any:
        def status(issued: IssuedPass, now: datetime) -> str:
            return "ACTIVE" if issued.ends_at == now and not issued.is_cancelled else pass_status(issued, now)

        return status

    plant.replace(wire, "pass_status", late)


@DEFECTS.defect("BG-N40.cancelled", "A cancelled pass that is over is EXPIRED, and ACTIVE before.")
def _(plant: Planter) -> None:
    def blind(pass_status: Callable[..., str]) -> Any:
        return lambda issued, now: pass_status(msgspec.structs.replace(issued, is_cancelled=False), now)

    plant.replace(wire, "pass_status", blind)


@DEFECTS.defect("BG-N41", "A pass whose visits are used up is EXPIRED.")
def _(plant: Planter) -> None:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        used_up = all(each["visits_used"] == each["visits_allowed"] for each in body["categories"])
        return {**body, "status": "EXPIRED"} if used_up else body

    _said(plant, change, "getIssuedPass")


@DEFECTS.defect("BG-N42", "An issued pass says of a month that it is a week.")
def _(plant: Planter) -> None:
    def shorter(cover: Callable[..., dict[str, Any]]) -> Any:
        def shown(each: Any, issued: IssuedPass) -> dict[str, Any]:
            said = cover(each, issued)
            return {**said, "duration": "WEEKLY" if said["duration"] == "MONTHLY" else said["duration"]}

        return shown

    plant.replace(wire, "_issued_cover", shorter)


@DEFECTS.defect("BG-N43", "A cancellation says that the visit is back, and it is not.")
def _(plant: Planter) -> None:
    plant.replace(bookings, "give_back_visit", lambda _: lambda work, pass_id, took: None)


@DEFECTS.defect("BG-N44", "A client's token opens the passes of the client too.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return inside(call, work)
        except NotFound:
            token = call.headers.get(b"bardge-lookup-token", b"").decode()
            lookup = Register(work)._lookup_with(token)
            issued = work.records(ISSUED_PASSES).find(call.path["id"])
            if lookup is None or issued is None or issued.client != lookup.client:
                raise
            caller = Caller(tenant=issued.reseller_id, role=LIVE)
            call.identity = msgspec.structs.replace(call.identity, caller=caller)
            return inside(call, work)

    plant.operation("getIssuedPass", around)


def _usable(plant: Planter, change: Callable[[Callable[..., IssuedPass], IssuedPass, datetime], IssuedPass]) -> None:
    plant.replace(visitors, "usable_pass", lambda usual: lambda issued, moment: change(usual, issued, moment))


@DEFECTS.defect("BG-N50", "A pass is good at the very moment of its end.")
def _(plant: Planter) -> None:
    def to_the_end(usual: Callable[..., IssuedPass], issued: IssuedPass, moment: datetime) -> IssuedPass:
        return issued if issued.ends_at == moment else usual(issued, moment)

    _usable(plant, to_the_end)


@DEFECTS.defect("BG-N50.now", "A pass has to be good now, whenever the visit is.")
def _(plant: Planter) -> None:
    def hasty(visitor_of: Callable[..., Any]) -> Any:
        return lambda work, reseller_id, wish, at: visitor_of(work, reseller_id, wish, min(at, work.now))

    plant.replace(classes, "visitor_of", hasty)


@DEFECTS.defect("BG-N50.late", "A pass that is over is refused, and its client has a new passcode.")
def _(plant: Planter) -> None:
    def rename(call: Call, work: Work) -> None:
        Clients(work).renew_passcode(reseller_of(call), call.body["client_id"])

    done_though_refused(plant, "initiateClassBooking", RuleBroken, rename)


@DEFECTS.defect("BG-N51", "A cancelled pass is good until it is over.")
def _(plant: Planter) -> None:
    def blind(usual: Callable[..., IssuedPass], issued: IssuedPass, moment: datetime) -> IssuedPass:
        return usual(msgspec.structs.replace(issued, is_cancelled=False), moment)

    _usable(plant, blind)


@DEFECTS.defect("BG-N52", "A pass is good before it begins.")
def _(plant: Planter) -> None:
    def early(usual: Callable[..., IssuedPass], issued: IssuedPass, moment: datetime) -> IssuedPass:
        try:
            return usual(issued, moment)
        except Forbidden:
            return issued

    _usable(plant, early)


@DEFECTS.defect("BG-N52.code", "A pass that has not begun is said to be over.")
def _(plant: Planter) -> None:
    def wrong(usual: Callable[..., IssuedPass], issued: IssuedPass, moment: datetime) -> IssuedPass:
        try:
            return usual(issued, moment)
        except Forbidden:
            raise RuleBroken("pass_expired", f"the pass {issued.id} is not valid") from None

    _usable(plant, wrong)
