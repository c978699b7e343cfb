"""What hurts in production, each in a few lines."""

from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.sandbox(api="reservekit", clock="2026-03-02T08:00:00Z", frozen=True)

LAST_PLACE = (457, "2026-03-09")
"""A slot of one place."""

SECRET = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"


def test_the_last_place_goes_to_a_rival(sandbox, salon, client):
    sandbox.rival(on="createBooking", customer_email="rival@example.com")

    with pytest.raises(client.SoldOut):
        salon.book(*LAST_PLACE, "ann@example.com")


def test_a_lost_answer_books_once(sandbox, salon):
    sandbox.fault("lost-after", on="createBooking")

    made = salon.book(456, "2026-03-09", "ann@example.com")

    mine = [each for each in sandbox.state("booking") if (each["customer"] or {}).get("email") == "ann@example.com"]
    assert [each["id"] for each in mine] == [made]
    sandbox.verify("createBooking", times=1)


@pytest.mark.sandbox(api="bardge", clock="2026-05-04T08:00:00Z")
def test_a_session_expires_while_the_customer_pays(sandbox, studio):
    wanted = {"client_id": "client_chidi", "user_pass_id": "brgpass_chidi_gym", "class_instance_id": "ci_reformer_open"}
    session = studio.begin(wanted)

    sandbox.clock.advance(minutes=15)

    assert studio.confirm(session, wanted, "copay_abc123").startswith("booking_")


def test_a_webhook_comes_twice(sandbox, receiver, salon, client):
    inbox = client.Inbox()
    sandbox.subscribe(receiver.url, events=["bookings.create"], secret=SECRET, hostile={"duplicate": 1})

    made = salon.book(456, "2026-03-09", "ann@example.com")
    for webhook in receiver.wait(2):
        inbox.take(webhook.headers, webhook.body)

    assert inbox.booked == [made]


def test_a_webhook_comes_before_the_answer(sandbox, receiver, salon, client):
    ledger = client.Ledger()
    receiver.handler = lambda webhook: ledger.take(webhook.body)
    sandbox.subscribe(receiver.url, events=["bookings.create"])
    sandbox.fault("settle", on="createBooking")

    made = salon.book(456, "2026-03-09", "ann@example.com")
    ledger.write(made)

    assert ledger.told == {made: True}


def test_two_workers_want_one_place(sandbox, salon, client):
    def book(email):
        try:
            return salon.book(*LAST_PLACE, email)
        except client.SoldOut:
            return None

    sandbox.barrier(2, on="createBooking", order="reverse")
    with ThreadPoolExecutor(2) as workers:
        booked = list(workers.map(book, ["ann@example.com", "bob@example.com"]))

    assert sorted(each is None for each in booked) == [False, True]
