"""The floors of the house: imports point down, and what is said to be public is there. See ARCHITECTURE.md."""

import ast
import importlib
import pkgutil
import re
import sys
from pathlib import Path

import pytest

import contract_tests
import doublebook_data
import mockserver

ROOT = Path(mockserver.__file__).parent.parent
PACKAGES = (mockserver, contract_tests, doublebook_data)

BELOW_APP = ("web", "control", "console", "webhooks", "apis", "sandbox", "booking", "settings", "lean_imports")

MAY_IMPORT = {
    "booking": (),
    "stores": ("booking",),
    "sandbox": ("booking", "lean_imports"),
    "apis": ("sandbox", "booking"),
    "web": ("apis", "sandbox", "booking", "lean_imports"),
    "control": ("apis", "sandbox", "booking"),
    "console": ("apis", "sandbox", "booking"),
    "webhooks": ("apis", "sandbox", "booking"),
    "settings": (),
    "lean_imports": (),
    "one_write": (),
    "defects": BELOW_APP,
    "app": (*BELOW_APP, "stores", "defects"),
    "serving": (*BELOW_APP, "app", "one_write"),
    "cli": (*BELOW_APP, "app", "defects", "serving"),
    "pytest_plugin": (*BELOW_APP, "app", "serving"),
    "__main__": ("cli",),
}
"""What each room of `mockserver` may look into, beside itself: only floors below."""

KIT_MAY_IMPORT = {
    "problems": (),
    "wording": (),
    "findings": (),
    "contracts": ("findings", "problems"),
    "profiles": ("problems",),
    "targets": ("contracts", "problems"),
    "laws": ("scenes", "contracts", "profiles"),
    "results": ("contracts", "findings", "laws"),
    "known": ("results", "contracts", "findings", "problems"),
    "checks": ("contracts", "findings"),
    "scenes": ("contracts", "profiles", "problems", "wording"),
    "apis": ("laws", "scenes", "results", "profiles", "contracts"),
    "suites": (
        "apis",
        "laws",
        "scenes",
        "checks",
        "results",
        "profiles",
        "targets",
        "contracts",
        "findings",
        "problems",
        "wording",
    ),
    "reports": ("suites", "laws", "results", "contracts", "findings"),
    "runs": ("suites", "apis", "laws", "scenes", "known", "results", "profiles", "targets", "contracts", "findings"),
    "deployments": ("runs", "apis", "scenes", "profiles", "targets", "contracts", "problems"),
    "cli": (
        "deployments",
        "runs",
        "reports",
        "suites",
        "apis",
        "laws",
        "known",
        "results",
        "profiles",
        "targets",
        "contracts",
        "problems",
    ),
    "pytest_plugin": (
        "deployments",
        "reports",
        "runs",
        "suites",
        "apis",
        "laws",
        "known",
        "results",
        "profiles",
        "targets",
        "contracts",
        "findings",
        "problems",
    ),
    "__main__": ("cli",),
}
"""The same of `contract_tests`."""

READS_DATA = {"apis", "control", "app", "cli"}
"""The rooms that read the contracts and the fixtures."""

TABLES = (
    "mockserver.cli",
    "mockserver.apis.reservekit.operations",
    "mockserver.apis.appointments.operations",
    "mockserver.apis.anny.operations.availability",
    "mockserver.apis.anny.operations.bookings",
    "mockserver.apis.anny.operations.catalogue",
    "mockserver.apis.anny.operations.checkout",
    "mockserver.apis.anny.operations.edits",
    "mockserver.apis.anny.operations.lifecycle",
    "mockserver.apis.anny.operations.subscriptions",
    "mockserver.apis.bardge.operations.access",
    "mockserver.apis.bardge.operations.bookings",
    "mockserver.apis.bardge.operations.catalogue",
    "mockserver.apis.bardge.operations.classes",
    "mockserver.apis.bardge.operations.clients",
    "mockserver.apis.bardge.operations.copays",
    "mockserver.apis.bardge.operations.spa",
    "mockserver.control.operations",
)
"""Modules whose functions are reached through a table or a command, never by their names."""

LAWS = re.compile(r"contract_tests\.apis\.\w+\.laws\.\w+")
"""Modules whose functions are laws, reached through the table of their theme."""

PURE = {"msgspec", "dateutil"}
"""What `booking` may import beside the standard library."""


APIS = sorted(each.parent.name for each in (ROOT / "mockserver" / "apis").glob("*/__init__.py"))


def modules():
    """The name and the file of every module of the product."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in sorted(Path(package.__file__).parent.rglob("*.py"))
    }


MODULES = modules()


def imports_of(name):
    """The modules that a module imports, wherever in its text; of `from a import b`, `a.b` where that is a module."""
    found = set()
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {each for each in inner if each in MODULES} or {node.module}
    return found


def room_of(name):
    """The room of `mockserver` a module belongs to; its own name for a module outside."""
    parts = name.split(".")
    return parts[1] if parts[0] == "mockserver" and len(parts) > 1 else parts[0]


def rooms_seen_from(name):
    """The rooms a module looks into, but its own; the bare package only says its version."""
    return {room_of(each) for each in imports_of(name) if each.startswith("mockserver.")} - {room_of(name)}


def of(package):
    return [name for name in MODULES if name == package or name.startswith(f"{package}.")]


def test_every_room_has_its_floor():
    assert {room_of(name) for name in of("mockserver")} - {"mockserver"} <= set(MAY_IMPORT)


def test_no_two_rooms_may_import_each_other():
    """The table itself points down."""

    def below(room):
        return {room}.union(*(below(each) for each in MAY_IMPORT[room]))

    for room, lower in MAY_IMPORT.items():
        assert all(room not in below(each) for each in lower), room


@pytest.mark.parametrize("name", of("mockserver"))
def test_imports_point_down(name):
    assert rooms_seen_from(name) <= set(MAY_IMPORT.get(room_of(name), ()))


@pytest.mark.parametrize("name", of("contract_tests"))
def test_imports_of_the_kit_point_down(name):
    room = [*name.split("."), ""][1]
    seen = {each.split(".")[1] for each in imports_of(name) if each.startswith("contract_tests.")} - {room}

    assert seen <= set(KIT_MAY_IMPORT.get(room, ()))


@pytest.mark.parametrize("package", ["contract_tests.apis", "mockserver.defects"])
def test_what_is_known_of_an_api_never_knows_another(package):
    for name in of(package):
        own = name.removeprefix(f"{package}.").split(".")[0]
        seen = {
            each.removeprefix(f"{package}.").split(".")[0]
            for each in imports_of(name)
            if each.startswith(f"{package}.")
        }
        if own in APIS:
            assert not (seen - {own}) & set(APIS), name


@pytest.mark.parametrize("name", of("mockserver.booking"))
def test_booking_knows_neither_the_project_nor_the_world(name):
    libraries = {each.split(".")[0] for each in imports_of(name) if not each.startswith("mockserver.booking")}

    assert libraries <= sys.stdlib_module_names | PURE
    assert not libraries & {"json", "sqlite3", "socket", "http", "urllib", "random", "time", "os"}


@pytest.mark.parametrize("name", of("mockserver.apis"))
def test_an_api_never_knows_another(name):
    folders = {f"mockserver.apis.{api}" for api in APIS}
    own = ".".join(name.split(".")[:3])

    seen = {".".join(each.split(".")[:3]) for each in imports_of(name)} & folders

    assert seen <= {own}


@pytest.mark.parametrize("api", APIS)
def test_of_the_files_and_folders_of_an_api_no_two_need_each_other(api):
    """Not by way of others either; a folder counts as one."""
    package = f"mockserver.apis.{api}"
    below = {}
    for name in of(package):
        part = name.removeprefix(package).split(".")[1:2] or [""]
        below.setdefault(part[0], set()).update(
            each.removeprefix(f"{package}.").split(".")[0]
            for each in imports_of(name)
            if each.startswith(f"{package}.")
        )
    below = {part: others - {part} for part, others in below.items()}

    while lowest := {part for part, others in below.items() if not others}:
        below = {part: others - lowest for part, others in below.items() if part not in lowest}

    assert below == {}


@pytest.mark.parametrize("name", of("mockserver"))
def test_only_some_rooms_read_the_documents(name):
    if room_of(name) not in READS_DATA:
        assert "doublebook_data" not in {each.split(".")[0] for each in imports_of(name)}


def test_only_the_composition_root_knows_a_store():
    knows = {
        name for name in of("mockserver") if any(each.startswith("mockserver.stores") for each in imports_of(name))
    }

    assert {name for name in knows if room_of(name) != "stores"} == {"mockserver.app"}


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("contract_tests", {"mockserver"}),
        ("mockserver", {"contract_tests"}),
        ("doublebook_data", {"mockserver", "contract_tests"}),
    ],
)
def test_the_server_the_kit_and_the_data_stand_alone(package, forbidden):
    seen = {each.split(".")[0] for name in of(package) for each in imports_of(name)}

    assert not seen & forbidden


# What is public


def public_names(module):
    """The functions and classes a module defines at its top for others."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")}


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_what_a_module_lists_is_there_and_what_is_public_is_listed(name):
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", None)
    if listed is None:
        return

    assert [each for each in listed if not hasattr(module, each)] == []
    assert len(listed) == len(set(listed))
    if name not in TABLES and not LAWS.fullmatch(name):
        assert public_names(module) - set(listed) == set()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_module_of_a_package_is_found(package):
    """A folder without `__init__.py` would be left out of the wheel."""
    walked = {found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")}

    assert walked | {package.__name__} == set(of(package.__name__))
