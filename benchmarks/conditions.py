"""What somebody needs to know of a run to compare its figures with others: when, of what, on which machine."""

import os
import platform
import re
import shutil
import subprocess
import sysconfig
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.servers import ROOT

__all__ = ["conditions", "first_line", "moment"]

_PACKAGES = ("connexion", "flask", "starlette", "uvicorn", "uvloop", "httptools", "jsonschema-rs", "msgspec")


def moment(*, but_for: frozenset[str]) -> str:
    """A sentence: when it was measured, and at which commit.

    Args:
        but_for: Names of files that a run writes itself: that they changed is no change of what was measured.
    """
    return f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC at commit {_commit(but_for)}."


def conditions(*, quick: bool) -> dict[str, str]:
    """What holds for all benchmarks of a run."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    one_minute, _, _ = os.getloadavg()
    return {
        "kind of run": "quick, for trying the tool: do not quote" if quick else "full",
        "machine": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB",
        "load before the run": f"{one_minute:.2f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}, built {_optimized()} PGO",
        "packages": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        "server": "one process on core 0; both validations and the journal on; SQLite with synchronous=NORMAL",
    }


def _optimized() -> str:
    """Whether the interpreter was compiled for what programs do most, which makes it about a fifth faster."""
    flags = f"{sysconfig.get_config_var('CONFIG_ARGS')} {sysconfig.get_config_var('PY_CORE_CFLAGS')}"
    return "with" if "--enable-optimizations" in flags or "-fprofile-use" in flags else "without"


def first_line(*command: str) -> str:
    """Of what a program says of itself."""
    lines = _output(*command).splitlines() if shutil.which(command[0]) else []
    return lines[0].split(" [")[0].split(" Copyright")[0].strip() if lines else f"no {command[0]}"


def _commit(but_for: frozenset[str]) -> str:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return "unknown"
    changes = _output(git, "-C", str(ROOT), "status", "--porcelain").splitlines()
    changed = [line for line in changes if Path(line).name not in but_for]
    commit = _output(git, "-C", str(ROOT), "rev-parse", "--short", "HEAD").strip()
    return commit + (" with local changes" if changed else "")


def _processor() -> str:
    try:
        names = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout or done.stderr
