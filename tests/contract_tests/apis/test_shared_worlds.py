"""That others are in a world, or were, is no reason to accuse a server that keeps its contract."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from servers import started

from benchmarks.in_process import deployment
from contract_tests.apis import kit_of
from contract_tests.apis.anny.scene import AnnyScene, bookings_in
from contract_tests.laws.law import Law, Layer
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.scenes.sandboxes import ControlPlane
from contract_tests.suites.scripted import play, play_laws
from mockserver.app import API_NAMES

NAMES = (
    "access.an_administrator_reads_everything",
    "access.lists_hold_what_is_ones_own",
    "bookings.a_list_holds_all_bookings_and_a_filter_those_in_a_status",
    "bookings.lists_have_the_order_that_is_promised",
    "carts.an_emptied_cart_gives_everything_back",
    "documents.links_lead_from_page_to_page",
    "documents.pages_hold_each_thing_once_and_tell_where_they_stand",
    "inputs.a_moment_is_the_same_with_any_offset_wherever_it_is_given",
    "instant.what_cannot_be_booked_at_once_is_not",
    "money.add_ons_come_to_the_price",
)
LONGER_THAN_A_FEW_PAGES = 1_300


@contextmanager
def runs_in(url, name, number, *, api="anny", settings=None):
    """So many runs at once in the sandbox *name*, each with requests of its own."""
    plane = ControlPlane.find(url)
    assert plane is not None
    plane.create(name, {"settings": settings or plane.profile(api).world.get("settings", {})})
    plane.close()
    with deployment(api, url, sandbox=name) as found, ExitStack() as open_:
        yield [open_.enter_context(staged(found, seed=each)) for each in range(1, number + 1)]


@pytest.fixture
def url(sandbox_server):
    with sandbox_server.serving("anny") as url:
        yield url


@pytest.fixture
def venues(sandbox_server):
    """Where bardge is served."""
    with sandbox_server.serving("bardge") as url:
        yield url


def accused(results):
    return [
        (each.name, each.why, [(finding.rule, finding.expected, finding.came) for finding in each.findings])
        for each in results
        if each.outcome in (Outcome.FAIL, Outcome.ERROR)
    ]


def laws(api="anny", names=NAMES):
    kit = kit_of(api)
    assert kit is not None
    found = [law for law in kit.laws if law.name in names]
    assert len(found) == len(names)
    return found


def test_of_two_runs_at_once_with_the_same_customers_neither_accuses(url):
    with runs_in(url, "two", 2) as runs, ThreadPoolExecutor(2) as pool:
        results = [each for found in pool.map(lambda stage: list(play_laws(stage, laws())), runs) for each in found]

    assert accused(results) == []
    assert sum(each.outcome is Outcome.PASS for each in results) >= len(results) / 2


@pytest.mark.nightly
def test_a_list_that_has_a_past_is_judged_as_a_short_one(url):
    with runs_in(url, "past", 1) as (stage,):
        scene = stage.kit.scene(stage.setting, stage.worlds.open(), "past")
        slot = scene.slot()
        for _ in range(LONGER_THAN_A_FEW_PAGES):
            scene.canceled(slot)
        results = list(play_laws(stage, laws()))

    assert [(each.name, each.outcome) for each in results if each.outcome is not Outcome.PASS] == []
    assert max(each.calls for each in results) < 300


@pytest.mark.nightly
@pytest.mark.parametrize("api", API_NAMES)
def test_two_runs_at_once_in_a_world_that_has_seen_one_accuse_nobody(api, tmp_path):
    # Passes are bought, and each run buys some hundred.
    rich = {"settings": {"bardge": {"business_balance": 50_000_000_000}}}

    def judged(number):
        file = tmp_path / f"{number}.json"
        where = ("--base-url", f"{server.url}/{api}", "--sandbox", "busy")
        how = ("--suite", "laws", "--suite", "bursts", "--seed", str(number), "--report", f"json={file}")
        command = (sys.executable, "-m", "contract_tests", "run", api, *where, *how)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        return sum(each["outcome"] == "pass" for each in json.loads(file.read_text())["rules"])

    with started() as server:
        plane = ControlPlane.find(server.url)
        assert plane is not None
        plane.create("busy", rich)
        plane.close()
        alone = judged(1)
        with ThreadPoolExecutor(2) as pool:
            together = [*pool.map(judged, (2, 3))]

    assert min(together) > alone * 0.75


def test_an_account_that_others_have_emptied_accuses_nobody_and_is_named(venues):
    with runs_in(venues, "poor", 1, api="bardge", settings={"bardge": {"business_balance": 0}}) as (stage,):
        results = list(play_laws(stage, laws("bardge", ["passes.a_pass_begins_today_at_the_earliest"])))

    assert [(each.outcome, "business_balance" in each.why) for each in results] == [(Outcome.SKIP, True)]


def test_a_client_whom_an_earlier_run_has_given_a_pass_is_judged_by_the_new_ones(venues):
    with runs_in(venues, "again", 2, api="bardge") as runs:
        results = [
            each
            for stage in runs
            for each in play_laws(stage, laws("bardge", ["clients.a_client_has_all_passes_and_one_balance"]))
        ]

    assert [each.outcome for each in results] == [Outcome.PASS] * 2


def law_of(act):
    return Law("theme.some_law", ("AN-B02",), Layer.LAWS, act)


def claim(scene):
    scene.same("AN-B02", [each["id"] for each in scene.listed("AN-B02")], ["nothing"], "what is listed")


def test_what_breaks_while_others_book_is_not_tested_and_what_breaks_in_a_quiet_world_is_told(url):
    def disturbed(scene):
        other = AnnyScene(runs[1].setting, scene.world, "other")
        other.booked()
        claim(scene)

    with runs_in(url, "some", 2) as runs:
        alone, beside_others = play(runs[0], law_of(claim)), play(runs[0], law_of(disturbed))

    assert (beside_others.outcome, beside_others.again, beside_others.doubted) == (Outcome.SKIP, True, "AN-B02")
    assert beside_others.why.startswith("others are there at the same time")
    assert alone.outcome is Outcome.FAIL


def test_what_others_have_in_the_same_cart_is_left_to_them(url):
    with runs_in(url, "cart", 2) as runs:
        mine, theirs = (each.kit.scene(each.setting, each.worlds.open(), "cart") for each in runs)
        with mine, theirs:
            theirs.held()
            theirs.end_turn()  # as where they are on another machine
            order = mine.held()

            assert len(bookings_in(order)) == 2
            assert mine.made_as("bookingId") == {bookings_in(order)[-1]}
