"""Orders and their invoices, on a sandbox with little more than the two of them.

The law: the totals of an order's invoices add up to its total; one of them is open exactly when something is due, and
those that are ask for all of it.
"""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from doubles import ManualClock
from harbour import HOURLY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.apis.anny.desk.till import Till
from mockserver.apis.anny.offers import SERVICES, PaymentFlow
from mockserver.apis.anny.records import (
    BOOKINGS,
    INVOICES,
    INVOICES_OF_ORDER,
    ORDERS,
    Booking,
    Edit,
    InvoiceKind,
    InvoiceStatus,
    Order,
    OrderStatus,
    Status,
)
from mockserver.sandbox.domains import Domain, SeedWorld
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore

NOW = datetime(2026, 4, 12, 8, tzinfo=UTC)
ORDER, ROOM, DESK = 1, 1, 2
DEMAND, CANCELLATION, CREDIT = InvoiceKind.DEMAND, InvoiceKind.CANCELLATION, InvoiceKind.CREDIT
OPEN, PAID, CANCELED = InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.CANCELED


def service(service_id, flow):
    return msgspec.structs.replace(HOURLY, id=service_id, payment_flow=flow)


def booking(number, total, *, status=Status.ACCEPTED, service_id="later", add_ons=()):
    return Booking(
        id=number,
        number=f"BB{number:08d}",
        code="x" * 16,
        status=status,
        order_id=ORDER,
        account_id="jane",
        customer_id="jane",
        service_id=service_id,
        resource_id="room",
        starts_at=NOW + timedelta(days=3),
        ends_at=NOW + timedelta(days=3, hours=1),
        created_at=NOW,
        updated_at=NOW,
        total=total,
        subtotal=total,
        add_ons=add_ons,
    )


def draft(*bookings):
    return Order(
        id=ORDER,
        number="BO000000001",
        access_token="x" * 30,
        status=OrderStatus.DRAFT,
        account_id="jane",
        customer_id="jane",
        booking_ids=tuple(each.id for each in bookings),
        currency="EUR",
        created_at=NOW,
        updated_at=NOW,
    )


def world(seed, epoch):
    services = [service("at-once", PaymentFlow.PAY_NOW), service("later", PaymentFlow.PAY_OFFLINE)]
    return SeedWorld([(SERVICES, each) for each in services])


class Desk:
    """What happens to one order, each time in a transaction of its own a minute later."""

    def __init__(self, sandboxes, clock, name):
        self.sandboxes = sandboxes
        self.sandbox = sandboxes.open(name)
        self.clock = clock

    def do(self, act):
        self.clock.advance(timedelta(minutes=1))
        return self.sandbox.run(self.sandboxes.domain("anny"), act, writes=True)

    @property
    def order(self):
        return self.do(lambda work: work.records(ORDERS).get(ORDER))

    @property
    def account(self):
        return self.order.account

    @property
    def invoices(self):
        found = self.do(lambda work: work.records(INVOICES).page(INVOICES_OF_ORDER, ORDER))
        return [(each.kind, each.amount, each.status) for each in found]

    @property
    def whole_invoices(self):
        return self.do(lambda work: work.records(INVOICES).page(INVOICES_OF_ORDER, ORDER))

    def booking(self, number):
        return self.do(lambda work: work.records(BOOKINGS).get(number))

    def till(self, act, *bookings):
        """Put bookings, then let the till do something with the order."""

        def work_on(work):
            for each in bookings:
                work.records(BOOKINGS).put(each)
            return act(Till(work), work.records(ORDERS).get(ORDER))

        return self.do(work_on)

    def open(self, *bookings):
        self.do(lambda work: work.records(ORDERS).put(draft(*bookings)))
        return self.till(lambda till, order: till.open(order, bookings), *bookings)

    def edit(self, number, total):
        """As the desk of edits does: the first edit is remembered."""
        before = self.booking(number)
        begun = Edit(
            starts_at=before.starts_at,
            ends_at=before.ends_at,
            resource_id=before.resource_id,
            add_ons=before.add_ons,
            participants=(),
            subtotal=before.subtotal,
            total=before.total,
            first_line=len(self.order.lines),
            expires_at=NOW,
            timer=1,
        )
        after = msgspec.structs.replace(before, total=total, edit=before.edit or begun)
        return self.till(lambda till, order: till.edited(order, before, after), after)

    def revert(self, number):
        before = self.booking(number)
        after = msgspec.structs.replace(before, total=before.edit.total, edit=None)
        return self.till(lambda till, order: till.revert(order, before), after)

    def cancel(self, fees):
        gone = [msgspec.structs.replace(self.booking(number), status=Status.CANCELED, edit=None) for number in fees]
        return self.till(lambda till, order: till.cancel(order, fees), *gone)

    def reject(self, number):
        gone = msgspec.structs.replace(self.booking(number), status=Status.REJECTED)
        return self.till(lambda till, order: till.reject(order, gone), gone)

    def turn(self, number, status):
        changed = msgspec.structs.replace(self.booking(number), status=status)
        return self.till(lambda till, order: till.restate(order), changed)

    def pay(self):
        order, owing = self.till(lambda till, order: till.pay(order))
        for number in owing:
            self.do(
                lambda work, number=number: work.records(BOOKINGS).put(
                    msgspec.structs.replace(work.records(BOOKINGS).get(number), edit=None)
                )
            )
        return order, owing


@pytest.fixture(scope="module")
def open_desk():
    domain = Domain("anny", (SERVICES, BOOKINGS, ORDERS, INVOICES), world, "1")
    store, clock = MemoryStore(), ManualClock(NOW)
    sandboxes = Sandboxes(store, (domain,), clock=clock)
    names = iter(range(10**9))
    yield lambda: Desk(sandboxes, clock, f"desk-{next(names)}")
    store.close()


@pytest.fixture
def desk(open_desk):
    return open_desk()


@pytest.fixture
def unpaid(desk):
    """249 and 100, ordered together."""
    desk.open(booking(ROOM, 24_900), booking(DESK, 10_000))
    return desk


@pytest.fixture
def paid(unpaid):
    unpaid.pay()
    return unpaid


ROWS = {
    "nothing": ("", [], [(DEMAND, 34_900, OPEN)]),
    "paid": ("paid", [], [(DEMAND, 34_900, PAID)]),
    "dearer": ("paid", [("edit", ROOM, 29_900)], [(DEMAND, 34_900, PAID), (DEMAND, 5_000, OPEN)]),
    "cheaper": ("paid", [("edit", ROOM, 19_900)], [(DEMAND, 34_900, PAID), (CREDIT, -5_000, PAID)]),
    "cheaper, unpaid": ("", [("edit", ROOM, 19_900)], [(DEMAND, 34_900, OPEN), (CREDIT, -5_000, PAID)]),
    "dearer and back": (
        "paid",
        [("edit", ROOM, 29_900), ("edit", ROOM, 24_900)],
        [(DEMAND, 34_900, PAID), (DEMAND, 5_000, CANCELED), (CREDIT, -5_000, PAID)],
    ),
    "dearer and back, unpaid": (
        "",
        [("edit", ROOM, 100_000), ("edit", ROOM, 24_900)],
        [(DEMAND, 34_900, OPEN), (DEMAND, 75_100, CANCELED), (CREDIT, -75_100, PAID)],
    ),
    "as dear": ("paid", [("edit", ROOM, 24_900)], [(DEMAND, 34_900, PAID)]),
    "dearer, reverted": (
        "paid",
        [("edit", ROOM, 29_900), ("revert", ROOM)],
        [(DEMAND, 34_900, PAID), (DEMAND, 5_000, CANCELED), (CANCELLATION, -5_000, PAID)],
    ),
    "dearer, reverted and paid": (
        "",
        [("edit", ROOM, 100_000), ("revert", ROOM), ("pay",)],
        [(DEMAND, 34_900, PAID), (DEMAND, 75_100, CANCELED), (CANCELLATION, -75_100, PAID)],
    ),
    "cheaper, reverted": (
        "paid",
        [("edit", ROOM, 19_900), ("revert", ROOM)],
        [(DEMAND, 34_900, PAID), (CREDIT, -5_000, PAID), (CANCELLATION, 5_000, PAID)],
    ),
    "both free, one reverted": (
        "",
        [("edit", DESK, 0), ("edit", ROOM, 0), ("revert", ROOM)],
        [
            (DEMAND, 34_900, CANCELED),
            (CREDIT, -10_000, PAID),
            (CREDIT, -24_900, PAID),
            (CANCELLATION, 24_900, OPEN),
        ],
    ),
    "canceled for nothing": (
        "paid",
        [("cancel", {ROOM: 0})],
        [(DEMAND, 34_900, PAID), (CANCELLATION, -24_900, PAID)],
    ),
    "canceled for all of it": (
        "paid",
        [("cancel", {ROOM: 24_900})],
        [(DEMAND, 34_900, PAID), (CANCELLATION, -24_900, PAID), (DEMAND, 24_900, PAID)],
    ),
    "canceled, unpaid": (
        "",
        [("cancel", {DESK: 0}), ("cancel", {ROOM: 12_450})],
        [
            (DEMAND, 34_900, CANCELED),
            (CANCELLATION, -10_000, PAID),
            (CANCELLATION, -24_900, PAID),
            (DEMAND, 12_450, OPEN),
        ],
    ),
    "canceled, then paid": (
        "",
        [("cancel", {DESK: 0, ROOM: 12_450}), ("pay",)],
        [(DEMAND, 34_900, CANCELED), (CANCELLATION, -34_900, PAID), (DEMAND, 12_450, PAID)],
    ),
    "canceled with an edit that was not paid": (
        "paid",
        [("edit", ROOM, 40_000), ("cancel", {ROOM: 40_000})],
        [
            (DEMAND, 34_900, PAID),
            (DEMAND, 15_100, CANCELED),
            (CANCELLATION, -40_000, PAID),
            (DEMAND, 40_000, OPEN),
        ],
    ),
}
"""Whether it was paid, what then happens, and all invoices."""


@pytest.mark.parametrize(("was", "course", "invoices"), ROWS.values(), ids=ROWS)
def test_what_happens_to_an_order_is_told_by_its_invoices(unpaid, was, course, invoices):
    if was:
        unpaid.pay()
    for what, *details in course:
        getattr(unpaid, what)(*details)

    assert unpaid.invoices == invoices


def test_a_revert_leaves_the_edits_of_other_bookings(paid):
    paid.edit(ROOM, 19_900)
    paid.edit(DESK, 12_000)
    paid.edit(ROOM, 26_900)

    order = paid.revert(ROOM)

    assert (order.account.charged(ROOM), order.account.charged(DESK), order.account.due()) == (24_900, 12_000, 2_000)
    assert paid.invoices[-1] == (CANCELLATION, -2_000, PAID)


def test_bookings_canceled_together_are_taken_back_with_one_invoice(paid):
    order = paid.cancel({ROOM: 10_000, DESK: 5_000})

    assert (order.status, order.account.charged(), order.account.refunded()) == ("canceled", 15_000, 19_900)
    assert paid.invoices[1:] == [(CANCELLATION, -34_900, PAID), (DEMAND, 15_000, PAID)]
    assert [each.items for each in paid.whole_invoices[1:]] == [2, 2]


# The law

numbers = st.integers(1, 4)
prices = st.sampled_from([0, 1, 5_000, 9_999, 24_900])
happenings = st.one_of(
    st.tuples(st.just("edit"), numbers, prices),
    st.tuples(st.just("revert"), numbers, st.none()),
    st.tuples(st.just("cancel"), numbers, st.integers(0, 100)),
    st.tuples(st.just("reject"), numbers, st.none()),
    st.tuples(st.just("pay"), st.none(), st.none()),
)


def is_possible(desk, what, number):
    if what == "pay":
        return desk.account.due() > 0
    record = desk.booking(number)
    return {
        "edit": record.status is Status.ACCEPTED,
        "revert": record.edit is not None,
        "cancel": record.status in {Status.ACCEPTED, Status.REQUESTED},
        "reject": record.status is Status.REQUESTED,
    }[what]


def happen(desk, what, number, detail):
    if what == "cancel":
        desk.cancel({number: desk.account.charged(number) * detail // 100})
    else:
        getattr(desk, what)(*[each for each in (number, detail) if each is not None])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(prices, min_size=4, max_size=4), st.lists(happenings, max_size=15))
def test_invoices_add_up_and_one_is_open_exactly_when_something_is_due(open_desk, totals, course):
    desk = open_desk()
    waits = {4: Status.REQUESTED}
    ordered = [
        booking(number, total, status=waits.get(number, Status.ACCEPTED))
        for number, total in enumerate(totals, start=1)
    ]
    desk.open(*ordered)
    for what, number, detail in course:
        if not is_possible(desk, what, number):
            continue

        happen(desk, what, number, detail)

        account = desk.account
        still_open = [amount for _, amount, status in desk.invoices if status is OPEN]
        assert sum(amount for _, amount, _ in desk.invoices) == account.charged()
        assert bool(still_open) == (account.due() > 0)
        assert sum(still_open) >= account.due() == account.charged() - account.kept()
        assert all(amount > 0 for amount in still_open)
        for each in account.subjects():
            record = desk.booking(each)
            assert record.is_final or account.charged(each) == record.total
