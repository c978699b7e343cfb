"""The tree of resources of the control plane's calendar."""

import msgspec
import pytest
from anny_edits import move
from anny_world import at, resource

from mockserver.apis.anny.desk.diary import Diary
from mockserver.apis.anny.records import BOOKINGS, Booking

ELBE, DESKS, DESK_1 = resource(1), resource(10), resource(11)
ROOM_BY_THE_HOUR = 1


@pytest.fixture
def calendar(world):
    def calendar(day: int = 30, days: int = 1):
        query = {"from": at(day, "00:00"), "to": at(day + days, "00:00")}
        answer = world.control.get("/calendar/anny", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return calendar


def of(said, row, *kinds):
    return [item for item in said["items"] if item["row"] == row and item["kind"] in kinds]


def test_parts_stand_below_what_they_are_a_part_of(calendar):
    rows = {row["id"]: row for row in calendar()["rows"]}

    order = list(rows)
    assert [rows[each]["parent"] for each in order[order.index(DESKS) :][:4]] == [None, DESKS, DESKS, DESKS]
    assert (rows[DESKS]["capacity"], rows[DESK_1]["capacity"]) == (3, 1)
    assert rows[ELBE]["hours"] == [{"from": "2026-04-01T06:00:00Z", "to": "2026-04-01T18:00:00Z"}]
    assert rows[ELBE]["zone"] == "Europe/Berlin"


def test_a_cart_is_a_hold_with_its_end_and_vanishes_with_it(world, calendar):
    world.jane.add_to_cart(ROOM_BY_THE_HOUR, 1, at(30, "10:00"), at(30, "11:30"))

    (held,) = of(calendar(), ELBE, "hold")
    world.wait(minutes=15)

    assert (held["status"], held["until"]) == ("reserved", "2026-03-02T00:15:00Z")
    assert (held["from"], held["to"]) == ("2026-04-01T08:00:00Z", "2026-04-01T09:30:00Z")
    assert held["note"] is not None
    assert of(calendar(), ELBE, "hold", "booking") == []


def test_what_was_cancelled_stays_where_it_was_to_begin(world, calendar):
    made = world.jane.book(ROOM_BY_THE_HOUR, 1, at(30, "10:00"), at(30, "11:00")).json()["data"]
    world.jane.cancel(made["id"])

    (shown,) = of(calendar(), ELBE, "booking")

    assert (shown["id"], shown["status"]) == (made["id"], "canceled")


def test_what_has_parts_says_how_many_are_taken_and_when(world, calendar):
    def free():
        return [
            (item["from"][11:16], item["to"][11:16], item["places"]["taken"], item["places"]["of"])
            for item in of(calendar(), DESKS, "slot")
        ]

    before = free()
    world.jane.book(ROOM_BY_THE_HOUR, 11, at(30, "10:00"), at(30, "12:00"))

    assert before == [("06:00", "18:00", 0, 3)]
    assert free() == [("06:00", "08:00", 0, 3), ("08:00", "10:00", 1, 3), ("10:00", "18:00", 0, 3)]


def test_what_an_edit_can_go_back_to_is_a_hold(world, calendar):
    made = world.jane.book(ROOM_BY_THE_HOUR, 1, at(30, "10:00"), at(30, "11:00")).json()["data"]
    move(world.jane, int(made["id"]), at(30, "14:00"))

    said = calendar()

    assert [(item["from"][11:16], item["until"]) for item in of(said, ELBE, "hold")] == [
        ("08:00", "2026-03-02T00:15:00Z")
    ]
    assert [item["from"][11:16] for item in of(said, ELBE, "booking")] == ["12:00"]


def test_what_has_begun_days_before_is_found_while_it_takes_its_place(world, calendar):
    (blocker,) = [each for each in world.kept()["booking"] if each["service_id"] is None]
    long = msgspec.convert(
        {**blocker, "id": 999_001, "starts_at": "2026-03-25T00:00:00Z", "ends_at": "2026-04-20T00:00:00Z"}, Booking
    )

    def keep(work):
        work.records(BOOKINGS).put(long)
        Diary(work).take(long, None)

    sandboxes = world.app.sandboxes
    sandboxes.get(world.name).run(sandboxes.domain("anny"), keep, writes=True)

    (shown,) = of(calendar(), long.resource_id, "block")

    assert (shown["id"], shown["from"], shown["status"]) == ("999001", "2026-03-25T00:00:00Z", None)
