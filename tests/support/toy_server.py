"""A small booking API that keeps to `contracts/toy/openapi.yaml`, and breaks it on demand.

Each fault breaks one promise; their names stand where they bite.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

TOKEN = "toy-secret-8d1f"
FULL = ("--mode", "full", "--disposable", "--suite", "conformance", "--strict")
"""How the kit is called to ask a toy anything it likes."""
PLACES = 3
_LARGEST_ID = 2_147_483_647


class Refused(Exception):  # noqa: N818
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None: ...


@contextmanager
def toy_server(*faults: str) -> Iterator[str]:
    """Serve until the block ends; gives the address without the contract's `/v1`."""
    server = make_server("127.0.0.1", 0, _app(frozenset(faults)), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _app(faults: frozenset[str]) -> Flask:  # noqa: C901 - the whole toy in one place
    app = Flask(__name__)
    app.url_map.strict_slashes = False
    bookings: dict[int, dict[str, Any]] = {}
    lock = threading.Lock()

    @app.before_request
    def authenticate() -> None:
        if request.method == "OPTIONS" or request.endpoint in {None, "health"} or "open_door" in faults:
            return
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "unknown_key")
        if "slammed_door" in faults and request.endpoint == "read":
            raise Refused(401, "unknown_key")

    @app.errorhandler(Refused)
    def refuse(refusal: Refused) -> Response:
        return _answer(refusal.status, {"error": {"code": refusal.code}})

    @app.errorhandler(HTTPException)
    def refuse_http(problem: HTTPException) -> Response:
        answer = _answer(problem.code or 500, {"error": {"code": problem.name}})
        for name, value in problem.get_headers():
            if name == "Allow":
                answer.headers[name] = value
        return answer

    @app.get("/v1/health")
    def health() -> Response:
        return _answer(200, {})

    @app.get("/v1/slots")
    def slots() -> Response:
        if "web_page" in faults:
            return Response("<h1>Welcome</h1>", mimetype="text/html")
        if "page" in request.args:
            _id(request.args["page"])
        if request.args.get("only_free", "true") not in {"true", "false"}:
            raise Refused(400, "malformed")
        return _answer(200, {"data": [{"id": 1, "places": PLACES}, {"id": 2, "places": PLACES}]})

    @app.get("/v1/bookings")
    def listing() -> Response:
        slot_id = _slot(request.args.get("slot_id", ""))
        with lock:
            found = [booking for booking in bookings.values() if booking.get("slot_id") == slot_id]
        return _answer(200, {"data": found})

    @app.post("/v1/bookings")
    def create() -> Response:
        booking = _booking(request, is_gullible="gullible" in faults)
        if "crash" in faults and booking["date"] >= "3000":
            raise RuntimeError("planted")
        if "wrong_refusal" in faults and len(booking["note"] or "") > 5:
            raise Refused(400, "note_is_rude")
        with lock:
            same = [other for other in bookings.values() if other.get("slot_id") == booking["slot_id"]]
            if len([other for other in same if other["date"] == booking["date"]]) >= PLACES:
                raise Refused(400, "slot_full")
            booking["id"] = len(bookings) + 1
            if "wrong_type" in faults:
                booking["id"] = str(booking["id"])
            bookings[int(booking["id"])] = booking
            if "vanishing" in faults:
                bookings[int(booking["id"])] = {}
        return _answer(201, booking)

    @app.get("/v1/bookings/<booking_id>")
    def read(booking_id: str) -> Response:
        return _answer(200, _one(bookings, booking_id))

    @app.delete("/v1/bookings/<booking_id>")
    def delete(booking_id: str) -> Response:
        with lock:
            booking = dict(_one(bookings, booking_id))
            if "undying" not in faults:
                bookings[int(booking["id"])] = {}
        return _answer(200, booking)

    return app


def _one(bookings: dict[int, dict[str, Any]], booking_id: str) -> dict[str, Any]:
    found = bookings.get(_id(booking_id))
    if not found:
        raise Refused(404, "no_such_booking")
    return found


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _LARGEST_ID):
        raise Refused(400, "malformed")
    return int(text)


def _slot(text: str) -> int:
    if _id(text) not in {1, 2}:
        raise Refused(404, "no_such_slot")
    return int(text)


def _booking(asked: Any, *, is_gullible: bool) -> dict[str, Any]:
    if asked.mimetype != "application/json":
        raise Refused(415, "not_json")
    try:
        body = json.loads(asked.get_data())
    except (ValueError, RecursionError):
        raise Refused(400, "malformed") from None
    match body:
        case {"slot_id": int() | float() as slot_id, "date": str() as day} if not isinstance(slot_id, bool):
            note = body.get("note")
            is_text = note is None or (isinstance(note, str) and len(note) <= 200)
            if is_text and slot_id == int(slot_id) and (_is_date(day) or is_gullible):
                return {"slot_id": _slot(str(int(slot_id))), "date": day, "note": note}
    raise Refused(400, "malformed")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _answer(status: int, body: object) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
