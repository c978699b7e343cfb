"""Findings as JSON and as tables: the goals first, then each section, then the conditions they hold under."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.control import LIST
from benchmarks.figures import STOCK, Figure, Section, markdown_table
from benchmarks.growth import DEEP, OPERATIONS, growth_of
from benchmarks.kit import ALL_AT_ONCE, FAR_AWAY, SECONDS
from benchmarks.loads import POST
from benchmarks.mutation.measuring import ALL_APIS, CLEAN, LOWER_BOUND, SHARE
from benchmarks.operations import SUBJECTS, allowed_growth, growth_column
from benchmarks.peers import PRISM_QUIET, WIREMOCK_BOUNDED
from benchmarks.sandboxes import CREATE, MANY, RESET
from benchmarks.servers import OURS, OURS_FOUR, OURS_SQLITE, ROOT
from benchmarks.startup import COMPUTED, FIRST_200, RESIDENT
from benchmarks.workloads.appointments import MONTH
from benchmarks.workloads.filled import own_operations

__all__ = ["WRITTEN", "Goal", "judge", "show", "to_json", "to_markdown", "write", "written"]

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
RESULTS_JSON = RESULTS.with_name("results.json")
WRITTEN = frozenset(path.name for path in (RESULTS, RESULTS_JSON))
"""Names of the files that are renewed here."""
_TINY = 0.01
"""Ratios below are shown as one over something."""
_NOTICED, _SURELY = 98, 95
"""Per cent, the second as the lower end of the interval in which the share of all bugs lies."""
_SMALL = 100
"""Values below are shown with digits after the point."""

Sections = dict[str, Section]


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise, what was found, and whether it holds; None when it was not measured."""

    promise: str
    found: str
    met: bool | None

    @property
    def verdict(self) -> str:
        return "not measured" if self.met is None else "met" if self.met else "missed"


def judge(sections: Sequence[Section]) -> list[Goal]:
    by_name = {section.name: section for section in sections}
    return [
        _at_least(by_name, STOCK, 10),
        _at_least(by_name, PRISM_QUIET, 2),
        _at_least(by_name, WIREMOCK_BOUNDED, 2),
        _below(by_name, "startup", OURS, FIRST_200, 0.7, "s"),
        _like_stock(by_name, OURS_FOUR, 1.1),
        _below(by_name, "startup", OURS, RESIDENT, 110, "MB"),
        _below(by_name, "startup", OURS_FOUR, FIRST_200, 1.0, "s"),
        _below(by_name, "startup", OURS_FOUR, RESIDENT, 80, "MB"),
        _below(by_name, "sandboxes", CREATE, OURS, 100, "us"),
        _below(by_name, "sandboxes", RESET, OURS, 100, "us"),
        _below(by_name, "sandboxes", MANY, OURS, 32, "MB"),
        _below(by_name, "control", LIST, OURS, 5, "ms"),
        _below(by_name, "control", LIST, OURS_SQLITE, 5, "ms"),
        _no_faster_than_log(by_name, OURS, OPERATIONS),
        _no_faster_than_log(by_name, OURS_SQLITE, tuple(each for each in OPERATIONS if each != DEEP)),
        _deep_page(by_name),
        _among_many(by_name, "appointments", "write", own_operations(SUBJECTS["appointments"].groups, writing=True)),
        _rows_of_a_full_month(by_name),
        _among_many(by_name, "anny", "operation", own_operations(SUBJECTS["anny"].groups)),
        _among_many(by_name, "bardge", "operation", own_operations(SUBJECTS["bardge"].groups)),
        _within(by_name, ALL_AT_ONCE, 150),
        _within(by_name, FAR_AWAY, 90),
        _bugs_noticed(by_name),
        _silent_where_nothing_is_wrong(by_name),
    ]


def _at_least(sections: Sections, other: str, times: float) -> Goal:
    promise = f"POST at least {times:g} x {other}"
    section = sections.get("throughput")
    mine = section and section.value(OURS, POST.name)
    theirs = section and section.value(other, POST.name)
    if not mine or not theirs:
        return Goal(promise, "", None)
    return Goal(promise, f"{mine / theirs:.1f} x ({mine:,.0f} to {theirs:,.0f} /s)", mine >= times * theirs)


def _below(sections: Sections, section: str, row: str, column: str, most: float, unit: str) -> Goal:
    what = f"{row}: {column}" if section == "startup" else f"{column}: {row}"
    promise = f"{what} under {most:g} {unit}"
    value = sections[section].value(row, column) if section in sections else None
    return Goal(promise, "" if value is None else _number(value, unit), None if value is None else value < most)


def _within(sections: Sections, row: str, seconds: float) -> Goal:
    promise = f"{SECONDS} of the contract kit, {row}: within {seconds:g} s"
    value = sections["kit"].value(row, SECONDS) if "kit" in sections else None
    return Goal(promise, "" if value is None else _number(value, "s"), None if value is None else value <= seconds)


def _like_stock(sections: Sections, row: str, most: float) -> Goal:
    promise = f"{row}: {COMPUTED} at most {most:g} x that of stock"
    found = sections.get("startup")
    mine, theirs = (found and found.value(each, COMPUTED) for each in (row, STOCK))
    if not mine or not theirs:
        return Goal(promise, "", None)
    return Goal(promise, f"{mine / theirs:.2f} x ({mine:.2f} to {theirs:.2f} s)", mine <= most * theirs)


def _no_faster_than_log(sections: Sections, name: str, operations: Sequence[str]) -> Goal:
    promise = f"{name}: no operation's cost grows faster than log n"
    if len(operations) < len(OPERATIONS):
        promise += f" ({DEEP} aside)"
    growths = {}
    if "growth" in sections:
        growths = {each: growth_of(sections["growth"], name, each) for each in operations}
    known = {each: growth for each, growth in growths.items() if growth is not None}
    if len(known) < len(operations):
        return Goal(promise, "", None)
    worst = max(known, key=lambda each: known[each][0])
    times, allowed = known[worst]
    sizes = sections["growth"].data["sizes"]
    found = f"most: {worst}, {times:.2f} x from {sizes[0]:,} to {sizes[-1]:,} bookings, log n {allowed:.1f} x"
    return Goal(promise, found, times <= allowed)


def _deep_page(sections: Sections) -> Goal:
    promise = "SQLite: what a page's offset costs is measured and printed"
    growth = growth_of(sections["growth"], OURS_SQLITE, DEEP) if "growth" in sections else None
    return Goal(
        promise,
        "" if growth is None else f"{DEEP.removeprefix('list, ')} {growth[0]:.1f} x",
        None if growth is None else True,
    )


def _among_many(sections: Sections, api: str, kind: str, operations: Sequence[str]) -> Goal:
    promise = f"{api}: no {kind}'s cost grows faster than log n with the bookings in the sandbox"
    known = _growths_among_many(sections, api, operations)
    if not known:
        return Goal(promise, "", None)
    sizes = sections["operations"].data["sizes"]
    allowed = allowed_growth(sizes)
    times, name, operation = max(known)
    found = f"most: {operation}, {name}, {times:.2f} x from {sizes[0]:,} to {sizes[-1]:,}, log n {allowed:.1f} x"
    return Goal(promise, found, times <= allowed)


def _rows_of_a_full_month(sections: Sections) -> Goal:
    promise = "appointments: a row of a long calendar costs no more than one of a short"
    known = _growths_among_many(sections, "appointments", (MONTH,))
    if not known:
        return Goal(promise, "", None)
    found = ", ".join(f"{name.removeprefix('mockserver, ')} {times:.2f} x" for times, name, _ in known)
    return Goal(promise, found, all(times <= 1 for times, _, _ in known))


def _growths_among_many(sections: Sections, api: str, operations: Sequence[str]) -> list[tuple[float, str, str]]:
    """How many times dearer among many bookings, at which store, what; nothing unless all of them are known."""
    if "operations" not in sections:
        return []
    wanted = [(name, each) for name in (OURS, OURS_SQLITE) for each in operations]
    values = [(sections["operations"].value(each, growth_column(api, name)), name, each) for name, each in wanted]
    known = [(times, name, each) for times, name, each in values if times is not None]
    return known if len(known) == len(wanted) else []


def _bugs_noticed(sections: Sections) -> Goal:
    promise = f"the contract kit notices {_NOTICED} % of the bugs that nobody wrote, and surely {_SURELY} %"
    section = sections.get("mutation")
    share = section.value(ALL_APIS, SHARE) if section else None
    if section is None or share is None:
        return Goal(promise, "", None)
    low = section.value(ALL_APIS, LOWER_BOUND) or 0.0
    return Goal(promise, f"{share:.1f} %, surely {low:.1f} %", share >= _NOTICED and low >= _SURELY)


def _silent_where_nothing_is_wrong(sections: Sections) -> Goal:
    promise = "the contract kit finds nothing where nothing is wrong"
    section = sections.get("mutation")
    clean = [each for each in section.figures if each.column == CLEAN] if section else []
    if not clean:
        return Goal(promise, "", None)
    found = sum(each.value for each in clean)
    said = f"{found:,.0f} findings, {clean[0].detail} of {', '.join(each.row for each in clean)}"
    return Goal(promise, said, found == 0)


def written() -> list[Section]:
    """What the last runs have written down; nothing where nothing was."""
    if not RESULTS_JSON.exists():
        return []
    found = json.loads(RESULTS_JSON.read_text(encoding="utf-8"))["sections"]
    return [Section(**{**each, "figures": [Figure(**figure) for figure in each["figures"]]}) for each in found]


def write(sections: Sequence[Section]) -> None:
    """Renew what is published: the results and their data."""
    RESULTS.write_text(to_markdown(sections), encoding="utf-8")
    RESULTS_JSON.write_text(to_json(sections), encoding="utf-8")


def to_json(sections: Sequence[Section]) -> str:
    whole: dict[str, Any] = {
        "targets": [{**asdict(goal), "verdict": goal.verdict} for goal in judge(sections)],
        "sections": [asdict(section) for section in sections],
    }
    return json.dumps(whole, indent=2) + "\n"


def to_markdown(sections: Sequence[Section]) -> str:
    lines = ["# Benchmarks", "", "Written by `make bench`; `make bench PEERS=1` adds other mock servers.", ""]
    lines += markdown_table(
        ["target", "found", "verdict"], [[each.promise, each.found, each.verdict] for each in judge(sections)]
    )
    for section in sections:
        lines += ["", f"## {section.title}", ""]
        lines += [f"- **Do not use:** {alarm}" for alarm in section.alarms]
        lines += [f"- {note}" for note in section.notes]
        for heading, columns in _tables(section):
            lines += ["", *markdown_table([heading, *columns], _cells(section, columns))]
    lines += ["", "## Conditions", "", *markdown_table(["what", "value", "held for"], _conditions(sections))]
    return "\n".join(lines) + "\n"


def _conditions(sections: Sequence[Section]) -> list[list[str]]:
    """Each thing that was said of a run, and of which sections: they are seldom measured on one day."""
    titles: dict[tuple[str, str], list[str]] = {}
    for section in sections:
        for item in section.under.items():
            titles.setdefault(item, []).append(section.title)
    return [
        [name, value, "all" if len(of) == len(sections) else ", ".join(of)]
        for name in dict.fromkeys(name for name, _ in titles)
        for (named, value), of in titles.items()
        if named == name
    ]


def show(out: Console, sections: Sequence[Section]) -> None:
    for section in sections:
        for heading, columns in _tables(section):
            table = Table(heading, *columns, title=section.title)
            for row in _cells(section, columns):
                table.add_row(*row)
            out.print(table)
        for note in section.notes:
            out.print(f"- {note}", markup=False)
        for alarm in section.alarms:
            out.print(f"[red]Do not use: {alarm}")
    table = Table("target", "found", "verdict")
    for each in judge(sections):
        if each.met is not None:
            table.add_row(each.promise, each.found, each.verdict)
    out.print(table)


def _tables(section: Section) -> list[tuple[str, list[str]]]:
    """Heading and columns of each table: one, or where columns read `subject: what` one per subject."""
    columns = list(dict.fromkeys(each.column for each in section.figures))
    subjects: dict[str, list[str]] = {}
    for column in columns:
        subject, colon, _ = column.partition(": ")
        subjects.setdefault(subject if colon else "", []).append(column)
    return [(section.heading, each) for each in subjects.values()]


def _cells(section: Section, columns: list[str]) -> list[list[str]]:
    by_place = {(each.row, each.column): each for each in section.figures}
    rows = dict.fromkeys(each.row for each in section.figures if each.column in columns)
    return [[row, *(_cell(by_place.get((row, column))) for column in columns)] for row in rows]


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    if figure.wrong:
        return f"do not use: {_number(figure.value, figure.unit)} ({figure.wrong})"
    said = [_times(figure.ratio)] if figure.ratio is not None else []
    said += [figure.detail] if figure.detail else []
    return f"{_number(figure.value, figure.unit)} ({', '.join(said)})" if said else _number(figure.value, figure.unit)


def _times(ratio: float) -> str:
    return f"{ratio:.3g} x" if ratio >= _TINY else f"1/{1 / ratio:,.0f}"


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value >= _SMALL else f"{value:.3g}"
    return f"{text}{unit}" if unit.startswith("/") else f"{text} {unit}".rstrip()
