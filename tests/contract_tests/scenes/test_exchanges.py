"""Which of many requests a person has to see to understand the last one."""

import json

from contract_tests.contracts import load_contract
from contract_tests.scenes.exchanges import MOST_STEPS, Exchange, links_of, relevant

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


def test_four_steps_are_shown_the_first_and_the_latest_and_how_many_more_there_were():
    log = Log()
    for number in range(6):
        log.add(CREATE, f"change {number}", {"71"})
    last = log.add(READ, "read it", {"71"})

    titles, left_out = log.shown(last)

    assert titles == ["change 0", "change 4", "change 5", "read it"]
    assert len(titles) == MOST_STEPS
    assert left_out == 3


def test_what_made_a_thing_is_shown_before_what_became_of_others():
    log = Log()
    log.add(CREATE, "make a slot", (), {"slot 5"})
    log.add(CREATE, "book", {"slot 5"}, {"booking 71"})
    for number in range(3):
        log.add(CREATE, f"book another {number}", {"slot 5"}, {f"booking {number}"})
    log.add(DELETE, "cancel", {"booking 71"}, {"slot 5"})
    last = log.add(READ, "list the slot", {"slot 5"})

    assert log.shown(last) == (["make a slot", "book", "cancel", "list the slot"], 3)


def test_what_an_answer_holds_leads_nowhere_where_the_request_names_something():
    log = Log()
    log.add(CREATE, "make a service", (), {"service 22"})
    log.add(CREATE, "make another", (), {"service 23"})
    log.add(DELETE, "change the first", {"service 22"})
    last = log.add(READ, "list the slots", {"service 23"}, {"service 22"})

    assert log.shown(last) == (["make another", "list the slots"], 0)


def test_a_request_that_names_nothing_is_led_to_by_what_it_shows():
    log = Log()
    log.add(CREATE, "make a service", (), {"service 22"})
    last = log.add(READ, "list the services", (), {"service 22"})

    assert log.shown(last) == (["make a service", "list the services"], 0)


def test_refusals_and_repetitions_give_way_to_what_says_more():
    log = Log()
    log.add(CREATE, "book", (), {"71"})
    log.add(DELETE, "a note", {"71"})
    log.add(DELETE, "nothing", {"71"}, body="{}")
    log.add(DELETE, "in vain", {"71"}, status=422)
    log.add(DELETE, "nothing again", {"71"}, body="{}")
    last = log.add(READ, "read it", {"71"})

    assert log.shown(last) == (["book", "a note", "nothing again", "read it"], 2)


def test_of_what_is_further_away_the_beginning_is_shown():
    log = Log()
    log.add(CREATE, "make a service", (), {"service 1"})
    log.add(CREATE, "book another slot", {"slot 4"}, {"service 1", "booking 70"})
    log.add(CREATE, "book", {"slot 5"}, {"service 1", "booking 71"})
    log.add(DELETE, "cancel", {"booking 71"}, {"service 1", "slot 5"})
    last = log.add(CREATE, "book again", {"slot 5"})

    assert log.shown(last) == (["make a service", "book", "cancel", "book again"], 1)


def test_the_latest_write_is_shown_refused_or_not():
    log = Log()
    log.add(CREATE, "book", (), {"71"})
    for number in range(3):
        log.add(DELETE, f"change {number}", {"71"})
    log.add(DELETE, "in vain", {"71"}, status=422)
    last = log.add(READ, "read it", {"71"})

    assert log.shown(last) == (["book", "change 2", "in vain", "read it"], 2)


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
