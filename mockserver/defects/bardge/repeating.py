"""Bugs about what comes twice with one key."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import KeyReused, NotFound
from mockserver.defects.planting import Answer, Defects, Planter, Request
from mockserver.sandbox import replies
from mockserver.sandbox.work import Work
from mockserver.web import idempotency
from mockserver.web.idempotency import Once

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_KEY = "idempotency-key"
_REPLAYED = "x-idempotent-replayed"


def _around(plant: Planter, act: Callable[[Callable[[], Reply], Once, Call, Work], Reply]) -> None:
    """Let *act* do what was done with a request that has a key; it may do that, once or more, or not at all."""

    def make(answer: Callable[..., Reply]) -> Any:
        def with_more(self: Once, call: Call, key: str, asked: str, request_id: str, work: Work) -> Reply:
            return act(lambda: answer(self, call, key, asked, request_id, work), self, call, work)

        return with_more

    plant.replace(Once, "_answer", make)


def _counting(plant: Planter, chosen: Callable[[tuple[Any, ...]], Any]) -> None:
    """Tell requests apart by what is *chosen* of their parts: operation, path, query, headers, body."""
    plant.replace(idempotency, "fingerprint", lambda usual: lambda *parts: usual(*chosen(parts)))


def _rules(plant: Planter, **changes: Any) -> None:
    plant.field("idempotency", lambda rules: dataclasses.replace(rules, **changes))


@DEFECTS.defect("BG-I01", "What is replayed is done again.")
def _(plant: Planter) -> None:
    def again(answer: Callable[[], Reply], once: Once, call: Call, work: Work) -> Reply:
        reply = answer()
        if once._rules.replayed in reply.headers and call.operation == "purchaseCredits":
            once._operation(call, work)
        return reply

    _around(plant, again)


@DEFECTS.defect("BG-I01.one", "The confirmation of an appointment does not know the key.")
def _(plant: Planter) -> None:
    plant.request(lambda request: request.headers.pop(_KEY, None), "confirmSpaBooking")


@DEFECTS.defect("BG-I01.said", "A replay does not say so.")
def _(plant: Planter) -> None:
    plant.answer(lambda answer: answer.headers.pop(_REPLAYED, None), "updateIssuedPass")


@DEFECTS.defect("BG-I02", "The first answer says that it is no replay.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if _KEY in answer.request.headers and _REPLAYED not in answer.headers:
            answer.headers[_REPLAYED] = "false"

    plant.answer(change)


@DEFECTS.defect("BG-I03", "Another body with the same key has the first answer.")
def _(plant: Planter) -> None:
    _counting(plant, lambda parts: parts[:4])


@DEFECTS.defect("BG-I03.late", "Another body with the same key is refused, and done.")
def _(plant: Planter) -> None:
    def done(answer: Callable[[], Reply], once: Once, call: Call, work: Work) -> Reply:
        try:
            return answer()
        except KeyReused as refused:
            if call.operation == "issuePass":
                work.attempt(lambda work: once._operation(call, work))
            return plant.api.render(refused)

    _around(plant, done)


@DEFECTS.defect("BG-I04", "The path does not count.")
def _(plant: Planter) -> None:
    _counting(plant, lambda parts: (parts[0], *parts[2:]))


@DEFECTS.defect("BG-I04.operation", "Every operation has keys of its own.")
def _(plant: Planter) -> None:
    def own(request: Request) -> None:
        if _KEY in request.headers:
            request.headers[_KEY] = f"{request.operation[:20]}-{request.headers[_KEY]}"[:255]

    plant.request(own, "purchaseGymCopay")


@DEFECTS.defect("BG-I05", "A key is free a second too late.")
def _(plant: Planter) -> None:
    _rules(plant, window=timedelta(seconds=91))


@DEFECTS.defect("BG-I05.early", "A key is free a second too early.")
def _(plant: Planter) -> None:
    _rules(plant, window=timedelta(seconds=89))


@DEFECTS.defect("BG-I06", "A key is everybody's.")
def _(plant: Planter) -> None:
    plant.replace(replies, "_id", lambda _: lambda caller, key: key)


@DEFECTS.defect("BG-I07", "What comes at the same moment is done each time.")
def _(plant: Planter) -> None:
    flight = plant.flight("purchaseCredits")

    def change(request: Request) -> None:
        if flight.now:
            request.headers.pop(_KEY, None)

    plant.request(change, "purchaseCredits")


@DEFECTS.defect("BG-I08", "A replayed refusal has the request_id of the first.")
def _(plant: Planter) -> None:
    first: dict[str, str] = {}

    def change(answer: Answer) -> None:
        key, said = answer.request.headers.get(_KEY, ""), answer.json
        if not key or not isinstance(said, dict) or "error" not in said:
            return
        if _REPLAYED in answer.headers and key in first:
            answer.json = {"error": {**said["error"], "request_id": first[key]}}
        else:
            first[key] = said["error"]["request_id"]

    plant.answer(change)


@DEFECTS.defect("BG-I08.header", "A replay has the Bardge-Request-Id of the first.")
def _(plant: Planter) -> None:
    first: dict[str, str] = {}

    def change(answer: Answer) -> None:
        key = answer.request.headers.get(_KEY, "")
        if _REPLAYED in answer.headers and key in first:
            answer.headers["bardge-request-id"] = first[key]
        elif key:
            first[key] = answer.headers["bardge-request-id"]

    plant.answer(change)


@DEFECTS.defect("BG-I09", "What was not found is looked for again.")
def _(plant: Planter) -> None:
    _rules(plant, statuses=frozenset({403, 409}))


@DEFECTS.defect("BG-I09.conflict", "A conflict is tried again.")
def _(plant: Planter) -> None:
    _rules(plant, statuses=frozenset({403, 404}))


@DEFECTS.defect("BG-I09.balance", "An account that was too empty is tried again.")
def _(plant: Planter) -> None:
    _rules(plant, codes=frozenset())


@DEFECTS.defect("BG-I09.reused", "That a key was used before is said to be a replay.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 409 and answer.json["error"]["code"] == "idempotency_key_reused":
            answer.headers[_REPLAYED] = "true"

    plant.answer(change)


@DEFECTS.defect("BG-I10", "Bad input that was found late is remembered.")
def _(plant: Planter) -> None:
    _rules(plant, statuses=frozenset({400, 403, 404, 409}))


@DEFECTS.defect("BG-I11", "Without a key the body is one.")
def _(plant: Planter) -> None:
    def change(request: Request) -> None:
        request.headers.setdefault(_KEY, sha256(request.body).hexdigest())

    plant.request(change, "purchaseCredits")


@DEFECTS.defect("BG-I12", "A long key is cut off.")
def _(plant: Planter) -> None:
    _key_changed(plant, lambda key: key[:255])


@DEFECTS.defect("BG-I12.blank", "Blanks in a key are left out.")
def _(plant: Planter) -> None:
    _key_changed(plant, lambda key: key.replace(" ", ""))


@DEFECTS.defect("BG-I12.last", "The last character of the longest keys does not count.")
def _(plant: Planter) -> None:
    _key_changed(plant, lambda key: key[:254] if len(key) == 255 else key)


def _key_changed(plant: Planter, make: Callable[[str], str]) -> None:
    def change(request: Request) -> None:
        if _KEY in request.headers:
            request.headers[_KEY] = make(request.headers[_KEY])

    plant.request(change)


@DEFECTS.defect("BG-I13", "The order of members makes another body.")
def _(plant: Planter) -> None:
    plant.replace(idempotency, "fingerprint", lambda _: lambda *parts: sha256(msgspec.json.encode(parts)).hexdigest())


@DEFECTS.defect("BG-I14", "A cancellation with the same key has the first answer.")
def _(plant: Planter) -> None:
    first: dict[tuple[str, str], bytes] = {}

    def change(answer: Answer) -> None:
        key = (answer.request.path, answer.request.headers.get(_KEY, ""))
        if answer.status == 200 and key[1]:
            first[key] = answer.body
        elif key in first:
            answer.status, answer.body = 200, first[key]

    plant.answer(change, "cancelBooking")


@DEFECTS.defect("BG-I14.blank", "A passcode is refused to a bad key.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if " " in answer.request.headers.get(_KEY, ""):
            error = {
                "type": "invalid_request_error",
                "code": "validation_error",
                "message": "Idempotency-Key: has a blank.",
                "request_id": answer.headers["bardge-request-id"],
            }
            answer.status, answer.json = 400, {"error": error}

    plant.answer(change, "createPasscode")


@DEFECTS.defect("BG-I15", "What does not exist is looked for before the key.")
def _(plant: Planter) -> None:
    def hasty(answer: Callable[[], Reply], once: Once, call: Call, work: Work) -> Reply:
        try:
            return answer()
        except KeyReused:
            _look(once, call, work)
            raise

    _around(plant, hasty)


def _look(once: Once, call: Call, work: Work) -> None:
    """Raises NotFound. Whatever else comes of it is undone by who calls."""
    try:
        work.attempt(lambda work: once._operation(call, work))
    except NotFound:
        raise
    except Exception:  # noqa: BLE001, S110 - only what is not found matters
        pass


@DEFECTS.defect("BG-I16", "The lookup token does not count.")
def _(plant: Planter) -> None:
    _rules(plant, counted=())
