"""What measures a service of several processes, tried on a few bookings."""

import pytest
from rich.console import Console

from benchmarks import hosts


@pytest.mark.nightly
def test_each_way_to_serve_is_measured_and_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "_WORKERS", (1, 2))
    monkeypatch.setattr(hosts, "_ASKED", (1, 3))
    monkeypatch.setattr(hosts, "_THERE", (50, 500))

    section = hosts.measure(Console(quiet=True), quick=True)

    assert {(each.row, each.column) for each in section.figures} == {
        ("1 worker", "in 1 sandbox"),
        ("1 worker", "in 3 sandboxes"),
        ("1 worker, reads", "in 1 sandbox"),
        ("1 worker, reads", "in 3 sandboxes"),
        ("2 workers", "in 1 sandbox"),
        ("2 workers", "in 3 sandboxes"),
        ("a sandbox", "with 20 bookings"),
        ("1 worker, 50 kept", "in 3 sandboxes"),
        ("1 worker, 500 kept", "in 3 sandboxes"),
    }
    assert [each.wrong for each in section.figures if each.wrong] == []
    assert all(each.value > 0 for each in section.figures)
