"""What is said to be public is there. Which room may import which is held by the contracts in `pyproject.toml`."""

import ast
import importlib
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import contract_tests
import doublebook_data
import mockserver

PACKAGES = (mockserver, contract_tests, doublebook_data)

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
    "mockserver.apis.anny.operations.relationships",
    "mockserver.apis.anny.operations.subscriptions",
    "mockserver.apis.bardge.operations.access",
    "mockserver.apis.bardge.operations.bookings",
    "mockserver.apis.bardge.operations.catalogue",
    "mockserver.apis.bardge.operations.classes",
    "mockserver.apis.bardge.operations.clients",
    "mockserver.apis.bardge.operations.copays",
    "mockserver.apis.bardge.operations.spa",
    "mockserver.control.operations",
    "mockserver.control.snapshots",
    "mockserver.control.timing",
)
"""Modules whose functions are reached through a table or a command, never by their names."""

LAWS = re.compile(r"contract_tests\.apis\.\w+\.laws\.\w+")
"""Modules whose functions are laws, reached through the table of their theme."""


def modules_of(package):
    """The dotted names of a package's files."""
    folder = Path(package.__file__).parent
    return {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in folder.rglob("*.py")
    }


def public_names(module):
    """The functions and classes a module defines at its top for others."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")}


@pytest.mark.parametrize(
    "name",
    sorted(name for package in PACKAGES for name in modules_of(package) if not name.endswith("__main__")),
)
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

    assert walked | {package.__name__} == modules_of(package)


def test_all_parts_say_the_same_version():
    root = Path(__file__).parents[1]
    files = [root / "pyproject.toml", root / "plugin" / "pyproject.toml"]
    distributions = [tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"] for file in files]

    assert {mockserver.__version__, contract_tests.__version__} == set(distributions)
