"""Debian's Chromium, for what somebody sees and presses."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

__all__ = ["browser", "needs_browser"]

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_browser = pytest.mark.skipif(
    _CHROMIUM is None and not os.environ.get("BROWSER_DEMANDED"), reason="there is no Chromium"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=10_000)  # how long it looks again: a click does not wait for the page that follows
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()
