"""Which of many requests a person has to see to understand the last one."""

import json

from contract_tests.contracts import load_contract
from contract_tests.scenes.exchanges import MOST_STEPS, Exchange, links_of, relevant

CREATE, READ, DELETE = "post /bookings", "readBooking", "deleteBooking"


class Log:
    """What a test did, in order."""

    def __init__(self):
        self.exchanges = []

    def add(self, operation_id, title, links):
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
                request_body=b"",
                status=200,
                headers={},
                content=b"",
                seconds=0.01,
                links=frozenset(links),
            )
        )
        return self.exchanges[-1]

    def shown(self, *judged):
        steps, left_out = relevant(self.exchanges, judged)
        return [step.title for step in steps], left_out


def test_a_step_leads_to_another_that_names_what_it_made():
    log = Log()
    log.add(CREATE, "book", {"71", "5"})
    log.add(CREATE, "book something else", {"72", "6"})
    last = log.add(READ, "read it", {"71"})

    assert log.shown(last) == (["book", "read it"], 0)


def test_a_chain_is_followed_to_its_beginning():
    log = Log()
    log.add(CREATE, "make a slot", {"5"})
    log.add(CREATE, "book the slot", {"5", "71"})
    last = log.add(DELETE, "delete the booking", {"71"})

    assert log.shown(last) == (["make a slot", "book the slot", "delete the booking"], 0)


def test_reads_lead_nowhere_and_what_came_after_led_to_nothing():
    log = Log()
    log.add(CREATE, "book", {"71"})
    log.add(READ, "look", {"71"})
    judged = log.add(DELETE, "delete", {"71"})
    log.add(DELETE, "clean up", {"71"})

    assert log.shown(judged) == (["book", "delete"], 0)


def test_four_steps_are_shown_the_latest_and_how_many_more_there_were():
    log = Log()
    for number in range(6):
        log.add(CREATE, f"change {number}", {"71"})
    last = log.add(READ, "read it", {"71"})

    titles, left_out = log.shown(last)

    assert titles == ["change 3", "change 4", "change 5", "read it"]
    assert len(titles) == MOST_STEPS
    assert left_out == 3


def test_all_that_is_judged_is_shown_however_much_it_is():
    log = Log()
    log.add(CREATE, "make a slot", {"5"})
    racers = [log.add(CREATE, f"racer {number}", {"5"}) for number in range(6)]

    assert log.shown(*racers) == ([f"racer {number}" for number in range(6)], 1)


def test_ids_are_found_at_every_depth_by_the_names_they_have():
    body = {
        "data": [{"id": 1, "customer": {"uuid": "a-b"}, "time_slot_id": 12, "places": 7, "name": "id"}],
        "merchantId": "m",
        "paid": 3,
        "is_id": True,
        "parent_id": "",
    }

    assert links_of(body, {"bookingID": 9}) == {"1", "a-b", "12", "m", "9"}


def test_a_body_that_is_no_json_is_none():
    exchange = Log().add(READ, "read", ())

    assert exchange.json() is None
    exchange.content = json.dumps({"id": 1}).encode()
    assert exchange.json() == {"id": 1}
