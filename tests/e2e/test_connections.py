"""What clients do on a bare connection: half of a request, one without end, and what a proxy leaves on the wire."""

import json
import socket
from urllib.parse import urlsplit

import pytest
from servers import started

KEY = "Authorization: Bearer sk_rsv_demo_alpha"
BOOKING = json.dumps({"date": "2031-01-06", "time_slot_id": 456})
LIMITS = "max_head_bytes = 20_000\nhead_seconds = 0.2\nconnection_idle_seconds = 0.4\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    file = tmp_path_factory.mktemp("limits") / "mockserver.toml"
    file.write_text(LIMITS, encoding="utf-8")
    with started("reservekit", "--config", str(file)) as running:
        yield running


@pytest.fixture
def connection(server):
    at = urlsplit(server.url)
    with socket.create_connection((at.hostname, at.port), timeout=20) as connection:
        yield connection


def request(method, path, *headers, body=""):
    length = [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, *length, "", body]).encode()


def send_for_ever(connection, part):
    for _ in range(100_000):
        connection.sendall(part)


def everything(connection):
    """Until the server closes its side."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def statuses(answers):
    return [int(each[:3]) for each in answers.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("_", range(5))
def test_who_says_that_nothing_more_comes_is_answered(connection, _):
    connection.sendall(request("POST", "/v1/bookings", KEY, body=BOOKING))
    connection.shutdown(socket.SHUT_WR)

    assert statuses(everything(connection)) == [201]


def test_who_asks_several_things_in_a_row_and_then_ends_is_answered_all(connection):
    connection.sendall(request("GET", "/v1/bookings/789", KEY) * 3)
    connection.shutdown(socket.SHUT_WR)

    assert statuses(everything(connection)) == [200] * 3


def test_who_ends_within_a_body_is_let_go(connection):
    connection.sendall(request("POST", "/v1/bookings", KEY, body=BOOKING)[:-5])
    connection.shutdown(socket.SHUT_WR)

    assert everything(connection) == b""


@pytest.mark.parametrize("head", ["X-Long: ", "X-Many: x\r\n"])
def test_a_head_without_end_is_not_read(connection, head):
    connection.sendall(f"GET /v1/bookings/789 HTTP/1.1\r\n{head}".encode())
    with pytest.raises(ConnectionError):
        send_for_ever(connection, f"{'x' * 1_000}\r\n{head}".encode() if "Many" in head else b"x" * 1_000)


@pytest.mark.parametrize(("length", "status"), [(15_000, 200), (25_000, 431), (60_000, 431)])
def test_a_head_that_is_too_long_is_refused(connection, length, status):
    connection.sendall(request("GET", "/v1/bookings/789", KEY, f"X-Long: {'x' * length}", "Connection: close"))

    assert statuses(everything(connection)) == [status]


def test_a_body_may_be_longer_than_a_head(connection):
    body = json.dumps({**json.loads(BOOKING), "unknown": "x" * 100_000})
    connection.sendall(request("POST", "/v1/bookings", KEY, "Connection: close", body=body))

    assert statuses(everything(connection)) != [431]


def test_half_a_head_is_not_waited_for(connection):
    connection.sendall(b"GET /v1/bookings/789 HTTP/1.1\r\nHost: localhost\r\nX-Half: ")

    assert statuses(everything(connection)) == [408]


def test_a_connection_on_which_nothing_is_asked_ends(connection):
    assert everything(connection) == b""


def test_a_connection_on_which_nothing_more_is_asked_ends(connection):
    connection.sendall(request("GET", "/v1/bookings/789", KEY))

    assert statuses(everything(connection)) == [200]


CHUNKED = request("POST", "/v1/bookings", KEY, "Content-Type: application/json", "Transfer-Encoding: chunked")


def test_a_trailer_is_no_header(connection):
    unkeyed = CHUNKED.replace(f"{KEY}\r\n".encode(), b"")
    connection.sendall(unkeyed + f"{len(BOOKING):x}\r\n{BOOKING}\r\n0\r\n{KEY}\r\n\r\n".encode())

    assert statuses(everything(connection)) == [401]


def test_a_trailer_without_end_is_not_read(connection):
    connection.sendall(CHUNKED + f"{len(BOOKING):x}\r\n{BOOKING}\r\n0\r\nX-Long: ".encode())
    with pytest.raises(ConnectionError):
        send_for_ever(connection, b"x" * 1_000)


@pytest.fixture(scope="module")
def everything_served():
    with started() as running:
        yield urlsplit(running.url)


PATHS = (
    "/reservekit/v1/bookings/789",
    "/appointments/customers/bookings",
    "/anny/api/v1/resources",
    "/bardge/v3/api/business/reseller/passes",
    "/_sandbox/sandboxes",
    "/",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        "X-Broken: \x01\r\nHost: localhost\r\n",
        "no colon\r\nHost: localhost\r\n",
        "Host: localhost\r\nContent-Length: -1\r\n",
        "Host: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        "Host: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "",
        "Host:\r\n",
        "Host: localhost\r\nHost: evil.test\r\n",
    ],
)
def test_a_head_that_is_none_is_refused_in_the_form_of_the_api(everything_served, path, headers):
    with socket.create_connection((everything_served.hostname, everything_served.port), timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n".encode())
        head, _, body = everything(connection).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"+json" in head or b"application/json" in head
    assert "HTTP" in str(json.loads(body)) or "Host" in str(json.loads(body))


def test_nothing_is_done_of_what_comes_after_a_head_that_is_none(everything_served):
    booking = request("POST", "/reservekit/v1/bookings", KEY, body=BOOKING)
    with socket.create_connection((everything_served.hostname, everything_served.port), timeout=20) as connection:
        connection.sendall(b"GET /reservekit/v1/services HTTP/1.1\r\nHost localhost\r\n\r\n" + booking * 3)
        connection.sendall(booking)

        assert statuses(everything(connection)) == [400]


def test_what_was_asked_before_a_head_that_is_none_is_answered(everything_served):
    with socket.create_connection((everything_served.hostname, everything_served.port), timeout=20) as connection:
        connection.sendall(
            request("GET", "/reservekit/v1/bookings/789", KEY) * 2 + b"GET /x HTTP/1.1\r\nHost localhost\r\n\r\n"
        )

        assert statuses(everything(connection)) == [200, 200, 400]


def test_http_1_0_needs_no_host(everything_served):
    with socket.create_connection((everything_served.hostname, everything_served.port), timeout=20) as connection:
        connection.sendall(f"GET /reservekit/v1/bookings/789 HTTP/1.0\r\n{KEY}\r\n\r\n".encode())

        assert statuses(everything(connection)) == [200]
