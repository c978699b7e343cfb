"""What is needed to draw a record for somebody: where to find others, who looks, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mockserver.apis.anny.records import INVOICES, INVOICES_OF_ORDER, Booking, Invoice, Order
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Part, Viewer
from mockserver.sandbox.work import Work

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """*base_path* is what addresses begin with. What belongs to an order is looked up once for one document."""

    work: Work
    viewer: Viewer
    base_path: str
    _bookings: dict[int, Sequence[Booking]] = field(default_factory=dict, init=False)
    _invoices: dict[int, Sequence[Invoice]] = field(default_factory=dict, init=False)

    @property
    def register(self) -> Register:
        return Register(self.work)

    @property
    def now(self) -> datetime:
        return self.work.now

    def part_in(self, booking: Booking) -> Part:
        return self.viewer.part_in(booking)

    def bookings_of(self, order: Order) -> Sequence[Booking]:
        found = self._bookings.get(order.id)
        if found is None:
            found = self._bookings[order.id] = self.register.bookings_of(order)
        return found

    def invoices_of(self, order: Order) -> Sequence[Invoice]:
        """The first is that of what was ordered."""
        found = self._invoices.get(order.id)
        if found is None:
            found = self._invoices[order.id] = self.work.records(INVOICES).page(INVOICES_OF_ORDER, order.id)
        return found
