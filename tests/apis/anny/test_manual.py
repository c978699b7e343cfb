"""What docs/anny.md tells of the tables; its walks are taken in tests/e2e/test_manuals.py."""

from pathlib import Path

import pytest

from mockserver.apis.anny.records import LIFECYCLE, PARTICIPATION


@pytest.mark.parametrize("lifecycle", [LIFECYCLE, PARTICIPATION], ids=lambda each: each.name)
def test_the_manual_draws_the_tables_as_they_are(lifecycle):
    manual = (Path(__file__).parents[3] / "docs" / "anny.md").read_text(encoding="utf-8")

    assert f"```mermaid\n{lifecycle.diagram()}```\n" in manual
