"""Runs a printed curl command: by curl, or, on a machine without it, as curl would; and pastes several into one shell."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template

import httpx

__all__ = ["can_paste", "paste", "run_curl"]

_MARK = "=== NEXT ==="


def can_paste() -> bool:
    """Whether this machine has what pasted lines call."""
    return all(map(shutil.which, ("bash", "curl", "jq")))


def paste(steps: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """What each of *steps*, lines with a curl command among them, prints where one shell in *folder* reads them all."""
    quietly = (re.sub(r"\bcurl (-s )?", "curl -s ", step, count=1) for step in steps)
    script = "".join(f"echo; echo {_MARK}\n{step}\n" for step in quietly)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [said.removesuffix("\n") for said in done.stdout.split(f"{_MARK}\n")[1:]]


def run_curl(command: str, environment: Mapping[str, str] | None = None) -> str:
    """What *command* prints; *environment* holds the variables a shell would fill in."""
    environment = {**os.environ, **(environment or {})}
    if shutil.which("curl"):
        line = command.replace("curl", "curl -s", 1)
        return subprocess.run(
            ["sh", "-c", line], check=True, env=environment, capture_output=True, text=True, timeout=10
        ).stdout
    return _as_curl(iter(shlex.split(command.replace("\\\n", " "))), environment)


def _as_curl(words: Iterator[str], environment: Mapping[str, str]) -> str:
    method, url, headers, body, with_head = "GET", "", {}, None, False
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = Template(value).safe_substitute(environment)
        elif word == "-d":
            body = next(words)
        elif word == "-i":
            with_head = True
        elif word.startswith("http"):
            url = word
    answer = httpx.request(method, url, headers=headers, content=body)
    lines = [f"HTTP/1.1 {answer.status_code}", *(f"{name}: {value}" for name, value in answer.headers.items()), "", ""]
    return ("\r\n".join(lines) if with_head else "") + answer.text
