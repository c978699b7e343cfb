import asyncio

from doubles import Client

from mockserver.web.gate import Gate


def test_every_reply_has_a_request_id_and_a_client_may_choose_it(reservekit):
    ours = reservekit.get("/bookings/789").headers["x-request-id"]
    theirs = reservekit.get("/bookings/789", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"]

    assert ours == "default-1"
    assert theirs == "mine-1"


def test_the_journal_holds_each_exchange_without_its_key(reservekit):
    made = reservekit.post("/bookings", {"date": "2026-03-09", "time_slot_id": 457})
    reservekit.get("/nope")

    sandboxes = reservekit.app.sandboxes
    unknown, booked = sandboxes.open("default").journal.latest(10)

    assert (booked.method, booked.path, booked.operation, booked.status) == (
        "POST",
        "/reservekit/v1/bookings",
        "createBooking",
        201,
    )
    assert booked.response_body == made.content
    assert b"457" in booked.request_body
    assert b"sk_rsv" not in booked.headers
    assert (unknown.status, unknown.refusal, unknown.operation) == (404, "unknown_path", None)


def test_a_browser_is_told_that_it_may_call(reservekit):
    asked = {
        "Origin": "https://shop.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    preflight = reservekit.request("OPTIONS", "/bookings", headers=asked)
    called = reservekit.get("/bookings/789", headers={"Origin": "https://shop.example.com"})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "POST"
    assert preflight.headers["access-control-allow-headers"] == "authorization, content-type"
    assert called.headers["access-control-allow-origin"] == "*"


def test_the_contract_and_its_pages_come_from_the_package(reservekit):
    client = Client(reservekit.app)

    contract = client.get("/reservekit/openapi.json").json()

    assert contract["servers"] == [{"url": "/reservekit/v1"}]
    assert "createBooking" in {item.get("post", {}).get("operationId") for item in contract["paths"].values()}
    assert client.get("/reservekit/docs").status_code == 200
    assert client.get("/docs").status_code == 200


def test_what_runs_in_the_background_is_started_and_stopped_with_the_process(reservekit):
    told: list[str] = []
    sent: list[tuple[str, ...]] = []

    class Background:
        async def start(self):
            told.append("started")

        async def stop(self):
            told.append("stopped")

    async def receive():
        return {"type": "lifespan.shutdown" if sent else "lifespan.startup"}

    async def send(message):
        sent.append((message["type"], *told))

    gate = Gate([], reservekit.app.asgi, reservekit.app.sandboxes, Background())
    asyncio.run(gate({"type": "lifespan"}, receive, send))

    assert sent == [("lifespan.startup.complete", "started"), ("lifespan.shutdown.complete", "started", "stopped")]
