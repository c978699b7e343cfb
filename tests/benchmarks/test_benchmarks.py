"""The tools that measure, tried on a page of ten."""

import asyncio
import json

import pytest

from benchmarks.client import KEY, InProcess
from benchmarks.figures import STOCK, Figure, Section, with_ratios
from benchmarks.kit import ALL_AT_ONCE, FAR_AWAY, SECONDS
from benchmarks.loads import LIST, POST, new_booking
from benchmarks.mutation.measuring import ALL_APIS, CLEAN, LOWER_BOUND, SHARE
from benchmarks.operations import SUBJECTS, growth_column, watch
from benchmarks.report import judge, to_json, to_markdown
from benchmarks.servers import OURS, OURS_SQLITE, CannotRun
from benchmarks.workloads import anny, appointments, bardge
from benchmarks.workloads.anny import House
from benchmarks.workloads.appointments import MONTH, Month
from benchmarks.workloads.bardge import Network
from benchmarks.workloads.filled import Ask, FilledSandbox, fill_sandboxes, own_operations
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


def test_a_figure_with_errors_meets_no_goal() -> None:
    wrong = Figure(OURS, POST.name, 99_000.0, "/s", wrong="3 refused")
    section = Section("throughput", "Throughput", "server", [Figure(STOCK, POST.name, 1.0, "/s"), wrong])

    goal = judge([section])[0]

    assert goal.met is None
    assert "do not use" in to_markdown([section])
    assert json.loads(to_json([section]))["targets"][0]["verdict"] == "not measured"


def test_a_full_run_of_the_kit_that_takes_too_long_misses_a_goal() -> None:
    took = [Figure(ALL_AT_ONCE, SECONDS, 150.1, "s"), Figure(FAR_AWAY, SECONDS, 89.0, "s")]

    goals = [goal.met for goal in judge([Section("kit", "Kit", "of", took)]) if SECONDS in goal.promise]

    assert goals == [False, True]


def test_the_conditions_of_sections_that_were_measured_apart_stand_apart() -> None:
    start = Section("startup", "Start", "server", under={"Python": "3.11", "machine": "small"})
    load = Section("throughput", "Throughput", "server", under={"Python": "3.11", "load": "wrk", "machine": "large"})

    table = to_markdown([start, load]).partition("## Conditions")[2].splitlines()[4:]

    assert table == [
        "| Python | 3.11 | all |",
        "| machine | small | Start |",
        "| machine | large | Throughput |",
        "| load | wrk | Throughput |",
    ]


SHOWN = {
    "appointments": {
        "availability of 30 days": (30, 30),
        "stock: list as long as the day": (1, 3),
        "calendar of a day": (1, 3),
        "stock: list as long as the month, 100 at most": (20, 70),
        MONTH: (20, 70),
        "series of 40": (40, 40),
    },
    "anny": {
        "stock: list of 15": (15, 15),
        "list of 15 with five includes, own": (15, 15),
        "list of 15 with five includes, all": (15, 15),
    },
    "bardge": {
        "stock: list of 10": (10, 10),
        "the 10 nearest of 5,000 venues": (10, 10),
        "passes, each with its part of 5,000 venues": (5, 5),
        "stock: list of 15": (15, 15),
        "list of 15, of one client": (15, 15),
    },
}
"""The rows of answers among 20 bookings and among 70, where there are several."""


@pytest.mark.parametrize("api", SUBJECTS)
def test_every_operation_is_asked_of_worlds_of_each_size(api: str) -> None:
    found = asyncio.run(watch(SUBJECTS[api], "memory", 2, (20, 70), warm_rounds=1))

    names = {name for group in SUBJECTS[api].groups for name in group}
    assert {(each.operation, each.size) for each in found} == {(name, size) for name in names for size in (20, 70)}
    shows = {(each.operation, each.size): each.shows for each in found}
    pairs = {name: (shows[name, 20], shows[name, 70]) for name in names}
    assert {name: pair for name, pair in pairs.items() if pair != (1, 1)} == SHOWN[api]


def test_what_books_leaves_the_month_as_full_as_it_was() -> None:
    async def work() -> list[bytes]:
        (month,) = fill_sandboxes(Month, "memory", [40], turns=9)
        calls = {name: call for group in appointments.GROUPS for name, call in group.items()}
        _, before = await month.do(calls[MONTH], 0)
        for turn in range(9):
            for name in own_operations(appointments.GROUPS, writing=True):
                await month.do(calls[name], turn)
        _, after = await month.do(calls[MONTH], 0)
        path = "/appointments/bookings/calendar/events?start=2030-01-01T00:00:00Z&end=2030-12-31T00:00:00Z"
        _, series = await month.ask(Ask("GET", path, "owner_spa-retreat"))
        return [before, after, series]

    before, after, series = asyncio.run(work())

    assert before == after
    assert len(json.loads(series)["bookings"]) == 9 * 40


def test_what_books_leaves_the_days_of_a_house_as_full_as_they_were() -> None:
    path = "/anny/api/v1/availability/start?date=2026-04-20&service_id=3f0c0020-5a7e-4c1d-9b2f-000000000001"
    starts = Ask("GET", path, "anny_admin")

    async def work() -> list[int]:
        (house,) = fill_sandboxes(House, "memory", [40], turns=1)
        free = []
        for call in (None, *anny.GROUPS[-1].values()):
            if call is not None:
                await house.do(call, 0)
            _, answer = await house.ask(starts)
            free.append(sum(each["remaining_number_available"] for each in json.loads(answer)))
        return free

    before, at_reservekit, booked, canceled = asyncio.run(work())

    assert before == at_reservekit == canceled > booked


def test_a_house_is_full_of_rooms_that_are_paid_and_desks() -> None:
    (house,) = fill_sandboxes(House, "memory", [70], turns=1)
    path = "/anny/api/v1/bookings?include=order&page%5Bsize%5D=250"

    _, answer = asyncio.run(house.ask(Ask("GET", path, "anny_admin")))

    bookings = [each for each in json.loads(answer)["data"] if int(each["id"]) >= 1041]
    assert len(bookings) == 67
    assert sum(each["attributes"]["has_payment"] for each in bookings) == len(house.workshops) == 28


def test_what_books_leaves_classes_and_spas_as_full_as_they_were() -> None:
    base = "/bardge/v3/api/business/reseller"
    paths = ("providers/branch_serenity_vi/availability?date=2026-06-01", "classes/class_sunrise_yoga?from=2026-06-01")

    async def work() -> list[list[bytes]]:
        (network,) = fill_sandboxes(Network, "memory", [40], turns=1)
        seen = []
        for call in (None, *bardge.GROUPS[-1].values()):
            if call is not None:
                await network.do(call, 0)
            seen.append([(await network.ask(Ask("GET", f"{base}/{path}", "brg_live_alpha_demo")))[1] for path in paths])
        return seen

    before, _, booked, replayed, canceled, held, confirmed, after = asyncio.run(work())

    assert before == canceled == after
    assert booked == replayed
    assert held == confirmed
    assert booked[1] != before[1]
    assert confirmed[0] != before[0]


def test_a_replay_is_of_the_booking_that_the_key_made() -> None:
    calls = bardge.GROUPS[-1]

    async def work() -> list[str]:
        (network,) = fill_sandboxes(Network, "memory", [20], turns=1)
        made = []
        for name in ("book a class, with a key", "the same again, with that key"):
            await network.do(calls[name], 0)
            made.append(network.made)
        return made

    booked, replayed = asyncio.run(work())

    assert booked == replayed != ""


@pytest.mark.parametrize(("kind", "most"), [(Month, 2_040), (House, 2_203), (Network, 2_560)])
def test_a_sandbox_takes_no_more_bookings_than_it_has_room_for(kind: type[FilledSandbox], most: int) -> None:
    (sandbox,) = fill_sandboxes(kind, "memory", [most], turns=1)

    assert asyncio.run(sandbox.count()) == most
    with pytest.raises(CannotRun, match=f"{most:,}"):
        fill_sandboxes(kind, "memory", [most + 1], turns=1)


def test_a_goal_of_an_api_needs_both_stores() -> None:
    figures = [
        Figure(operation, growth_column(api, name), 2.0 if operation == MONTH else 1.5, "x")
        for api, subject in SUBJECTS.items()
        for name in (OURS, OURS_SQLITE)
        for operation in own_operations(subject.groups)
    ]

    def verdicts(figures: list[Figure]) -> list[bool | None]:
        section = Section("operations", "", "", figures, data={"sizes": [20, 2_000]})
        return [goal.met for goal in judge([section]) if goal.promise.startswith(tuple(SUBJECTS))]

    def without(api: str, name: str, operation: str) -> list[Figure]:
        missing = operation, growth_column(api, name)
        return [each for each in figures if (each.row, each.column) != missing]

    assert verdicts(figures) == [True, False, True, True]
    assert verdicts(without("appointments", OURS_SQLITE, MONTH)) == [True, None, True, True]
    assert verdicts(without("appointments", OURS, "join a class")) == [None, False, True, True]
    assert verdicts(without("anny", OURS, "get a booking")) == [True, False, None, True]
    assert verdicts(without("bardge", OURS, "status of a booking")) == [True, False, True, None]


def test_too_few_bugs_noticed_or_a_finding_where_nothing_is_wrong_misses_a_goal() -> None:
    def met(share: float, low: float, clean: int) -> list[bool | None]:
        section = Section("mutation", "Bugs", "API")
        section.figures = [
            Figure(ALL_APIS, SHARE, share, "%"),
            Figure(ALL_APIS, LOWER_BOUND, low, "%"),
            Figure("anny", CLEAN, clean, "", detail="20 seeds"),
        ]
        return [goal.met for goal in judge([section]) if goal.promise.startswith("the contract kit")]

    assert met(98.0, 95.0, 0) == [True, True]
    assert met(97.9, 96.0, 0) == [False, True]
    assert met(99.0, 94.9, 0) == [False, True]
    assert met(98.0, 95.0, 1) == [True, False]
