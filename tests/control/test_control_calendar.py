"""Pages of rows, and what cannot be asked for. What each API shows is tested beside it."""

from typing import Any

import pytest
from doubles import Client

WEEK = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"


def error(answer):
    return answer.json()["error"]


@pytest.fixture
def calendar(control) -> Client:
    return Client(control.app, base="/_sandbox/sandboxes/default/calendar")


@pytest.mark.parametrize("api", ["reservekit", "appointments"])
def test_pages_follow_each_other_and_add_up_to_the_whole(calendar, api):
    whole = calendar.get(f"/{api}?{WEEK}&rows=200").json()
    rows: list[Any] = []
    items: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = calendar.get(f"/{api}?{WEEK}&rows=3" + (f"&after={after}" if after else "")).json()
        assert 1 <= len(page["rows"]) <= 3
        rows, items, after = rows + page["rows"], items + page["items"], page["next"]

    def ordered(items):
        return sorted(items, key=lambda item: (item["row"], item["from"], item["kind"], item["id"]))

    assert rows == whole["rows"]
    assert ordered(items) == ordered(whole["items"])
    assert len(whole["rows"]) == whole["total"]


def test_a_page_ends_early_where_its_rows_have_much(calendar, monkeypatch):
    from mockserver.control import calendar as module

    monkeypatch.setattr(module, "_ENOUGH", 10)

    page = calendar.get(f"/appointments?{WEEK}").json()

    assert page["next"] == page["rows"][-1]["id"]
    assert len(page["rows"]) < page["total"]
    assert {item["row"] for item in page["items"]} <= {row["id"] for row in page["rows"]}


def test_without_a_span_it_is_the_day_of_the_sandbox(control):
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-04T15:30:00Z", "frozen": True})

    page = control.get("/sandboxes/mine/calendar/reservekit").json()

    assert (page["now"], page["from"], page["to"]) == (
        "2026-03-04T15:30:00Z",
        "2026-03-04T00:00:00Z",
        "2026-03-05T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=yesterday", "from"),
        ("from=2026-03-02T00:00:60Z", "from"),
        ("from=2026-03-02", "from"),
        ("from=0001-01-01T00:00:00Z", "from must lie between 1970 and 9000"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z", "to is not after from, 2026-03-02T00:00:00+00:00"),
        ("from=2026-03-02T00:00:00Z&to=2026-06-02T00:00:00Z", "to is more than 42 days after from"),
        ("after=999999", 'after "999999" is no row of this calendar'),
        ("group=alfa", 'group "alfa" is no group of this calendar; did you mean "alpha"?'),
        ("rows=0", "rows"),
        ("form=2026-03-02T00:00:00Z", 'did you mean "from"?'),
    ],
)
def test_what_cannot_be_asked_for_is_a_400_that_names_it(calendar, query, said):
    answer = calendar.get(f"/reservekit?{query}")

    assert (answer.status_code, error(answer)["code"]) == (400, "bad_input")
    assert said in error(answer)["message"].replace(": ", " ")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/sandboxes/nobody/calendar/reservekit", 'there is no sandbox "nobody"'),
        ("/sandboxes/default/calendar/reservkit", 'there is no API "reservkit"; did you mean "reservekit"?'),
        ("/apis/reservkit/lifecycles", 'there is no API "reservkit"; did you mean "reservekit"?'),
    ],
)
def test_what_is_not_there_is_a_404_that_names_it(control, path, said):
    answer = control.get(path)

    assert answer.status_code == 404
    assert error(answer)["message"].startswith(said)


def test_an_api_without_a_calendar_says_which_have_one(toy):
    answer = Client(toy, base="/_sandbox").get("/sandboxes/default/calendar/toy")

    assert answer.status_code == 404
    assert "API with a calendar" in error(answer)["message"]


# Lifecycles


def test_lifecycles_are_the_tables_that_desks_ask(control):
    said = control.get("/apis/appointments/lifecycles").json()

    booking, participation = said["lifecycles"]
    assert (booking["name"], participation["name"]) == ("booking", "participation")
    assert (booking["initial"], booking["final"]) == (["booked"], ["cancelled"])
    assert {"from": "booked", "event": "cancel", "to": "cancelled"} in booking["moves"]
    assert booking["diagram"].startswith("stateDiagram-v2")


def test_an_api_that_has_no_lifecycle_has_an_empty_list(toy):
    assert Client(toy, base="/_sandbox").get("/apis/toy/lifecycles").json() == {"api": "toy", "lifecycles": []}
