"""Which of many requests a person has to see to understand the last one."""

import json

import pytest

from contract_tests.contracts import load_contract
from contract_tests.scenes.exchanges import Exchange, links_of, overlap, relevant

CREATE, READ, DELETE = "post /bookings", "readBooking", "deleteBooking"


def _id(name):
    """No number, which would be told from those of other things."""
    return f"id-{name}"


class Log:
    """What a test did, in order."""

    def __init__(self):
        self.exchanges = []

    def add(self, operation_id, title, names, made=(), *, body=None, status=200):
        operation = load_contract("toy").operation(operation_id)
        self.exchanges.append(
            Exchange(
                number=len(self.exchanges) + 1,
                title=title,
                by="main",
                operation=operation,
                method=operation.method,
                url="http://host/v1/bookings",
                request_headers={},
                request_body=(title if body is None else body).encode(),
                status=status,
                headers={},
                content=json.dumps([{"id": _id(each)} for each in made]).encode() if made else b"",
                seconds=0.01,
                parameters=tuple({"id": _id(each)} for each in names),
            )
        )
        return self.exchanges[-1]

    def shown(self, *judged):
        return [step.title for step in relevant(self.exchanges, judged)]


def test_a_write_that_was_accepted_leads_to_all_that_comes_after_it():
    log = Log()
    log.add(CREATE, "make a slot", {"5"})
    log.add(CREATE, "book another slot", {"6"}, {"72"})
    last = log.add(DELETE, "delete the booking", {"71"})
    log.add(DELETE, "clean up", {"71"})

    assert log.shown(last) == ["make a slot", "book another slot", "delete the booking"]


def test_of_what_was_refused_that_is_shown_which_belongs_to_the_judged():
    log = Log()
    log.add(CREATE, "book", {"5"}, {"71"})
    log.add(DELETE, "in vain", {"71"}, status=422)
    log.add(DELETE, "elsewhere in vain", {"72"}, status=422)
    log.add(CREATE, "book beside it in vain", {"5"}, status=422)
    last = log.add(READ, "read it", {"71"})

    assert log.shown(last) == ["book", "in vain", "book beside it in vain", "read it"]


def test_the_same_twice_is_shown_twice():
    log = Log()
    log.add(CREATE, "book", (), {"71"})
    log.add(DELETE, "once", {"71"}, body="{}")
    log.add(DELETE, "once more", {"71"}, body="{}")
    last = log.add(READ, "read it", {"71"})

    assert log.shown(last) == ["book", "once", "once more", "read it"]


def test_reads_lead_nowhere_but_where_one_told_the_id_of_what_was_made():
    log = Log()
    log.add(CREATE, "make a service", (), {"service 22"})
    log.add(READ, "look", {"service 22"})
    log.add(READ, "list its slots", {"service 22"}, {"slot 5"})
    log.add(READ, "list them again", {"service 22"}, {"slot 5"})
    last = log.add(CREATE, "book", {"slot 5"})

    assert log.shown(last) == ["make a service", "list its slots", "book"]


def test_a_read_that_told_the_id_of_what_was_always_there_leads_nowhere():
    log = Log()
    log.add(READ, "list the services", (), {"service 22"})
    last = log.add(READ, "read one", {"service 22"})

    assert log.shown(last) == ["read one"]


def test_what_belongs_to_the_judged_only_by_way_of_others_is_found():
    log = Log()
    log.add(CREATE, "make a service", (), {"service 1"})
    log.add(CREATE, "book another slot in vain", {"slot 4"}, {"service 1"}, status=422)
    log.add(READ, "list the slots", {"service 1"}, {"slot 5"})
    last = log.add(CREATE, "book", {"slot 5"})

    assert log.shown(last) == ["make a service", "book another slot in vain", "list the slots", "book"]


def test_all_that_is_judged_is_shown_however_much_it_is():
    log = Log()
    log.add(CREATE, "make a slot", {"5"})
    racers = [log.add(CREATE, f"racer {number}", {"5"}) for number in range(6)]

    assert log.shown(*racers) == ["make a slot", *(f"racer {number}" for number in range(6))]


def test_ids_are_found_at_every_depth_by_the_names_they_have():
    body = {
        "data": [{"id": 1, "customer": {"uuid": "a-b"}, "time_slot_id": 12, "places": 7, "name": "id"}],
        "merchantId": "m",
        "paid": 3,
        "is_id": True,
        "parent_id": "",
    }

    assert links_of(body, {"bookingID": 9}) == {"1", "a-b", "timeslot 12", "m", "booking 9"}


def test_a_number_is_told_from_that_of_another_thing_by_what_it_is_the_id_of():
    made = links_of({"data": {"id": 22, "customer": {"id": 7}, "slots": [{"id": 3}]}}, path="/services")

    assert made == {"service 22", "customer 7", "slot 3"}
    assert made & links_of({"serviceID": 22}) == made & links_of({"service_id": 22}) == {"service 22"}
    assert not made & links_of({"time_slot_id": 22})


def test_a_body_that_is_no_json_is_none():
    exchange = Log().add(READ, "read", ())

    assert exchange.json() is None
    exchange.content = json.dumps({"id": 1}).encode()
    assert exchange.json() == {"id": 1}


@pytest.mark.parametrize(
    ("times", "do_overlap"),
    [
        ([(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)], False),
        ([(2.0, 1.0), (0.0, 1.0), (0.9, 0.5)], True),
        ([(0.0, 1.0)], False),
    ],
)
def test_requests_overlap_where_one_is_sent_before_the_answer_of_another(times, do_overlap):
    log = Log()
    for began_at, seconds in times:
        made = log.add(READ, "read", ())
        made.began_at, made.seconds = began_at, seconds

    assert overlap(log.exchanges) is do_overlap
