from datetime import timedelta

import pytest

SLOT = {"day_of_week": 1, "start_time": "2023-01-01 09:00:00", "end_time": "2023-01-01 10:00:00", "max_bookings": 2}
SERVICE = {"name": "Yoga", "description": "Slow", "timezone": "Asia/Kolkata"}
DAY = "2026-03-09"


def error(response):
    return response.status_code, response.json()["error"]


def offer(client, *slots):
    return client.post("/services", {**SERVICE, "time_slots": list(slots)}).json()["data"]


def slots_of(client, service, query=""):
    return client.get(f"/services/{service['id']}/time-slots{query}").json()["data"]


def test_a_service_is_offered_with_its_slots_in_the_order_sent(reservekit):  # RK-S01, RK-S02
    later = {**SLOT, "start_time": "2023-01-01 08:00:00", "day_of_week": 0}

    service = offer(reservekit, SLOT, later)

    assert reservekit.get(f"/services/{service['id']}").json()["data"] == service
    assert [{name: slot[name] for name in SLOT} for slot in slots_of(reservekit, service)] == [SLOT, later]


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "../etc/passwd", "utc", "EST5EDT4"])
def test_a_timezone_that_does_not_exist_is_refused(reservekit, timezone):  # RK-S03, RK-S06
    assert error(reservekit.post("/services", {**SERVICE, "timezone": timezone})) == (422, "unknown timezone")
    assert error(reservekit.patch("/services/123", {"timezone": timezone})) == (422, "unknown timezone")


def test_a_slot_that_ends_before_it_starts_makes_neither_service_nor_slots(reservekit):  # RK-S04
    before = reservekit.get("/services?page_size=100").json()

    response = reservekit.post("/services", {**SERVICE, "time_slots": [SLOT, {**SLOT, "end_time": SLOT["start_time"]}]})

    assert error(response) == (400, "end_time must be after start_time")
    assert reservekit.get("/services?page_size=100").json() == before


def test_a_deleted_service_takes_its_slots_and_bookings_along(reservekit):  # RK-D05, RK-D06
    assert reservekit.delete("/services/123").json() == {"data": "ok"}

    assert error(reservekit.get("/services/123")) == (404, "service not found")
    assert error(reservekit.get("/bookings/789")) == (404, "booking not found")
    assert error(reservekit.get("/bookings/789/customer")) == (404, "booking not found")
    assert error(reservekit.delete("/time-slots/456")) == (404, "time slot not found")
    assert error(reservekit.post("/bookings", {"date": DAY, "time_slot_id": 456})) == (404, "time slot not found")
    assert reservekit.get("/services/201/time-slots").json()["data"]


def test_availability_counts_down_and_is_never_negative(reservekit):  # RK-T02 to RK-T04
    service = offer(reservekit, SLOT)
    (slot,) = slots_of(reservekit, service)
    for _ in range(2):
        reservekit.post("/bookings", {"date": DAY, "time_slot_id": slot["id"]})

    def available():
        return [each.get("available") for each in slots_of(reservekit, service, f"?date={DAY}")]

    assert available() == [0]
    batch = {"service_id": service["id"], "time_slots": [{"id": slot["id"], "max_bookings": 1}]}
    reservekit.patch("/time-slots", batch)
    assert available() == [0]
    assert [each.get("available") for each in slots_of(reservekit, service, "?date=2026-03-10")] == [1]
    assert "available" not in slots_of(reservekit, service)[0]


def test_a_batch_answers_the_changed_slots_first_then_the_added(reservekit, clock):  # RK-T05 to RK-T07
    service = offer(reservekit, SLOT, SLOT)
    one, other = slots_of(reservekit, service)
    clock.advance(timedelta(hours=1))

    batch = [{**SLOT, "day_of_week": 5}, {"id": other["id"], "max_bookings": 9}, {"id": one["id"]}]
    answered = reservekit.patch("/time-slots", {"service_id": service["id"], "time_slots": batch}).json()["data"]

    assert answered[0] == {**other, "max_bookings": 9, "updated_at": "2026-03-02T01:00:00Z"}
    assert answered[1] == {**one, "updated_at": "2026-03-02T01:00:00Z"}
    assert (answered[2]["day_of_week"], len(answered)) == (5, 3)
    assert [slot["id"] for slot in slots_of(reservekit, service)] == [one["id"], other["id"], answered[2]["id"]]


def test_of_two_entries_for_one_slot_the_later_changes_what_the_earlier_left(reservekit):  # RK-T14
    service = offer(reservekit, SLOT)
    (slot,) = slots_of(reservekit, service)

    batch = [{"id": slot["id"], "max_bookings": 9}, {"id": slot["id"], "day_of_week": 5}]
    reservekit.patch("/time-slots", {"service_id": service["id"], "time_slots": batch})

    assert slots_of(reservekit, service) == [{**slot, "max_bookings": 9, "day_of_week": 5}]


def test_a_batch_is_done_whole_or_not_at_all(reservekit):  # RK-T08, RK-T09
    service = offer(reservekit, SLOT)
    before = slots_of(reservekit, service)
    change = {"id": before[0]["id"], "max_bookings": 7}

    for bad, text in (
        ({"id": 456, "max_bookings": 1}, (404, "time slot not found")),
        ({**SLOT, "end_time": "2023-01-01 08:00:00"}, (400, "end_time must be after start_time")),
    ):
        batch = {"service_id": service["id"], "time_slots": [change, bad]}
        assert error(reservekit.patch("/time-slots", batch)) == text
        assert slots_of(reservekit, service) == before


def test_a_slot_that_is_not_there_is_told_before_one_that_ends_too_early(reservekit):  # RK-T08
    service = offer(reservekit, SLOT)
    (slot,) = slots_of(reservekit, service)
    early = {"end_time": "2023-01-01 08:00:00"}

    for bad in ({"id": slot["id"], **early}, {**SLOT, **early}):
        batch = {"service_id": service["id"], "time_slots": [bad, {"id": 456, "max_bookings": 1}]}
        assert error(reservekit.patch("/time-slots", batch)) == (404, "time slot not found")


def test_deleting_a_day_leaves_the_other_days(reservekit):  # RK-D07, RK-D08
    service = offer(reservekit, SLOT, {**SLOT, "day_of_week": 2}, SLOT)

    for _ in range(2):
        answer = reservekit.delete(f"/time-slots?service_id={service['id']}&day_of_week=1")
        assert answer.json() == {"data": "ok"}

    assert [slot["day_of_week"] for slot in slots_of(reservekit, service)] == [2]


def test_a_deleted_slot_keeps_its_bookings(reservekit):  # RK-D09 to RK-D11, RK-M07
    reservekit.delete("/time-slots/456")

    assert error(reservekit.delete("/time-slots/456")) == (404, "time slot not found")
    assert reservekit.get("/bookings/789").status_code == 200
    assert error(reservekit.patch("/bookings/789", {"date": DAY})) == (404, "time slot not found")
    assert reservekit.patch("/bookings/789", {"status": "confirmed"}).status_code == 200


def test_walking_the_pages_meets_every_item_once(reservekit):  # RK-P01 to RK-P05, RK-P08
    service = offer(reservekit, *[{**SLOT, "max_bookings": number} for number in range(1, 24)])
    whole = slots_of(reservekit, service)
    query = f"/time-slots?service_id={service['id']}"

    pages = [reservekit.get(f"{query}&page={page}&page_size=5").json()["data"] for page in range(1, 7)]

    assert [slot for page in pages for slot in page["time_slots"]] == whole
    assert pages[4]["pagination"] == {"current_page": 5, "total_pages": 5, "total_count": 23, "page_size": 5}
    assert pages[5]["pagination"] == {"current_page": 6, "total_pages": 5, "total_count": 23, "page_size": 5}
    assert len(reservekit.get(query).json()["data"]["time_slots"]) == 10
    unpaged = reservekit.get(f"{query}&no_pagination=true&page=3").json()["data"]
    assert unpaged == {"time_slots": whole, "pagination": None}
