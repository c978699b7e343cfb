"""One attempt, over real sockets: where it may lead, and that whatever goes wrong is told."""

import asyncio

import httpx
import pytest
from doubles import MONDAY
from receiving import receiving

from mockserver.sandbox.receivers import Receivers
from mockserver.webhooks.sending import Sender


def attempt(receivers, url, *, headers=(), transport=None):
    async def post():
        sender = Sender(receivers, transport)
        try:
            return await sender.post(url, headers, b"{}", at=MONDAY)
        finally:
            await sender.close()

    return asyncio.run(post())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_receiver_on_this_machine_is_sent_to(host):
    with receiving() as receiver:
        found = attempt(Receivers(), receiver.url.replace("127.0.0.1", host))

    assert (found.status, found.error, len(receiver.got)) == (204, None, 1)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0"])
def test_a_name_that_leads_to_our_own_port_is_told_nothing(host):
    with receiving() as receiver:
        port = int(receiver.url.rpartition(":")[2])

        found = attempt(Receivers(frozenset({"*"}), own_port=port), f"http://{host}:{port}/_sandbox/sandboxes")
        other = attempt(Receivers(frozenset({"*"}), own_port=port + 1), f"http://{host}:{port}/")

    assert found.status is None
    assert "is this very server" in str(found.error)
    assert (other.status, [path for path, *_ in receiver.got]) == (204, ["/"])


def test_a_name_that_is_called_local_and_leads_elsewhere_is_told_nothing(monkeypatch):
    with receiving() as receiver:
        monkeypatch.setattr("mockserver.sandbox.receivers.is_loopback", lambda host: host == "localhost")

        found = attempt(Receivers(), receiver.url.replace("127.0.0.1", "localhost"))

    assert "which is not this machine" in str(found.error)
    assert receiver.got == []


class Broken(httpx.AsyncBaseTransport):
    async def handle_async_request(self, _):
        raise UnicodeError("label empty or too long")


def test_whatever_goes_wrong_is_a_failed_attempt():
    found = attempt(Receivers(), "http://localhost:9/", transport=Broken())

    assert (found.failed, found.error) == (True, "UnicodeError: label empty or too long")


def test_what_can_never_be_reached_is_a_failed_attempt_too():
    found = attempt(Receivers(), "http://.localhost/")

    assert found.failed
    assert "a host and a port that can be asked for" in str(found.error)


class HungUp(httpx.AsyncBaseTransport):
    """Connects to somebody who is gone before they could be asked who they are."""

    is_open = True

    def get_extra_info(self, _):
        return None

    async def aclose(self):
        self.is_open = False

    async def handle_async_request(self, request):
        await request.extensions["trace"]("connection.connect_tcp.complete", {"return_value": self})
        raise AssertionError("the connection was used all the same")


def test_a_receiver_that_hangs_up_at_once_is_a_failed_attempt_and_leaves_no_connection_open():
    connection = HungUp()

    found = attempt(Receivers(), "http://localhost:9/", transport=connection)

    assert found.error == "ConnectionResetError: it hung up before anything was said"
    assert not connection.is_open
