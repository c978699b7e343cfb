"""Sandboxes searched, sorted, and deleted together."""

from itertools import count
from types import SimpleNamespace

import pytest
from doubles import Client


@pytest.fixture(autouse=True)
def ticks(monkeypatch):
    """Each use is a second after the one before."""
    seconds = count(1_000)
    clock = SimpleNamespace(monotonic=lambda: float(next(seconds)))
    monkeypatch.setattr("mockserver.sandbox.sandboxes.time", clock)
    monkeypatch.setattr("mockserver.control.listing.time", clock)


def error(answer):
    return answer.json()["error"]


def names(answer):
    return [each["name"] for each in answer.json()["sandboxes"]]


def walk(control, query):
    """All pages of a list, each asked for with the cursor of the one before."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        answer = control.get("/sandboxes", params={**query, **({"after": after} if after else {})})
        found += names(answer)
        after = answer.json()["next"]
    return found


def test_sandboxes_are_searched_by_a_part_of_their_names(control):
    for name in ("ci-1-refunds", "ci-2-refunds", "ci-2-edits"):
        control.post("/sandboxes", {"name": name})

    found = control.get("/sandboxes?q=refunds").json()

    assert (found["total"], [each["name"] for each in found["sandboxes"]]) == (2, ["ci-1-refunds", "ci-2-refunds"])
    assert names(control.get("/sandboxes?q=-2-")) == ["ci-2-edits", "ci-2-refunds"]
    assert control.get("/sandboxes?q=nothing").json() == {"total": 0, "sandboxes": [], "next": None}


@pytest.mark.parametrize("few", [500, 0])
@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_the_latest_used_come_first(build, tmp_path, monkeypatch, few, store):
    monkeypatch.setattr("mockserver.control.listing._FEW", few)
    address = "memory" if store == "memory" else f"sqlite:///{tmp_path / 'a.sqlite'}"
    app = build(store=address)
    control = Client(app, base="/_sandbox")
    for name in ("a", "b", "c", "d"):
        control.post("/sandboxes", {"name": name})
    for name in ("strange-1", "b", "strange-2", "a"):
        app.sandboxes.open(name)
    whole = ["default", "a", "strange-2", "b", "strange-1", "d", "c"]

    assert sorted(walk(control, {"sort": "used", "limit": 2})) == sorted(whole)
    assert [name for name in walk(control, {"sort": "used", "limit": 2}) if name != "default"] == whole[1:]
    assert walk(control, {"sort": "used", "limit": 1, "q": "strange"}) == ["strange-2", "strange-1"]
    assert names(control.get("/sandboxes?sort=used&q=strange&offset=1")) == ["strange-1"]
    used = [each["last_used_at"] for each in control.get("/sandboxes?sort=used").json()["sandboxes"]]
    assert used == sorted(used, reverse=True)


@pytest.mark.parametrize("few", [500, 0])
def test_what_this_process_has_not_used_comes_last_by_name(build, tmp_path, monkeypatch, few):
    monkeypatch.setattr("mockserver.control.listing._FEW", few)
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    first = Client(build(store=store), base="/_sandbox")
    for name in ("x", "z", "y", "default-2"):
        first.post("/sandboxes", {"name": name})
    second = Client(build(store=store), base="/_sandbox")
    second.app.sandboxes.open("y")

    found = walk(second, {"sort": "used", "limit": 1})
    last = second.get("/sandboxes?sort=used").json()["sandboxes"][-1]

    assert found[-3:] == ["default-2", "x", "z"]
    assert sorted(found) == ["default", "default-2", "x", "y", "z"]
    assert (last["name"], last["last_used_at"], last["requests"]) == ("z", None, 0)


def test_pages_by_name_are_asked_for_with_any_name_or_with_an_offset(control):
    for name in ("a", "b", "c"):
        control.post("/sandboxes", {"name": name})

    assert walk(control, {"limit": 2}) == ["a", "b", "c", "default"]
    assert names(control.get("/sandboxes?after=bb")) == ["c", "default"]
    assert names(control.get("/sandboxes?offset=1&limit=2")) == ["b", "c"]


def test_a_sandbox_tells_its_clock_its_parent_and_how_often_it_was_asked(control, reservekit_in):
    control.post("/sandboxes", {"name": "parent", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    control.post("/sandboxes/parent/fork", {"name": "child"})
    reservekit_in("child").get("/services?page=1&page_size=1")
    reservekit_in("child").get("/bookings/0")

    (child,), (parent,) = (control.get(f"/sandboxes?q={name}").json()["sandboxes"] for name in ("child", "parent"))

    assert (child["parent"], child["requests"], child["refused"]) == ("parent", 2, 1)
    assert child["clock"] == {"now": "2026-03-02T08:00:00Z", "frozen": True, "epoch": child["epoch"]}
    assert (parent["parent"], parent["requests"], parent["refused"]) == (None, 0, 0)


def test_counts_begin_anew_with_the_journal_and_a_reset_fork_has_no_parent(control, reservekit_in):
    control.post("/sandboxes/default/fork", {"name": "child"})
    reservekit_in("child").get("/bookings/0")
    control.delete("/sandboxes/child/journal")
    (cleared,) = control.get("/sandboxes?q=child").json()["sandboxes"]
    control.post("/sandboxes/child/reset")

    (reset,) = control.get("/sandboxes?q=child").json()["sandboxes"]

    assert (cleared["parent"], cleared["requests"], cleared["refused"]) == ("default", 0, 0)
    assert reset["parent"] is None


def test_sandboxes_are_deleted_together_but_for_the_default_one(control, monkeypatch):
    monkeypatch.setattr("mockserver.control.listing._MOST_DELETED", 2)
    for name in ("ci-1", "ci-2", "ci-3", "other", "default-2"):
        control.post("/sandboxes", {"name": name})

    assert control.delete("/sandboxes?q=ci-").json() == {"deleted": 2, "left": 1}
    assert control.delete("/sandboxes?q=ci-").json() == {"deleted": 1, "left": 0}
    assert control.delete("/sandboxes?q=default").json() == {"deleted": 1, "left": 0}
    assert names(control.get("/sandboxes")) == ["default", "other"]


@pytest.mark.parametrize(
    ("method", "query", "named"),
    [
        ("GET", "sort=age", "sort"),
        ("GET", "sort=used&after=ci-1", "after"),
        ("GET", "sort=used&after=12x~ci-1", "after"),
        ("GET", f"sort=used&after={'9' * 30}~a", "after"),
        ("GET", "sortt=used", 'did you mean "sort"'),
        ("GET", "limit=0", "limit"),
        ("DELETE", "", "q"),
        ("DELETE", "q=", "q"),
    ],
)
def test_what_cannot_be_asked_is_a_400_that_names_it(control, method, query, named):
    answer = control.request(method, f"/sandboxes?{query}")

    assert (answer.status_code, error(answer)["code"]) == (400, "bad_input")
    assert named in error(answer)["message"]
