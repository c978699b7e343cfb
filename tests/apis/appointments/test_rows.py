"""What the control plane's calendar shows of merchants: employees by location, and what nobody has."""

import pytest
from doubles import Client


@pytest.fixture
def calendar(printed):
    def calendar(start: str = "2026-03-15T00:00:00-07:00", end: str = "2026-03-17T00:00:00-07:00", **query: str):
        control = Client(printed.app, base=f"/_sandbox/sandboxes/{printed.name}")
        answer = control.get("/calendar/appointments", params={"from": start, "to": end, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return calendar


def item(said, booking):
    return next(each for each in said["items"] if each["id"] == str(booking) and each["kind"] == "booking")


def test_employees_stand_by_location_with_the_hours_of_their_merchant(calendar):
    said = calendar()
    spa = next(group["id"] for group in said["groups"] if group["name"] == "Spa Retreat")
    rows = [row for row in said["rows"] if row["group"] == spa]

    assert [row["id"] for row in rows if row["name"] == "Nobody"] == [
        row["id"] for row in rows if row["id"].startswith("location/")
    ]
    assert all(row["zone"] == "America/Los_Angeles" for row in rows)
    assert all(row["hours"] for row in rows)
    assert any("owner, " in (row["note"] or "") for row in rows)


def test_what_an_employee_books_stands_in_their_row_also_once_it_is_cancelled(printed, calendar):
    made = printed.owner.plan("15:00", 123, "jane").id
    before = item(calendar(), made)

    printed.owner.call_off(made, "ill")

    after = item(calendar(), made)
    assert (before["status"], before["row"].isdigit(), before["note"]) == ("booked", True, "Jane Smith")
    assert (after["status"], after["row"]) == ("cancelled", before["row"])


def test_what_a_customer_books_nobody_has(printed, calendar):
    made = printed.jane.book("11:00").id

    assert item(calendar(), made)["row"] == "location/456"


def test_blocked_time_is_in_the_row_of_its_employee(printed, calendar):
    printed.owner.block("16:00", "16:45", name="Fire drill")

    (block,) = [each for each in calendar()["items"] if each["label"] == "Fire drill"]

    assert (block["kind"], block["status"], block["row"].isdigit()) == ("block", None, True)
    assert (block["from"], block["to"]) == ("2026-03-16T23:00:00Z", "2026-03-16T23:45:00Z")


def test_what_has_begun_before_the_span_is_there_while_it_lasts(printed, calendar):
    made = printed.owner.plan("15:00", 123, "jane").id
    printed.owner.move(made, "15:00", "2026-03-19T15:00:00-07:00")

    later = calendar("2026-03-18T00:00:00-07:00", "2026-03-19T00:00:00-07:00")

    assert item(later, made)["to"] == "2026-03-19T22:00:00Z"
