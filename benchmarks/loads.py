"""What `wrk` asks: one booking, a page of ten, a new booking that is never refused.

A new booking takes a place of slot 456, which has eight on each date, for a customer nobody has seen: eight requests to
a date, each run in its own 800 years. What was answered comes back as one line of JSON.
"""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.client import KEY
from benchmarks.servers import LOAD_CORE, CannotRun, pinned

__all__ = ["CONNECTIONS", "GET", "LIST", "LOADS", "PLACES", "POST", "Load", "Outcome", "new_booking", "press"]

CONNECTIONS = 16
PLACES = 8
_FIRST_DAY = date(2100, 1, 1)
_DAYS_PER_RUN = 300_000
MOST_RUNS = (date.max - _FIRST_DAY).days // _DAYS_PER_RUN


@dataclass(frozen=True, slots=True)
class Load:
    name: str
    method: str
    path: str
    status: int


GET = Load("GET one booking", "GET", "/bookings/789", 200)
LIST = Load("GET a page of 10", "GET", "/bookings?service_id=123&page=1&page_size=10", 200)
POST = Load("POST a booking", "POST", "/bookings", 201)
LOADS = (GET, LIST, POST)
"""Reads come first, so that every server reads from the same few bookings."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. `refused` counts answers of 400 and above, `broken` connections that failed or waited too long."""

    answered: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


_SCRIPT = """
wrk.headers["Authorization"] = "Bearer %(key)s"
local writes, run = false, 0
local made, day = 0, ""

function init(args)
  writes, run = args[1] == "POST", tonumber(args[2])
  if writes then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
  end
end

-- wrk.format walks over all headers for each request, which at ten thousand a second is what limits wrk and not the
-- server: what all requests share is written once.
local shared

local function read()
  shared = shared or wrk.format()
  return shared
end

local function write()
  if made %% %(places)d == 0 then
    local days = run * %(days_per_run)d + made / %(places)d
    day = os.date("!%%Y-%%m-%%d", %(first_day)d + days * 86400)
  end
  made = made + 1
  if not shared then
    shared = wrk.method .. " " .. wrk.path .. " HTTP/1.1\\r\\n"
    for name, value in pairs(wrk.headers) do shared = shared .. name .. ": " .. value .. "\\r\\n" end
    shared = shared .. "Content-Length: "
  end
  local body = '{"date":"' .. day .. '","time_slot_id":456,"customer_name":"Jane Doe",'
    .. '"customer_email":"jane.' .. run .. '.' .. made .. '@example.com","customer_phone":"+12025550185",'
    .. '"message":"First-time client consultation"}'
  return shared .. #body .. "\\r\\n\\r\\n" .. body
end

function request()
  return writes and write() or read()
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    'OUTCOME {"answered":%%d,"seconds":%%.6f,"p50_ms":%%.3f,"p99_ms":%%.3f,"refused":%%d,"broken":%%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.status, e.connect + e.read + e.write + e.timeout))
end
"""


def press(base_url: str, load: Load, *, seconds: float, run: int) -> Outcome:
    """Send *load* for some seconds to a server from the other core, as fast as the answers come.

    Args:
        run: Below MOST_RUNS; no two runs of POST on one server may share it.

    Raises:
        CannotRun: `wrk` is not here, or says nothing.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise CannotRun("throughput needs wrk, which is not here.")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(_script(), encoding="ascii")
        command = [
            *(wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(script)),
            *(base_url + load.path, "--", load.method, str(run)),
        ]
        done = subprocess.run(pinned(command, LOAD_CORE), capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("OUTCOME "):
            return Outcome(**json.loads(line.removeprefix("OUTCOME ")))
    raise CannotRun(f"wrk says nothing about {load.name}: {done.stderr.strip() or done.stdout.strip()}")


def new_booking(number: int) -> dict[str, Any]:
    """The same booking as the load's, for requests that are not counted: of another century, so they never meet."""
    return {
        "date": (date(2030, 1, 1) + timedelta(days=number // PLACES)).isoformat(),
        "time_slot_id": 456,
        "customer_name": "Jane Doe",
        "customer_email": f"jane.{number}@example.com",
        "customer_phone": "+12025550185",
        "message": "First-time client consultation",
    }


def _script() -> str:
    first_day = (_FIRST_DAY - date(1970, 1, 1)).days * 86_400
    return _SCRIPT % {"key": KEY, "places": PLACES, "days_per_run": _DAYS_PER_RUN, "first_day": first_day}
