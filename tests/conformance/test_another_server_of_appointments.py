"""The other team's server of appointments is alive: what the kit says of it is said of a server that does its work."""

import ast
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import independent_appointments
import independent_salons
import pytest
from appointments_words import AS_WRITTEN, WORDS
from independent_appointments import REFUSALS, Habits, serving
from independent_salons import World, occurrences, sign_up
from salon_profile import SLUG, a_profile, with_locations

from contract_tests.cli import main

pytestmark = pytest.mark.nightly

MOST_LEFT_OPEN = 12


@pytest.fixture
def world():
    found = World()
    yield found
    found.db.close()


class Visitor:
    """Somebody who asks the server; nobody has to be known before."""

    def __init__(self, url, token=""):
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method, path, body=None, **query):
        return httpx.request(method, f"{self.url}{path}", headers=self.headers, params=query or None, json=body)


@pytest.fixture
def at_the_counter(world):
    """The world over HTTP: the address, the owner, and a customer whom the merchant knows."""
    with serving(world) as url:
        yield url, Visitor(url, world.employee(SLUG, 0)[0]), Visitor(url, world.customer(SLUG, 0)[0])


def an_offer(world, visitor, service):
    """What a booking of that service needs, with a start that is listed."""
    page = visitor.ask("GET", f"/merchants/{SLUG}").json()
    which, place = world.service(service), page["location_id"]
    start = datetime.now(UTC) + timedelta(days=4)
    span = {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{start + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}"}
    days = visitor.ask("GET", f"/merchants/{SLUG}/locations/{place}/services/{which}/availability", **span).json()
    clock = datetime.fromisoformat(f"{days[1]['date']}T{days[1]['afternoon'][0]}")
    starts = clock.replace(tzinfo=ZoneInfo(page["timezone"])).astimezone(UTC)
    return {
        "merchant_name": SLUG,
        "service_id": which,
        "location_id": place,
        "timeStamp": f"{starts:%Y-%m-%dT%H:%M:%SZ}",
    }


def the_calendar(owner):
    return owner.ask("GET", "/bookings/calendar/events", start="2020-01-01", end="2100-01-01").json()["bookings"]


@pytest.mark.parametrize("module", [independent_appointments, independent_salons])
def test_it_shares_nothing_with_this_project(module):
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    modules = [node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]

    of_its_own = {*sys.stdlib_module_names, "werkzeug", "independent_salons"}
    assert {name.partition(".")[0] for name in modules} <= of_its_own


def test_an_appointment_is_made_shown_and_cancelled(world, at_the_counter):
    _, owner, customer = at_the_counter
    offer = an_offer(world, customer, "Deep float")

    made = customer.ask("POST", "/bookings/customer", {**offer, "customer_note": "no radio"})
    (row,) = the_calendar(owner)
    path = f"/bookings/customer/{row['id']}"
    read = customer.ask("GET", path)
    taken = owner.ask("POST", "/bookings/customer", offer)
    left = customer.ask("DELETE", path, {"booking_id": row["id"], "merchant_name": SLUG})

    assert (made.status_code, made.content, made.headers.get("Location")) == (201, b"", None)
    assert (row["customer_note"], row["first_name"], row["price"]["formatted"]) == ("no radio", "Noor", "A$90.00")
    assert datetime.fromisoformat(read.json()["from_date"]) == datetime.fromisoformat(offer["timeStamp"])
    assert (taken.status_code, taken.json()) == (409, {"error": {"message": "Somebody was faster."}})
    assert (left.status_code, left.content) == (200, b"")
    assert customer.ask("GET", path).json()["is_cancelled"]
    assert the_calendar(owner) == []


def test_of_several_who_want_one_time_one_gets_it(world, at_the_counter):
    url, owner, customer = at_the_counter
    offer, statuses = an_offer(world, customer, "Deep float"), []
    together = threading.Barrier(6)

    def book(number):
        somebody = Visitor(url, sign_up("Guest", str(number)))
        together.wait()
        statuses.append(somebody.ask("POST", "/bookings/customer", offer).status_code)

    threads = [threading.Thread(target=book, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [201, 409, 409, 409, 409, 409]
    assert len(the_calendar(owner)) == 1


def test_a_group_is_joined_and_left(world, at_the_counter):
    _, owner, customer = at_the_counter
    service = world.service("Tide circle")
    begins = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT05:00:00Z}"
    owner.ask(
        "POST",
        "/bookings/merchant",
        {"service_id": service, "timestamp": begins, "customers": [], "is_recurring": False},
    )
    (row,) = the_calendar(owner)
    place = owner.ask("GET", f"/merchants/{SLUG}").json()["location_id"]
    join = {
        "merchant_name": SLUG,
        "service_id": service,
        "location_id": place,
        "timeStamp": begins,
        "booking_id": row["id"],
    }

    joined = customer.ask("POST", "/bookings/customer", join)
    (row,) = the_calendar(owner)
    gone = {"booking_id": row["id"], "merchant_name": SLUG}
    left = [customer.ask("DELETE", f"/bookings/customer/{row['id']}", gone).status_code for _ in range(2)]

    assert joined.status_code == 201
    assert (row["first_name"], row["current_participants"], row["max_participants"]) == ("Noor", 1, 6)
    assert left == [200, 409]
    assert the_calendar(owner)[0]["current_participants"] == 0


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("", "/merchant/team", 401),
        ("Noor", "/merchant/team", 403),
        ("Noor", "/bookings/customer/1", 404),
        ("Noor", "/bookings/customer/one", 400),
        ("", "/merchants/nobody", 404),
    ],
)
def test_what_the_pages_refuse_is_refused_in_words_of_its_own(world, at_the_counter, who, path, status):
    url, _, customer = at_the_counter

    answer = (customer if who else Visitor(url)).ask("GET", path)

    assert answer.status_code == status
    assert (status, answer.json()["error"]["message"]) in REFUSALS.values()


def test_words_and_habits_can_be_others(world):
    refusals, habits = {"unknown page": (410, "merchant moved away")}, Habits(location=True, zulu=True, places=True)
    with serving(world, habits, refusals) as url:
        owner = Visitor(url, world.employee(SLUG, 0)[0])
        service, when = world.service("Short float"), "2031-03-05T01:00:00Z"
        made = owner.ask(
            "POST",
            "/bookings/merchant",
            {"service_id": service, "timestamp": when, "customers": [], "is_recurring": False},
        )
        (row,) = the_calendar(owner)
        page = owner.ask("GET", "/merchants/nobody")

    assert made.headers["Location"] == f"/api/v1/bookings/merchant/{row['id']}"
    assert row["from_date"] == when
    assert (page.status_code, page.json()) == (410, {"error": {"message": "merchant moved away"}})


def test_a_series_keeps_the_clock_on_the_wall_and_skips_a_time_that_is_left_out():
    lisbon = ZoneInfo("Europe/Lisbon")
    start = int(datetime(2027, 3, 21, 1, 30, tzinfo=lisbon).timestamp())
    rule = {"frequency": "WEEKLY", "interval": 1, "weekdays": []}

    found = [datetime.fromtimestamp(each, lisbon) for each in occurrences(rule, start, lisbon, start + 21 * 86400)]

    assert [(each.date(), f"{each:%H:%M}") for each in found] == [
        (date(2027, 3, 21), "01:30"),  # on the 28th there is no half past one
        (date(2027, 4, 4), "01:30"),
        (date(2027, 4, 11), "01:30"),
    ]


def test_a_world_that_stays_is_opened_as_it_was_left(tmp_path):
    path = str(tmp_path / "salons.db")
    first = World(path)
    which = first.add("kind", merchant=1, name="Inventory", minutes=45, icon=None)
    first.db.commit()
    first.db.close()

    again = World(path)

    assert again.row("kind", which)["name"] == "Inventory"
    assert len(again.all("select * from merchant")) == 3
    again.db.close()


def test_the_kit_reads_its_profile_and_finds_it_in_order_where_it_can_follow(world, tmp_path, monkeypatch, capsys):
    habits = Habits(location=True, zulu=True, places=True, extras=True, nulls=True, same_time=False)
    with serving(world, habits) as url:
        profile, tokens = a_profile(world, url)
        for name, token in tokens.items():
            monkeypatch.setenv(name, token)
        (tmp_path / "profile.toml").write_text(profile, encoding="utf-8")
        rules = [option for rule in ("AP-C02", "AP-P02", "AP-R09", "AP-T12", "AP-X10") for option in ("--rule", rule)]
        where = ["--profile", str(tmp_path / "profile.toml"), "--batches", "0"]
        code = main(["run", "appointments", *where, *rules])

    assert code == 0, capsys.readouterr().out


def test_the_kit_finds_what_was_made_where_no_answer_names_it(world, tmp_path, monkeypatch):
    with serving(world, Habits(zulu=True, nulls=True, same_time=False)) as url:
        profile, tokens = a_profile(world, url)
        for name, token in tokens.items():
            monkeypatch.setenv(name, token)
        (tmp_path / "profile.toml").write_text(with_locations(profile, world), encoding="utf-8")
        wanted = {"AP-B01", "AP-J01", "AP-M01", "AP-N03", "AP-R03", "AP-R04"}
        rules = [option for rule in sorted(wanted) for option in ("--rule", rule)]
        where = [
            "--profile",
            str(tmp_path / "profile.toml"),
            "--batches",
            "0",
            "--report",
            f"json={tmp_path / 'run.json'}",
        ]
        main(["run", "appointments", *where, *rules])

    report = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    outcomes = {rule["id"]: rule["outcome"] for rule in report["rules"] if rule["id"] in {*wanted, "AP-H11"}}
    assert outcomes == {**dict.fromkeys(wanted, "pass"), "AP-H11": "differ"}


def test_who_keeps_to_the_pages_and_grants_nothing_else_breaks_nothing(world, tmp_path, monkeypatch):
    report = tmp_path / "run.json"
    with serving(world, Habits()) as url:
        profile, tokens = a_profile(world, url)
        for name, token in tokens.items():
            monkeypatch.setenv(name, token)
        (tmp_path / "profile.toml").write_text(with_locations(profile, world), encoding="utf-8")
        where = ["--profile", str(tmp_path / "profile.toml"), "--report", f"json={report}"]
        code = main(["run", "appointments", *where, "--max-examples", "5"])

    said = json.loads(report.read_text(encoding="utf-8"))
    assert (code, said["findings"]) == (0, [])
    assert len([rule for rule in said["rules"] if rule["outcome"] == "skip"]) < MOST_LEFT_OPEN


def begin_run(tmp_path, url, world, name):
    """A run of the kit in a process of its own, with a newcomer whom nobody has seen."""
    profile, tokens = a_profile(world, url)
    file = tmp_path / f"{name}.toml"
    file.write_text(profile, encoding="utf-8")
    suites = [option for suite in ("laws", "bursts", "lifecycle") for option in ("--suite", suite)]
    where = ["--profile", str(file), "--report", f"json={file.with_suffix('.json')}"]
    command = [sys.executable, "-m", "contract_tests", "run", "appointments", *where, *suites, "--seed", "1"]
    tokens["NEWCOMER_TOKEN"] = sign_up("New", name.title())
    return subprocess.Popen(command, env={**os.environ, **tokens}, stdout=subprocess.DEVNULL)


def verdict(tmp_path, run, name):
    """What came of each rule."""
    assert run.wait(timeout=600) in (0, 1)
    report = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    return {rule["id"]: rule["outcome"] for rule in report["rules"]}


def test_runs_in_a_row_and_at_once_come_to_one_verdict(world, tmp_path):
    with serving(world, AS_WRITTEN, WORDS) as url:
        begin = partial(begin_run, tmp_path, url, world)
        first, again = (verdict(tmp_path, begin(name), name) for name in ("first", "again"))
        both = [(begin(name), name) for name in ("one", "other")]
        at_once = [verdict(tmp_path, *each) for each in both]

    assert [{*each.items()} - {*first.items()} for each in (again, *at_once)] == [set()] * 3


def test_where_nobody_may_be_booked_for_the_customer_of_the_profile_stands_in(world, tmp_path, monkeypatch):
    habits = Habits(location=True, zulu=True, places=True, extras=True, nulls=True, same_time=False, walk_ins=False)
    with serving(world, habits) as url:
        profile, tokens = a_profile(world, url)
        for name, token in tokens.items():
            monkeypatch.setenv(name, token)
        (tmp_path / "profile.toml").write_text(profile, encoding="utf-8")
        rules = [option for rule in ("AP-M02", "AP-R01", "AP-S01", "AP-X06") for option in ("--rule", rule)]
        report = tmp_path / "run.json"
        asked = ["--profile", str(tmp_path / "profile.toml"), "--batches", "0", "--report", f"json={report}"]
        code = main(["run", "appointments", *asked, *rules])

    outcomes = {rule["id"]: rule["outcome"] for rule in json.loads(report.read_text(encoding="utf-8"))["rules"]}
    assert code == 0
    assert outcomes["AP-M02"] == "differ"
    assert [outcomes[rule] for rule in ("AP-R01", "AP-S01", "AP-X06")] == ["pass"] * 3


def test_no_more_is_made_where_the_first_cannot_be_found_again(world, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(independent_appointments._ROUTES["/bookings/calendar/events"][1], "GET", an_empty_calendar)
    with serving(world, Habits(zulu=True, places=True, nulls=True, same_time=False)) as url:
        profile, tokens = a_profile(world, url)
        for name, token in tokens.items():
            monkeypatch.setenv(name, token)
        (tmp_path / "profile.toml").write_text(profile, encoding="utf-8")
        rules = [option for rule in ("AP-C01", "AP-C02", "AP-M01", "AP-S01", "AP-X01") for option in ("--rule", rule)]
        main(["run", "appointments", "--profile", str(tmp_path / "profile.toml"), "--batches", "0", *rules])

    made = world.all("select * from booking")
    said = " ".join(capsys.readouterr().out.split())
    assert 0 < len(made) <= 2
    assert "left behind: what POST /bookings/customer made, which is not to be found again" in said


def an_empty_calendar(_):
    return {"bookings": [], "blocked_times": []}
