"""What rules cost where none is armed. What they do stands in `tests/control/test_control_rules.py` and `tests/e2e/test_wire_faults.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from doubles import Client

PLAIN = """
import sys
from doubles import Client
from mockserver.app import build_app
from mockserver.settings import Settings

app = build_app(Settings(apis=("reservekit",), allowed_hosts=("sandbox",)))
client = Client(app, base="/v1", headers={"Authorization": "Bearer sk_rsv_demo_alpha"})
read = [client.get("/services?page=1", headers=headers).status_code for headers in ({}, {"Accept": "*/*"})]
before = "mockserver.web.arming" in sys.modules
client.get("/services?page=1", headers={"Prefer": "explain"})
print(read, before, "mockserver.web.arming" in sys.modules)
"""


def test_what_arms_is_read_when_it_is_first_needed():
    support = Path(__file__).parents[1] / "support"
    environment = {**os.environ, "PYTHONPATH": str(support)}
    done = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True, env=environment)

    assert done.stdout == "[200, 200] False True\n"


def calls_of(act):
    """How many functions are called while *act* runs."""
    made = 0

    def count(_frame, event, _argument):
        nonlocal made
        made += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.usefixtures("in_memory")  # how often a network is waited for is not the same twice
def test_a_request_costs_the_same_beside_a_sandbox_that_is_armed(reservekit):
    control = Client(reservekit.app, base="/_sandbox")

    def ask():
        return reservekit.get("/services?page=1")

    ask()
    before = calls_of(ask)
    armed = {"api": "reservekit", "on": {}, "do": {"what": "rst"}}
    assert control.post("/sandboxes/other/rules", armed).status_code == 201

    assert calls_of(ask) == before
