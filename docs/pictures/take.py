"""Takes the README's pictures: `make pictures` runs the kit on a sandbox whose cancels keep their places (RK-B13).

`verdict.svg` is what the terminal shows, without a font from elsewhere; `report.png` the top of the HTML page. `console.png` is
the console's first page, and on the sheets `console-*.jpg` is every page of it, to be looked at.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import httpx
from playwright.sync_api import Browser, sync_playwright
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from contract_tests.cli import main

HERE = Path(__file__).parent
COLUMNS = 124
NAME = "checkout-flow"
ROOM, DESK = (f"3f0c0010-5a7e-4c1d-9b2f-0000000000{number}" for number in ("02", "11"))
BY_THE_HOUR, WORKSHOP, PACKAGE = (f"3f0c0020-5a7e-4c1d-9b2f-00000000000{number}" for number in (1, 2, 3))
PAGES = (
    "",
    "/calendar/anny?date=2026-11-18",
    "/calendar/appointments?date=2026-11-18",
    "/calendar/reservekit",
    "/calendar/bardge",
    "/calendar/reservekit?span=month",
    "/bookings/anny/1126",
    "/requests/3",
    "/webhooks/reservekit/1",
    "/time",
    "/faults",
    "/snapshots",
    "/apis",
    "/find?q=1126",
)
"""Of the console, below its sandbox."""


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """A server with *options*."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "mockserver", "serve", *options, "--ready-file", str(ready)]
    command += ["--until-pid", str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while not ready.exists() and process.poll() is None:
                time.sleep(0.1)
            yield json.loads(ready.read_text(encoding="utf-8"))["url"]
        finally:
            process.terminate()


def take() -> None:
    # The README's second server.
    options = ("reservekit", "--port", "8081", "--defect", "RK-B13")
    with tempfile.TemporaryDirectory() as name, served(Path(name), *options) as url:
        call = ["run", "reservekit", "--base-url", url, "--suite", "laws"]
        console = Console(file=io.StringIO(), record=True, width=COLUMNS, highlight=False)
        with patch("contract_tests.cli.terminal_console", lambda: console):
            main([*call, "--rule", "RK-B13", "--fail-fast"])
        drawn = console.export_svg(title="contract-tests run reservekit", code_format=without_fonts(CONSOLE_SVG_FORMAT))
        (HERE / "verdict.svg").write_text(drawn, encoding="utf-8")
        report = Path(name) / "report.html"
        main([*call, "--report", f"html={report}"])
        photograph(report, HERE / "report.png")
    with tempfile.TemporaryDirectory() as name, served(Path(name), "--port", "0") as url:
        fill(url)
        photograph_console(url, Path(name))


def without_fonts(template: str) -> str:
    start, end = template.index("@font-face"), template.index(".{unique_id}-matrix")
    return template[:start] + template[end:]


def photograph(page: Path, picture: Path) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1000, "height": 640})
        opened.goto(page.as_uri())
        opened.screenshot(path=picture)
        browser.close()


# The console


def fill(url: str) -> None:
    """A sandbox that stands still at eight on a Wednesday in which something has happened."""
    control = f"{url}/_sandbox/sandboxes"
    here = f"{control}/{NAME}"

    def ask(address: str, body: Any = None, *, key: str = "", method: str = "POST") -> Any:
        media = "application/vnd.api+json" if key.startswith("anny") else "application/json"
        headers = {"Content-Type": media, **({"Authorization": f"Bearer {key}.{NAME}"} if key else {})}
        content = None if body is None else json.dumps(body)
        return httpx.request(method, address, content=content, headers=headers).json()

    def anny(path: str, body: Any, who: str = "jane", *, method: str = "POST") -> Any:
        return ask(f"{url}/anny/api/v1{path}", body, key=f"anny_customer_{who}", method=method)

    def wanted(resource: str, service: str, day: int, starts: str, ends: str) -> Any:
        span = {"start_date": f"2026-11-{day}T{starts}:00+01:00", "end_date": f"2026-11-{day}T{ends}:00+01:00"}
        return {"resource_id": resource, "service_id": service, **span}

    def advance(length: str) -> None:
        ask(f"{here}/clock/advance", {"by": length})

    for name in ("nightly-dst", "pr-4812-e2e", "docs-anny"):
        ask(control, {"name": name})
    ask(control, {"name": NAME, "clock": "2026-11-18T07:10:00Z", "frozen": True})
    secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"  # noqa: S105 - one that documentation of the standard prints
    ask(f"{here}/webhooks/reservekit/subscriptions", {"url": "http://127.0.0.1:9/crm", "secret": secret})
    ask(f"{here}/webhooks/anny/subscriptions", {"url": "http://127.0.0.1:9/ledger"})
    slot = {
        "date": "2026-11-29",
        "time_slot_id": 456,
        "customer_name": "Jane Doe",
        "customer_email": "jane@example.com",
    }
    ask(f"{url}/reservekit/v1/bookings", slot, key="sk_rsv_demo_alpha")
    anny("/bookings/instant", wanted(DESK, BY_THE_HOUR, 18, "10:00", "12:00"), "ben")
    anny("/bookings/instant", wanted(DESK, BY_THE_HOUR, 18, "11:30", "12:30"), "lou")
    order = anny("/order/bookings", wanted(ROOM, WORKSHOP, 19, "15:00", "17:00"))["data"]["id"]
    ask(f"{here}/snapshots", {"name": "before-checkout"})
    advance("PT7M")
    anny(f"/order?oid={order}", {"accept_terms": True})
    advance("PT2M")
    anny(f"/orders/{order}/pay", {})
    anny("/bookings/9999", None, method="GET")
    advance("PT16M")
    anny("/bookings/1126/cancellation-preview", None, method="GET")
    advance("PT33M")
    anny("/bookings/1126/cancel", None, method="GET")
    anny("/order/bookings", wanted(ROOM, PACKAGE, 18, "11:00", "12:00"), "max")
    ask(f"{here}/rules", {"api": "anny", "on": {"operation": "bookInstantly"}, "do": {"what": "lost-after"}})


def photograph_console(url: str, folder: Path) -> None:
    root = f"{url}/console/s/{NAME}"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(root)
        page.locator("body.is-live").wait_for()
        page.screenshot(path=HERE / "console.png")
        page.close()
        addresses = [f"{url}/console/", *(root + each for each in PAGES)]
        for scheme in ("light", "dark"):
            sheet(browser, addresses, folder, scheme, width=1280)
        sheet(browser, addresses, folder, "light", width=390)
        browser.close()


def sheet(
    browser: Browser, addresses: list[str], folder: Path, scheme: Literal["light", "dark"], *, width: int
) -> None:
    """All pages side by side, as a browser lays them out that is so wide."""
    name = f"console-{scheme}" if width > 1000 else "console-phone"  # noqa: PLR2004 - a desk's screen
    page = browser.new_page(viewport={"width": width, "height": 860}, color_scheme=scheme, reduced_motion="reduce")
    shown = []
    for number, address in enumerate(addresses):
        page.goto(address)
        page.screenshot(path=folder / f"{name}-{number}.png")
        shown.append(f"<img src='{name}-{number}.png' width='{width // 2}'>")
    page.close()
    laid = folder / f"{name}.html"
    laid.write_text(f"<body style='margin:8px;line-height:0;background:#888'>{' '.join(shown)}", encoding="utf-8")
    page = browser.new_page(viewport={"width": 3 * (640 + 8) + 8, "height": 400})
    page.goto(laid.as_uri())
    page.screenshot(path=HERE / f"{name}.jpg", type="jpeg", quality=72, full_page=True)
    page.close()


if __name__ == "__main__":
    take()
