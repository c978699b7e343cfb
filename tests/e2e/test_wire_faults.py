"""What a rule does to a connection, as a bare socket sees it; and what the journal says of it."""

import json
import socket
import subprocess
import sys
import threading
from secrets import token_hex
from urllib.parse import urlsplit

import httpx
import pytest
from servers import started

BOOKING = {"date": "2031-01-06", "time_slot_id": 456}
KEY = "sk_rsv_demo_alpha"


@pytest.fixture(scope="module")
def server():
    with started("reservekit") as running:
        yield running


class World:
    """A sandbox of its own."""

    def __init__(self, url, name):
        self.name = name
        self.url = url
        self.control = httpx.Client(base_url=f"{url}/_sandbox/sandboxes/{name}", timeout=20)
        self.headers = {"Authorization": f"Bearer {KEY}.{name}"}

    def arm(self, what, *, on=None, **more):
        wanted = {"api": "reservekit", "on": {"operation": "createBooking", **(on or {})}, "do": {"what": what, **more}}
        answer = self.control.post("/rules", json=wanted)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def rule(self, number):
        return self.control.get(f"/rules/{number}").json()

    def journal(self):
        return self.control.get("/journal").json()["entries"][::-1]

    def book(self, **more):
        return httpx.post(f"{self.url}/v1/bookings", json={**BOOKING, **more}, headers=self.headers, timeout=20)

    def connect(self):
        at = urlsplit(self.url)
        return socket.create_connection((at.hostname, at.port), timeout=20)

    def written(self, method, path, body=None):
        text = "" if body is None else json.dumps(body)
        length = f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n" if text else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}.{self.name}\r\n{length}\r\n"
        return (head + text).encode()


@pytest.fixture
def world(server):
    name = f"w-{token_hex(6)}"
    made = World(server.url, name)
    made.control.post(f"{server.url}/_sandbox/sandboxes", json={"name": name})
    yield made
    made.control.close()


def everything(connection):
    """What came, and how it ended: `fin` or `rst`."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        return b"".join(parts), "rst"
    return b"".join(parts), "fin"


@pytest.mark.parametrize(
    ("what", "by", "end", "commit", "bookings"),
    [
        ("rst", None, "rst", "before", 0),
        ("fin", None, "fin", "before", 0),
        ("lost-before", "rst", "rst", "before", 0),
        ("lost-before", "fin", "fin", "before", 0),
        ("lost-after", "rst", "rst", "after", 1),
        ("lost-after", "fin", "fin", "after", 1),
    ],
)
def test_a_connection_breaks_on_the_side_of_the_commit_that_was_asked_for(world, what, by, end, commit, bookings):
    before = world.control.get("/state").json()["apis"]["reservekit"]["booking"]
    number = world.arm(what, **({"by": by} if by else {}))

    with world.connect() as connection:
        connection.sendall(world.written("POST", "/v1/bookings", BOOKING))
        came, ended = everything(connection)

    assert (came, ended) == (b"", end)
    (entry,) = world.journal()
    assert (entry["commit"], entry["status"]) == (commit, 201 if bookings else 0)
    assert entry["faults"] == [{"what": what, "rule": number}]
    assert world.control.get("/state").json()["apis"]["reservekit"]["booking"] == before + bookings
    assert (world.rule(number)["met"], world.rule(number)["fired"]) == (1, 1)


@pytest.mark.parametrize("by", ["rst", "fin"])
def test_earlier_answers_arrive_and_later_requests_are_not_done(world, by):
    world.arm("lost-after", by=by)

    with world.connect() as connection:
        connection.sendall(
            world.written("GET", "/v1/services?page=1")
            + world.written("POST", "/v1/bookings", BOOKING)
            + world.written("POST", "/v1/bookings", {**BOOKING, "date": "2031-01-13"})
        )
        came, ended = everything(connection)

    assert (came.count(b"HTTP/1.1 "), ended) == (1, by)
    assert came.startswith(b"HTTP/1.1 200 ")
    assert came.endswith(b"}")
    assert [(entry["operation"], entry["status"]) for entry in world.journal()] == [
        ("listServices", 200),
        ("createBooking", 201),
    ]


@pytest.mark.parametrize("by", ["rst", "fin"])
def test_an_answer_is_cut_in_the_middle(world, by):
    world.arm("truncated", by=by)

    with world.connect() as connection:
        connection.sendall(world.written("POST", "/v1/bookings", BOOKING))
        came, ended = everything(connection)

    head, _, body = came.partition(b"\r\n\r\n")
    (length,) = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")]
    assert (len(body), ended) == (length // 2, by)
    (entry,) = world.journal()
    assert (entry["commit"], entry["status"]) == ("after", 201)


def test_an_answer_is_no_json_or_comes_in_drops(world):
    world.arm("malformed", on={"operation": "listServices"})
    world.arm("slow", seconds=0.1)

    spoiled = httpx.get(f"{world.url}/v1/services?page=1", headers=world.headers)
    slow = world.book()

    with pytest.raises(json.JSONDecodeError):
        spoiled.json()
    assert (spoiled.status_code, slow.status_code, slow.json()["data"]["time_slot_id"]) == (200, 201, 456)
    assert [entry["faults"][0]["what"] for entry in world.journal()] == ["malformed", "slow"]


def test_every_answer_but_the_spoiled_one_is_whole_on_one_connection(world):
    world.arm("late-after", seconds=0.01)

    with httpx.Client(headers=world.headers) as client:
        late = client.post(f"{world.url}/v1/bookings", json=BOOKING)
        next_one = client.get(f"{world.url}/v1/services?page=1")

    assert (late.status_code, next_one.status_code) == (201, 200)


def threads(*acts):
    """Runs them at the same time; answers what they answered."""
    answers = [None] * len(acts)

    def run(number, act):
        answers[number] = act()

    running = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for each in running:
        each.start()
    return running, answers


def until_held(world, number, count):
    for _ in range(2_000):
        if world.rule(number)["held"] == count:
            return
    raise AssertionError(f"{world.rule(number)} never held {count}")


def test_held_requests_go_on_in_the_order_in_which_they_are_released(world):
    number = world.arm("hold", count=2)

    first, said_first = threads(lambda: world.book(customer_email="first@example.com"))
    until_held(world, number, 1)
    second, said_second = threads(lambda: world.book(customer_email="second@example.com", date="2031-01-13"))
    until_held(world, number, 2)
    passes = world.book(customer_email="third@example.com", date="2031-01-20")
    released = world.control.post(f"/rules/{number}/release", json={"order": [2, 1]}).json()
    for each in (*first, *second):
        each.join(20)

    assert released["held"] == 0
    assert [answer.status_code for answer in (*said_first, *said_second, passes)] == [201, 201, 201]
    asked = [entry["request"]["body"]["customer_email"].partition("@")[0] for entry in world.journal()]
    assert asked == ["third", "second", "first"]


@pytest.mark.parametrize("order", ["arrival", "reverse"])
def test_of_two_who_meet_for_one_place_the_order_says_who_gets_it(world, order):
    number = world.arm("barrier", count=2, order=order)
    place = {"date": "2031-01-06", "time_slot_id": 457}

    first, said_first = threads(lambda: world.book(**place))
    until_held(world, number, 1)
    second, said_second = threads(lambda: world.book(**place))
    for each in (*first, *second):
        each.join(20)

    statuses = [said_first[0].status_code, said_second[0].status_code]
    assert statuses == ([201, 400] if order == "arrival" else [400, 201])


@pytest.mark.parametrize("let_go", ["reset", "delete", "rule"])
def test_a_reset_and_an_end_let_go_of_who_waits(world, let_go):
    number = world.arm("hold")
    running, said = threads(world.book)
    until_held(world, number, 1)

    if let_go == "reset":
        world.control.post("/reset")
    elif let_go == "rule":
        world.control.delete(f"/rules/{number}")
    else:
        httpx.delete(f"{world.url}/_sandbox/sandboxes/{world.name}")
    running[0].join(20)

    assert said[0].status_code == 201


def test_who_was_held_is_answered_by_the_clock_of_the_moment_at_which_it_went_on(world):
    world.control.post("/clock/freeze")
    before = world.control.get("/clock").json()["now"]
    number = world.arm("hold")
    running, said = threads(world.book)
    until_held(world, number, 1)

    after = world.control.post("/clock/advance", json={"by": "PT1H"}).json()["now"]
    world.control.post(f"/rules/{number}/release")
    running[0].join(20)

    assert before != after
    assert said[0].json()["data"]["created_at"] == after[:19] + "Z"
    assert world.journal()[0]["at"] == after


def test_a_rival_comes_before_a_request_that_is_signed_in(world):
    number = world.arm("rival", changes={"customer_email": "rival@example.com"})

    refused = world.book(date="2031-01-06", time_slot_id=457)

    assert (refused.status_code, world.rule(number)["fired"]) == (400, 1)
    assert [entry["is_rival"] for entry in world.journal()] == [True, False]


def test_broken_connections_are_no_errors_of_the_server():
    with started("reservekit") as server:
        world = World(server.url, "default")
        for what in ("rst", "fin", "lost-after", "truncated"):
            world.arm(what)
            with world.connect() as connection:
                connection.sendall(world.written("POST", "/v1/bookings", {"date": "2031-01-06", "time_slot_id": 456}))
                everything(connection)
        world.control.close()

        assert server.stop() == (0, "")


def test_a_server_that_ends_lets_go_of_who_waits():
    with started("reservekit") as server:
        world = World(server.url, "default")
        number = world.arm("hold", seconds=60)
        running, said = threads(world.book)
        until_held(world, number, 1)

        world.control.close()
        code, errors = server.stop()
        running[0].join(20)

    assert (code, errors, said[0].status_code) == (0, "", 201)


def test_another_sandbox_is_not_kept_waiting(server, world):
    number = world.arm("hold")
    running, _ = threads(world.book)
    until_held(world, number, 1)

    other = httpx.get(f"{server.url}/v1/services?page=1", headers={"Authorization": f"Bearer {KEY}.elsewhere"})

    assert other.status_code == 200
    assert world.rule(number)["held"] == 1
    world.control.post(f"/rules/{number}/release")
    running[0].join(20)


def test_a_fault_holds_in_every_process_and_each_turn_of_it_is_given_once(tmp_path):
    with started("reservekit", "--workers", "2", "--store", f"sqlite:///{tmp_path / 'store.sqlite'}") as server:
        world = World(server.url, "default")
        world.control.get("")
        world.arm("status", on={"operation": "listServices", "times": 7}, status=429)

        def ask():
            return httpx.get(f"{server.url}/v1/services?page=1", headers=world.headers, timeout=20).status_code

        running, said = threads(*[ask] * 12)
        for each in running:
            each.join(30)
        rule = world.rule(1)
        world.control.close()

    assert sorted(said) == [200] * 5 + [429] * 7
    assert (rule["met"], rule["fired"]) == (12, 7)


def test_why_is_said_on_the_command_line_too(server, world):
    for _ in range(2):
        world.book(date="2031-01-06", time_slot_id=457)

    command = [sys.executable, "-m", "mockserver", "explain", world.name, "--url", server.url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert said.startswith("createBooking was refused: 400 (no_places_left). RK-B03: ")
    unknown = subprocess.run([*command, "99"], capture_output=True, text=True, check=False)
    assert (unknown.returncode, unknown.stderr) == (2, "mockserver: there is no journal entry 99\n")
