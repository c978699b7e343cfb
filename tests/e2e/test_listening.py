"""`mockserver listen`: a receiver in the terminal, beside a real server and somebody to hand on to."""

import base64
import hashlib
import hmac
import signal
import subprocess
import sys

import httpx
import pytest
from receiving import receiving
from servers import started

from mockserver.listening import verdict_on

KEY = {"Authorization": "Bearer sk_rsv_demo_alpha.mine"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENT_AT = 1_772_438_400


def listen(*options):
    command = [sys.executable, "-u", "-m", "mockserver", "listen", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def subscriptions(server):
    found = httpx.get(f"{server.url}/_sandbox/sandboxes/mine/webhooks/reservekit/subscriptions").json()
    return found["subscriptions"]


@pytest.mark.parametrize("answer", [200, 500])
def test_each_webhook_is_printed_checked_handed_on_as_it_came_and_answered_as_it_was(answer):
    with started("reservekit", "appointments") as server, receiving() as receiver:
        receiver.status = answer
        forward_to = f"{receiver.url}/hooks"
        listening = listen("reservekit", "--sandbox", "mine", "--url", server.url, "--forward-to", forward_to)
        try:
            greeting = listening.stdout.readline()
            (subscription,) = subscriptions(server)
            booking = {"date": "2031-03-03", "time_slot_id": 456}
            assert httpx.post(f"{server.url}/reservekit/v1/bookings", json=booking, headers=KEY).status_code == 201
            settled = httpx.post(
                f"{server.url}/_sandbox/sandboxes/mine/clock/advance", json={"seconds": 0, "settle": True}, timeout=20
            )
            line, body = listening.stdout.readline(), listening.stdout.readline()
            listening.send_signal(signal.SIGTERM)  # in the background of a script, Ctrl-C is not heard
            rest = listening.communicate(timeout=20)[0]
            left = subscriptions(server)
            deliveries = f"{server.url}/_sandbox/sandboxes/mine/webhooks/reservekit/deliveries"
            (delivery,) = httpx.get(deliveries).json()["deliveries"]
        finally:
            listening.kill()

    assert greeting == "Webhooks of reservekit in sandbox mine come here. Ctrl-C ends it.\n"
    assert subscription["is_signed"] is True
    assert line == f"reservekit bookings.create signature ok -> {answer} from {forward_to}\n"
    ((path, headers, handed_on),) = receiver.got
    assert (path, headers["webhook-id"][:4]) == ("/hooks", "msg_")
    assert body.strip().removesuffix("...") in handed_on.decode()
    assert (rest, left) == ("The subscription is taken back.\n", [])
    assert settled.json()["settled"] is True
    assert [each["status"] for each in delivery["attempts"]] == [answer]


def test_where_nobody_is_handed_to_or_nobody_answers_it_is_said():
    with started("reservekit", "appointments") as server:
        done = subprocess.run(
            [sys.executable, "-m", "mockserver", "listen", "appointments", "--url", server.url],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
    gone = subprocess.run(
        [sys.executable, "-m", "mockserver", "listen", "reservekit", "--url", server.url],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (done.returncode, done.stderr) == (2, "mockserver: appointments sends no webhooks\n")
    assert (gone.returncode, "no server answers at" in gone.stderr) == (2, True)


def signed(body, *, secret=SECRET, sent_at=SENT_AT):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"msg_1.{sent_at}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(sent_at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


@pytest.mark.parametrize(
    ("headers", "secret", "said"),
    [
        (signed(b"{}"), SECRET, "signature ok"),
        (signed(b"{ }"), SECRET, "SIGNATURE IS WRONG"),
        ({**signed(b"{}"), "webhook-id": "msg_2"}, SECRET, "SIGNATURE IS WRONG"),
        (signed(b"{}", sent_at=SENT_AT - 3_600), SECRET, "SIGNATURE IS STALE by 3600 s"),
        ({}, SECRET, "signature cannot be read"),
        ({}, None, "not signed"),
    ],
)
def test_what_is_said_of_a_signature(headers, secret, said):
    assert verdict_on(headers, b"{}", secret, SENT_AT) == said
