"""Takes the README's pictures: `make pictures` runs the kit on a sandbox whose cancels keep their places (RK-B13).

`verdict.svg` is what the terminal shows, without a font from elsewhere; `report.png` the top of the HTML page.
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
from unittest.mock import patch

from playwright.sync_api import sync_playwright
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from contract_tests.cli import main

HERE = Path(__file__).parent
COLUMNS = 124


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The README's second server."""
    ready = folder / "ready.json"
    options = ["--port", "8081", "--defect", "RK-B13", "--ready-file", ready, "--until-pid", str(os.getpid())]
    command = [sys.executable, "-m", "mockserver", "serve", "reservekit", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while not ready.exists() and process.poll() is None:
                time.sleep(0.1)
            yield json.loads(ready.read_text(encoding="utf-8"))["url"]
        finally:
            process.terminate()


def take() -> None:
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as url:
        call = ["run", "reservekit", "--base-url", url, "--suite", "laws"]
        console = Console(file=io.StringIO(), record=True, width=COLUMNS, highlight=False)
        with patch("contract_tests.cli.terminal_console", lambda: console):
            main([*call, "--rule", "RK-B13", "--fail-fast"])
        drawn = console.export_svg(title="contract-tests run reservekit", code_format=without_fonts(CONSOLE_SVG_FORMAT))
        (HERE / "verdict.svg").write_text(drawn, encoding="utf-8")
        report = Path(name) / "report.html"
        main([*call, "--report", f"html={report}"])
        photograph(report, HERE / "report.png")


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


if __name__ == "__main__":
    take()
