"""The tools that measure, tried on a page of ten."""

import asyncio
import json

import pytest

from benchmarks.calendars import GROUPS, MONTH, WRITES, Ask, Call, open_months
from benchmarks.client import KEY, InProcess
from benchmarks.figures import STOCK, Figure, Section, with_ratios
from benchmarks.loads import LIST, POST, new_booking
from benchmarks.operations import growth_column, watch
from benchmarks.report import judge, to_json, to_markdown
from benchmarks.servers import OURS, OURS_SQLITE, CannotRun
from mockserver.app import build_app
from mockserver.settings import Settings

_BOOKINGS = f"/v1{POST.path}"


def test_the_load_books_a_place_for_every_request() -> None:
    async def book() -> list[int]:
        client = InProcess(build_app(Settings(apis=("reservekit",))).asgi)
        made = [await client.ask("POST", _BOOKINGS, json.dumps(new_booking(n)).encode(), key=KEY) for n in range(20)]
        status, answer = await client.ask("GET", f"/v1{LIST.path}", key=KEY)
        assert len(json.loads(answer)["data"]["bookings"]) == 10
        return [status, *(status for status, _ in made)]

    assert asyncio.run(book()) == [200, *[201] * 20]


def test_a_ratio_is_to_the_stock_app_of_the_same_column() -> None:
    figures = with_ratios([Figure(STOCK, "a", 2.0, "/s"), Figure(OURS, "a", 5.0, "/s"), Figure(OURS, "b", 5.0, "/s")])

    assert [each.ratio for each in figures] == [1.0, 2.5, None]


def test_a_figure_with_errors_meets_no_target() -> None:
    wrong = Figure(OURS, POST.name, 99_000.0, "/s", wrong="3 refused")
    section = Section("throughput", "Throughput", "server", [Figure(STOCK, POST.name, 1.0, "/s"), wrong])

    target = judge([section])[0]

    assert target.met is None
    assert "do not use" in to_markdown([section], {"date": "today"})
    assert json.loads(to_json([section], {}))["targets"][0]["verdict"] == "not measured"


def test_every_operation_is_asked_of_months_of_each_size() -> None:
    found = asyncio.run(watch("memory", 2, (20, 70), warm_rounds=1))

    assert {(each.operation, each.size) for each in found} == {
        (name, size) for group in GROUPS for name in group for size in (20, 70)
    }
    shown = {(each.operation, each.size): each.shows for each in found}
    assert [shown[MONTH, 20], shown[MONTH, 70]] == [20, 70]
    assert [shown["calendar of a day", 20], shown["calendar of a day", 70]] == [1, 3]
    assert [shown["stock: list as long as the day", 20], shown["stock: list as long as the day", 70]] == [1, 3]
    assert shown["availability of 30 days", 20] == 30


def test_what_books_leaves_the_month_as_full_as_it_was() -> None:
    calls = {name: call for group in GROUPS for name, call in group.items()}
    path = "/appointments/bookings/calendar/events?start=2030-01-01T00:00:00Z&end=2030-12-31T00:00:00Z"
    of_series = Call("", lambda _month, _turn: Ask("GET", path, "owner_spa-retreat"))

    async def work() -> list[bytes]:
        (month,) = open_months("memory", [40], turns=9)
        _, before = await month.do(calls[MONTH], 0)
        for turn in range(9):
            for name in WRITES:
                await month.do(calls[name], turn)
        _, after = await month.do(calls[MONTH], 0)
        _, series = await month.do(of_series, 0)
        return [before, after, series]

    before, after, series = asyncio.run(work())

    assert before == after
    assert len(json.loads(series)["bookings"]) == 9 * 40


def test_a_month_takes_no_more_bookings_than_it_has_half_hours() -> None:
    (month,) = open_months("memory", [2_040], turns=1)

    assert month.size == 2_040
    with pytest.raises(CannotRun, match="2,040"):
        open_months("memory", [2_041], turns=1)


def test_a_month_target_needs_both_stores() -> None:
    figures = [
        Figure(operation, growth_column(name), 2.0 if operation == MONTH else 1.5, "x")
        for name in (OURS, OURS_SQLITE)
        for operation in (*WRITES, MONTH)
    ]

    def verdicts(figures: list[Figure]) -> list[bool | None]:
        section = Section("operations", "", "", figures, data={"sizes": [20, 2_000]})
        return [target.met for target in judge([section]) if target.promise.startswith("appointments")]

    assert verdicts(figures) == [True, False]
    assert verdicts(figures[:-1]) == [True, None]
    assert verdicts(figures[1:]) == [None, False]
