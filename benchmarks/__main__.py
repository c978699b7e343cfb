"""`python -m benchmarks`: measure, print, and on request write down."""

import argparse
import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks import console, control, growth, hosts, kit, operations, sandboxes, startup, stores, throughput
from benchmarks.attacks import chaos, fuzz
from benchmarks.conditions import conditions, moment
from benchmarks.figures import Section
from benchmarks.mutation import measuring
from benchmarks.report import WRITTEN, show, to_json, write, written
from benchmarks.servers import LOAD_CORE, ROOT, CannotRun
from mockserver.app import API_NAMES

_BY_DEFAULT = (
    "startup",
    "throughput",
    "sandboxes",
    "growth",
    "operations",
    "control",
    "console",
    "stores",
    "hosts",
    "kit",
)
_NAMES = (*_BY_DEFAULT, "mutation", "fuzz", "chaos")
"""What has a `make` target of its own comes last: it takes long."""


def main() -> int:
    """0, or 1 when a figure is not what it says it is. A missed goal is news, not a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short runs, to try the tool")
    parser.add_argument("--peers", action="store_true", help="add Prism, WireMock and Mockoon, from npm")
    parser.add_argument(
        "--only", nargs="+", choices=_NAMES, default=_BY_DEFAULT, metavar="NAME", help=", ".join(_NAMES)
    )
    parser.add_argument(
        "--api",
        nargs="+",
        choices=API_NAMES,
        default=API_NAMES,
        help="whose bugs to plant; of the others the last figures stay",
    )
    parser.add_argument("--size", type=int, default=200, help="how many bugs of an API to show the kit")
    parser.add_argument("--budget", type=float, metavar="MINUTES", help="for all bugs; the next run goes on")
    parser.add_argument("--alone", action="store_true", help="show curated bugs to Schemathesis alone, too")
    parser.add_argument("--requests", type=int, default=100_000, help="how many things to ask that nobody should")
    parser.add_argument("--strikes", type=int, default=20, help="how often to kill a server in each way")
    parser.add_argument(
        "--seed", default=f"{datetime.now(UTC):%Y%m%d}", help="what is asked and when it is killed; today's by default"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was found as JSON")
    parser.add_argument("--write", action="store_true", help="renew what was measured in benchmarks/RESULTS.md")
    given = parser.parse_args()

    out = Console(stderr=True, highlight=False)
    under = conditions(quick=given.quick)
    measured = moment(but_for=WRITTEN)
    before = {section.name: section for section in written()}
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > LOAD_CORE:
        os.sched_setaffinity(0, {LOAD_CORE})  # whoever measures keeps off the server's core
    benchmarks = {
        "startup": partial(startup.measure, out, quick=given.quick),
        "throughput": partial(throughput.measure, out, quick=given.quick, with_peers=given.peers),
        "sandboxes": partial(sandboxes.measure, out, quick=given.quick),
        "growth": partial(growth.measure, out, quick=given.quick),
        "operations": partial(operations.measure, out, quick=given.quick),
        "control": partial(control.measure, out, quick=given.quick),
        "stores": partial(stores.measure, out, quick=given.quick),
        "hosts": partial(hosts.measure, out, quick=given.quick),
        "kit": partial(kit.measure, out, quick=given.quick),
        "console": partial(console.measure, out, quick=given.quick),
        "mutation": partial(
            measuring.measure,
            out,
            quick=given.quick,
            measured=measured,
            apis=given.api,
            known=before["mutation"].data if "mutation" in before else None,
            size=given.size,
            minutes=given.budget,
            alone=given.alone,
        ),
        "fuzz": partial(
            fuzz.measure,
            out,
            quick=given.quick,
            count=given.requests,
            seed=given.seed,
            progress=ROOT / "build" / "fuzz.json",
        ),
        "chaos": partial(chaos.measure, out, quick=given.quick, strikes=given.strikes, seed=given.seed),
    }
    found = []
    for name in given.only:
        try:
            found.append(benchmarks[name]())
        except CannotRun as reason:
            found.append(Section(name, name.capitalize(), "", notes=[f"Not measured: {reason}"]))

    for section in found:
        section.under = {**under, **section.under}
        if section.name != "mutation":  # says it of each API
            section.notes.append(measured)
    show(Console(highlight=False), found)
    if given.json is not None:
        given.json.write_text(to_json(found), encoding="utf-8")
    if given.write:
        whole = {**before, **{section.name: section for section in found}}
        write([whole[name] for name in _NAMES if name in whole])
    return 1 if any(section.alarms for section in found) else 0


if __name__ == "__main__":
    sys.exit(main())
