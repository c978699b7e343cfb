"""The tools that measure, tried on a page of ten."""

import asyncio
import json

from benchmarks.client import KEY, InProcess
from benchmarks.figures import STOCK, Figure, Section, with_ratios
from benchmarks.loads import LIST, POST, new_booking
from benchmarks.report import judge, to_json, to_markdown
from benchmarks.servers import OURS
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
