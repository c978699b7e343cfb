"""Requests as lines for a shell: what an answer gave is taken out of it, and put where later requests name it."""

import json

import pytest

from contract_tests.contracts import load_contract
from contract_tests.scenes.exchanges import Exchange
from contract_tests.scenes.pasting import pasted

KEEPING = " | tee answer"


def a_step(method="POST", path="/bookings", sent=None, came=None, *, location="", headers=None, operation=None):
    return Exchange(
        number=1,
        title="",
        by="main",
        operation=load_contract("toy").operation(operation or "post /bookings"),
        method=method,
        url=f"http://host/v1{path}",
        request_headers=headers or {},
        request_body=b"" if sent is None else sent if isinstance(sent, bytes) else json.dumps(sent).encode(),
        status=200,
        headers={"location": location} if location else {},
        content=b"" if came is None else json.dumps(came).encode(),
        seconds=0.01,
    )


def test_requests_that_take_nothing_from_one_another_are_as_they_are():
    steps = [a_step(sent={"id": 5}, came={"id": 71}), a_step(sent={"note": "it's"}, came={"id": 72})]

    assert pasted(steps) == [step.curl() for step in steps]


def test_an_id_is_taken_out_of_an_answer_and_put_into_paths_queries_and_bodies():
    made, there = a_step(came={"data": {"id": 71, "other": 71}}), "http://host/v1/bookings"
    beside = a_step("POST", "/other", {"booking_id": 71, "places": 71, "note": "it's 71"})
    below, asked = a_step("GET", "/bookings/71/notes"), a_step("GET", "/notes?booking_id=71&size=71")

    first, *others = pasted([made, beside, below, asked])

    assert first == f"curl -s -X POST {there}{KEEPING}\nbooking=$(jq -r .data.id answer)"
    body = """'{"booking_id": '"$booking"', "places": 71, "note": "it'"'"'s 71"}'"""
    assert others == [
        f"curl -X POST -d {body} http://host/v1/other",
        f'curl -X GET {there}/"$booking"/notes',
        "curl -X GET 'http://host/v1/notes?booking_id='\"$booking\"'&size=71'",
    ]


def test_the_same_number_of_something_else_stays():
    made = a_step(came={"id": 71})

    assert pasted([made, a_step("GET", "/slots/71")])[1] == "curl -X GET http://host/v1/slots/71"


def test_what_the_test_said_first_is_not_taken_from_an_answer():
    steps = [a_step(sent={"email": "jane@example.com"}, came={"email": "jane@example.com"})] * 2

    assert pasted(steps) == [step.curl() for step in steps]


def test_an_id_that_stands_in_location_alone_is_taken_out_of_the_headers():
    made = a_step(location="http://host/v1/bookings/71")

    first, second = pasted([made, a_step("DELETE", "/bookings/71")])

    assert first.startswith(f"curl -s -i -X POST http://host/v1/bookings{KEEPING}\nbooking=$(sed -n ")
    assert second == 'curl -X DELETE http://host/v1/bookings/"$booking"'


def test_two_things_of_one_kind_have_two_names():
    made = [a_step(came={"items": [{"id": 71}, {"id": 72}]}), a_step(came={"id": 73})]

    *lines, last = pasted([*made, a_step(sent={"of": [{"booking_id": number} for number in (71, 72, 73)]})])

    assert lines[0].splitlines()[1:] == [
        "booking=$(jq -r '.items[0].id' answer)",
        "booking_2=$(jq -r '.items[1].id' answer)",
    ]
    assert lines[1].splitlines()[1:] == ["booking_3=$(jq -r .id answer)"]
    assert all(f'"${name}"' in last for name in ("booking", "booking_2", "booking_3"))


@pytest.mark.parametrize("secret", ["tok_1234567890", "0b9c1d2e-0000-4000-8000-000000000000"])
def test_a_long_text_that_only_the_server_can_know_is_carried_too(secret):
    said, asked = a_step(came={"access_code": secret}), a_step("GET", f"/doors?code={secret}")

    assert pasted([said, asked]) == [
        f"curl -s -X POST http://host/v1/bookings{KEEPING}\naccess_code=$(jq -r .access_code answer)",
        "curl -X GET 'http://host/v1/doors?code='\"$access_code\"",
    ]


def test_a_body_that_is_no_json_is_left_as_it_is():
    step = a_step(sent=b"{", came={"id": 71})

    assert pasted([step, a_step("GET", "/x/1")])[0] == step.curl()


def test_half_of_a_pair_is_written_as_json_writes_it_beside_what_an_answer_gave():
    made, asked = a_step(came={"id": 71}), a_step(sent=rb'{"booking_id": 71, "note": "\ud800"}')

    assert pasted([made, asked])[1] == (
        r"""curl -X POST -d '{"booking_id": '"$booking"', "note": "\ud800"}' http://host/v1/bookings"""
    )


def test_a_body_that_is_no_utf_8_is_left_as_it_is():
    made, asked = a_step(came={"id": 71}), a_step(sent=b'{"booking_id": 71, "note": "\xed\xa0\x80"}')

    assert pasted([made, asked])[1] == asked.curl()


def test_a_word_that_was_made_up_is_another_one_each_time():
    made = a_step("PUT", "/clients/ct_abcdefgh", {"email": "abcdefgh@example.com"}, headers={"Key": "hgfedcba"})

    first, second = pasted([made, a_step("GET", "/clients/ct_abcdefgh")], ["abcdefgh", "hgfedcba"])

    assert first.splitlines() == [
        "word=$(LC_ALL=C tr -dc a-z </dev/urandom | head -c 8)",
        "word_2=$(LC_ALL=C tr -dc a-z </dev/urandom | head -c 8)",
        """curl -X PUT -H 'Key: '"$word_2" -d '{"email": "'"$word"'@example.com"}' http://host/v1/clients/ct_"$word\"""",
    ]
    assert second == 'curl -X GET http://host/v1/clients/ct_"$word"'


def test_a_word_that_comes_in_capitals_too_stays():
    steps = [a_step(sent={"email": "abcdefgh@example.com"}), a_step(sent={"email": "ABCDEFGH@example.com"})]

    assert pasted(steps, ["abcdefgh"]) == [step.curl() for step in steps]


def test_of_what_a_number_is_the_id_may_be_left_open():
    made = a_step(came={"id": 71})

    assert pasted([made, a_step("GET", "/pay?oid=71&of=71")])[1].endswith("/pay?oid='\"$booking\"'&of=71'")


def test_a_word_of_the_api_is_not_what_an_answer_gave():
    steps = [
        a_step(came={"type": "invoices", "at": "2031-03-03T10:00Z"}),
        a_step("GET", "/invoices?at=2031-03-03T10:00Z"),
    ]

    assert pasted(steps) == [step.curl() for step in steps]


def test_what_does_not_show_is_spelled_out_behind_a_value_too():
    made, asked = a_step(came={"id": 71}), a_step(sent=b'{"booking_id": 71, "note": "\xe2\x80\xae"}')

    assert pasted([made, asked])[1] == (
        r"""curl -X POST -d $'{"booking_id": '"$booking"$', "note": "\xe2\x80\xae"}' http://host/v1/bookings"""
    )
