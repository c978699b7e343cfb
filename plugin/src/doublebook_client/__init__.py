"""A world of one's own in a running sandbox server: made, looked into, moved in time, thrown away.

from doublebook_client import Sandbox

with Sandbox.create("http://127.0.0.1:8080", clock="2026-03-02T08:00:00Z") as sandbox:
    client = sandbox.client("reservekit")
    client.post("bookings", json={...})
    sandbox.clock.advance(days=1)
"""

from doublebook_client.rules import Armed, Held
from doublebook_client.sandbox import Clock, Refused, Request, Sandbox, Snapshot

__all__ = ["Armed", "Clock", "Held", "Refused", "Request", "Sandbox", "Snapshot"]
