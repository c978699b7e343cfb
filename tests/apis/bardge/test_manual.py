"""What docs/bardge.md tells of the tables, the keys and the world; its walk is taken in tests/e2e/test_manuals.py."""

import re
from pathlib import Path

import pytest

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.bardge.api import Settings
from mockserver.apis.bardge.auth import PERSONAS
from mockserver.apis.bardge.records import LIFECYCLE, SESSION_LIFECYCLE

MANUAL = (Path(__file__).parents[3] / "docs" / "bardge.md").read_text(encoding="utf-8")


def first_cells(heading):
    """What stands in the first column of the table of a section."""
    section = MANUAL.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)`", section, re.MULTILINE)


@pytest.mark.parametrize("lifecycle", [LIFECYCLE, SESSION_LIFECYCLE], ids=lambda each: each.name)
def test_the_manual_draws_the_tables_as_they_are(lifecycle):
    assert f"```mermaid\n{lifecycle.diagram()}```\n" in MANUAL


def test_the_manual_has_every_key():
    assert first_cells("Who calls") == [each.credential for each in PERSONAS]


def test_the_manual_has_every_client():
    document = read_yaml(fixtures_dir() / "bardge" / "seed.yaml")

    assert first_cells("For whom") == [each["id"] for each in document["epoch"]["clients"]]


def test_the_manual_has_every_setting_and_its_default():
    for name in Settings.__struct_fields__:
        assert f"| `{name}` | {getattr(Settings(), name)} |" in MANUAL

    assert first_cells("Settings") == list(Settings.__struct_fields__)
