"""The pages of the console, by their addresses below that of a sandbox."""

from collections.abc import Mapping

from mockserver.console.frame import Page
from mockserver.console.views.apis import Apis
from mockserver.console.views.booking import Booking
from mockserver.console.views.calendar import Calendar
from mockserver.console.views.faults import Faults
from mockserver.console.views.finding import Finding
from mockserver.console.views.overview import Overview
from mockserver.console.views.requests import OneRequest, Requests
from mockserver.console.views.sandboxes import Sandboxes
from mockserver.console.views.snapshots import Snapshots
from mockserver.console.views.time import Time
from mockserver.console.views.webhooks import OneDelivery, Webhooks

__all__ = ["PAGES", "Sandboxes"]

PAGES: Mapping[str, type[Page]] = {
    "": Overview,
    "/calendar": Calendar,
    "/calendar/<api>": Calendar,
    "/bookings/<api>/<id>": Booking,
    "/requests": Requests,
    "/requests/<id>": OneRequest,
    "/webhooks": Webhooks,
    "/webhooks/<api>/<id>": OneDelivery,
    "/time": Time,
    "/faults": Faults,
    "/snapshots": Snapshots,
    "/apis": Apis,
    "/find": Finding,
}
