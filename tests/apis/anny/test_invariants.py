"""A busy week of a whole house, for as long as Hypothesis likes, beside a bookkeeper; see `anny_bookkeeper`.

They say beforehand what each call will answer, and afterwards what bookings, orders and invoices say.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from anny_bookkeeper import (
    ALSTER,
    BERLIN,
    DONE,
    EARLY,
    EDITING,
    ELBE,
    FORBIDDEN,
    HELD,
    HOLD,
    INVALID,
    LATE,
    MADE,
    MISSING,
    PLACES,
    SERVICES,
    STANDS,
    STUDIO,
    WAITS,
    Book,
    Booking,
    Edit,
    Order,
    at,
    no,
)
from anny_world import add_on, resource, said, service
from examples import examples
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

CUSTOMERS = ("jane", "max", "nora")
STRANGER, ADMIN = "zoe", "admin"


def number_in(uuid):
    return int(uuid[-12:])


def written(moment):
    return moment.astimezone(UTC).isoformat()


def read(text):
    return text and datetime.fromisoformat(text)


def cents(amount):
    found = round(amount * 100)
    assert found / 100 == amount, f"{amount} is no whole number of cents"
    return found


def selection(add_ons):
    return [{"add_on_id": add_on(number), "quantity": quantity} for number, quantity in add_ons.items()]


def answered(response):
    """(status, code, kind of unavailability)."""
    status, code = said(response)
    kind = response.json()["errors"][0].get("meta", {}).get("unavailability_type") if code else None
    return status, code or None, kind


class Week:
    """Everybody who calls, and the bookkeeper."""

    def __init__(self, open_world):
        self.world = open_world()
        self.world.wait(days=6, hours=12)
        self.book = Book(datetime(2026, 3, 8, 12, tzinfo=UTC))
        self.people = {name: self.world.enter(f"anny_customer_{name}") for name in (*CUSTOMERS, STRANGER)}
        self.admin = self.people[ADMIN] = self.world.admin
        self.read_the_world()
        self.claims = self.book.claims()

    # What is there to begin with

    def read_the_world(self):
        orders = {order["id"]: order for order in self.listed("orders", include="customer")}
        for each in self.listed("bookings", include="booking_add_ons.add_on,booking_participants,customer"):
            booking = self.read_booking(each)
            self.book.bookings[booking.id] = booking
            if booking.order is not None:
                order = self.book.orders.setdefault(booking.order, Order(booking.order, booking.owner, []))
                order.bookings.append(booking.id)
        for number, each in orders.items():
            self.read_order(self.book.orders.setdefault(int(number), Order(int(number), "max", [])), each)

    def read_booking(self, each):
        attributes, related = each["attributes"], each["relationships"]
        named = {name: related[name]["data"] for name in ("service", "order", "customer")}
        booking = Booking(
            id=int(each["id"]),
            order=named["order"] and int(named["order"]["id"]),
            owner=named["customer"] and ("jane", "max", "lena")[number_in(named["customer"]["id"]) - 1],
            service=named["service"] and SERVICES[number_in(named["service"]["id"])],
            room=number_in(related["resource"]["data"]["id"]),
            start=read(attributes["start_date"]),
            end=read(attributes["end_date"]),
            status=attributes["status"],
            weight=attributes["weight"],
            people=len(related["booking_participants"]["data"]),
            series=attributes["series_id"],
            master=attributes["is_series_master"],
            sold_together=attributes["series_type"] == "series",
        )
        for choice in related["booking_add_ons"]["data"]:
            chosen = self.included["booking-add-ons", choice["id"]]
            number = number_in(chosen["relationships"]["add_on"]["data"]["id"])
            booking.add_ons[number] = chosen["attributes"]["quantity"]
        return booking

    def read_order(self, order, each):
        attributes, meta = each["attributes"], each["meta"]
        order.status = attributes["status"]
        if order.status == "draft":
            self.book.carts[order.owner] = order.id
            return
        live = [booking for booking in self.book.of(order) if booking.lives]
        for booking in live:
            booking.charged = booking.total
            booking.kept = booking.total if cents(meta["paid_amount"]) else 0
        order.ordered = cents(attributes["total"]) - cents(attributes["modification_total"])
        order.gone = cents(attributes["total"]) - sum(booking.charged for booking in live)
        order.paid = cents(meta["paid_amount"])
        order.refunds = [(int(one["booking_id"]), cents(one["amount"]), one["reason"]) for one in meta["refunds"]]

    # What is asked

    def listed(self, kind, **query):
        found = self.admin.read(f"/{kind}", **{"page[size]": 250, **query})
        assert found["meta"]["page"]["last-page"] == 1
        self.included = {(each["type"], each["id"]): each for each in found.get("included", ())}
        return found["data"]

    def pick(self, number, among=lambda _: True):
        """Any booking that is somebody's, rather one of a kind."""
        everything = [each for each in self.book.bookings.values() if each.service is not None]
        found = [each for each in everything if among(each)] or everything
        return found[number % len(found)]

    def caller(self, booking, who):
        """Mostly the owner."""
        return {0: ADMIN, 1: STRANGER}.get(who, booking.owner)

    # What is booked

    def wanted(self, name, what, where, day, slot, length, weight=1, add_ons=()):
        wanted = SERVICES[what]
        room = wanted.rooms[where % len(wanted.rooms)] if where < 90 else list(PLACES)[where % len(PLACES)]
        start = at(self.book.now.astimezone(BERLIN) + timedelta(days=day), 8) + timedelta(minutes=slot)
        chosen = {number: quantity for number, quantity in add_ons if number in wanted.add_ons and quantity}
        return Booking(
            id=0,
            order=None,
            owner=name,
            service=wanted,
            room=room,
            start=start.astimezone(UTC),
            end=start.astimezone(UTC) + timedelta(minutes=length),
            status=WAITS if wanted.approval else STANDS,
            weight=weight,
            add_ons=chosen,
        )

    def sent(self, wanted):
        what = service(wanted.service.number)
        return {
            "start_date": wanted.start.astimezone(BERLIN).isoformat(),
            "end_date": written(wanted.end),
            "service_id": what if wanted.weight == 1 else {what: wanted.weight},
            "resource_id": resource(wanted.room),
        }

    def keep(self, booking, answer):
        booking.order = answer["order"]
        booking.id = answer["id"]
        self.book.bookings[booking.id] = booking
        order = self.book.orders.setdefault(booking.order, Order(booking.order, booking.owner, []))
        order.bookings.append(booking.id)
        return order

    def book_at_once(self, name, **details):
        wanted = self.wanted(name, **details)
        expected = MADE
        if not wanted.service.instant:
            expected = no("instant_booking_not_supported")
        elif (obstacle := self.book.obstacle(wanted)) is not None:
            expected = no("unavailable_interval", obstacle)

        answer = self.people[name].post("/bookings/instant", self.sent(wanted))

        assert answered(answer) == expected
        if expected == MADE:
            made = answer.json()["data"]
            order = self.keep(
                wanted, {"id": int(made["id"]), "order": int(made["relationships"]["order"]["data"]["id"])}
            )
            self.book.open(order)

    def put_into_the_cart(self, name, second, **details):
        wanted = self.wanted(name, **details)
        wanted.status, wanted.hold_ends = HELD, self.book.now + HOLD
        rooms = [wanted.room, *([ALSTER, 12][second - 1 : second])]
        obstacles = [self.book.obstacle(replace(wanted, room=room)) for room in rooms]
        free = next((room for room, obstacle in zip(rooms, obstacles, strict=True) if obstacle is None), None)
        expected = no("unavailable_interval", obstacles[0]) if free is None else MADE

        body = {
            **self.sent(wanted),
            "resource_id": [resource(room) for room in rooms],
            "add_ons_by_service": {service(wanted.service.number): [selection(wanted.add_ons)]},
        }
        answer = self.people[name].post("/order/bookings", body)

        assert answered(answer) == expected
        if expected == MADE:
            wanted.room = free
            cart = answer.json()["data"]
            held = {int(each["id"]) for each in cart["relationships"]["bookings"]["data"]}
            number = int(cart["id"])
            known = set(self.book.orders[number].bookings) if number in self.book.orders else set()
            assert self.book.carts.setdefault(name, number) == number
            (made,) = held - known
            self.keep(wanted, {"id": made, "order": number})

    def submit(self, name, number):
        """Mostly for somebody who has something in a cart."""
        filled = [who for who, cart in self.book.carts.items() if self.book.orders[cart].bookings]
        name = filled[number % len(filled)] if filled and number % 5 else name
        order = self.book.cart_of(name)
        expected = MISSING if order is None else DONE if order.bookings else no("order_not_open")

        assert answered(self.people[name].submit()) == expected

        if order is not None and expected == DONE:
            del self.book.carts[name]
            for booking in self.book.of(order):
                booking.status = WAITS if booking.offer.approval else STANDS
                booking.hold_ends = None
            self.book.open(order)

    def empty(self, name):
        order = self.book.cart_of(name)

        assert answered(self.people[name].get("/order/bookings/delete-all")) == (DONE if order else MISSING)

        if order is not None:
            for number in order.bookings:
                del self.book.bookings[number]
            order.bookings = []

    def pay(self, who, number):
        orders = list(self.book.orders.values())
        owing = [order for order in orders if self.book.due(order)] or orders
        order = (owing if who else orders)[number % len(owing if who else orders)]
        caller = self.caller(order, who)
        if caller == STRANGER:
            expected = FORBIDDEN
        else:
            expected = DONE if order.status != "draft" and self.book.due(order) else no("order_not_open")

        assert answered(self.people[caller].post(f"/orders/{order.id}/pay")) == expected

        if expected == DONE:
            for booking in self.book.of(order):
                if booking.kept < booking.charged:
                    order.paid += booking.charged - booking.kept
                    booking.kept, booking.edit = booking.charged, None

    # What becomes of it

    def decide(self, number, accept):
        booking = self.pick(number, among=lambda each: each.status == WAITS)
        expected = DONE if booking.status == WAITS else no("booking_not_pending")

        assert answered(self.admin.decide(booking.id, "accepted" if accept else "rejected")) == expected

        if expected == DONE:
            if accept:
                booking.status = STANDS
            else:
                booking.status, booking.charged = "rejected", 0
                self.book.settle(booking, "rejection")
            self.book.restate(self.book.orders[booking.order])

    def cancel(self, who, number, lively):
        """A preview first, at the same moment."""
        booking = self.pick(number, among=lambda each: not lively or self.book.can_be_canceled(each))
        caller = self.caller(booking, who)
        reached = self.book.reach(booking)
        expected = FORBIDDEN if caller == STRANGER else DONE if reached else no("booking_not_cancelable")
        fees = {each.id: self.book.fee(each) for each in reached}
        order = self.book.orders[booking.order]

        preview = self.people[caller].get(f"/bookings/{booking.id}/cancellation-preview")
        assert answered(preview) == expected
        before = self.admin.order(order.id)
        assert answered(self.people[caller].cancel(booking.id)) == expected

        if expected == DONE:
            promised = preview.json()["data"]["attributes"]
            self.check_preview(promised, booking, reached, fees)
            after = self.admin.order(order.id)
            before, after = (cents(each["meta"]["refunded_amount"]) for each in (before, after))
            assert after - before == cents(promised["refund_amount"])
            for each in reached:
                each.status, each.edit, each.charged = "canceled", None, fees[each.id]
                self.book.settle(each, "cancellation")
            self.book.restate(order)

    def check_preview(self, found, booking, reached, fees):
        dates = [each for each in reached if not each.master]
        now, later = self.book.tier(dates[0])
        deadline = dates[0].start - timedelta(minutes=now[0])
        assert {name: found[name] for name in ("status", "deadline", "cancelable_until", "series_scope")} == {
            "status": booking.status,
            "deadline": written(deadline),
            "cancelable_until": written(dates[0].start - dates[0].service.until) if dates[0].service.until else None,
            "series_scope": "series" if booking.master or booking.sold_together else "single",
        }
        assert {int(each) for each in found["affected_booking_ids"]} == {each.id for each in reached}
        assert [cents(found[name]) for name in ("base_amount", "fee_amount", "refund_amount", "amount_due")] == [
            sum(each.total for each in dates),
            sum(fees.values()),
            sum(max(each.kept - fees[each.id], 0) for each in dates),
            sum(max(fees[each.id] - each.kept, 0) for each in dates),
        ]
        assert found["fee_percentage"] == (now[1] if len({self.book.tier(each)[0] for each in dates}) == 1 else None)
        following = found["next_tier"] and (found["next_tier"]["fee_value"], found["next_tier"]["from"])
        assert following == (later and (later[1], written(deadline)))

    # What is edited

    def begin_an_edit(self, booking, after):
        """None where that is over at once."""
        edit = booking.edit
        refunds = sum(each[0] == booking.id for each in self.book.orders[booking.order].refunds)
        expires = min(edit.expires if edit else self.book.now + EDITING, booking.start, after.start)
        return Edit(edit.before if edit else replace(booking), expires, edit.refunds if edit else refunds)

    def apply(self, booking, after):
        after.edit = self.begin_an_edit(booking, after)
        after.charged += after.total - booking.total
        self.book.bookings[booking.id] = after
        self.book.settle(after, "edit")

    def move(self, who, number, nudge, stay, **details):
        """Somewhere else, or by no more than its own length."""
        booking = self.pick(number, among=lambda each: self.book.against_editing(each) is None)
        if nudge:
            length = timedelta(minutes=nudge)
            after = replace(booking, start=booking.start + length, end=booking.end + length)
        else:
            wanted = self.wanted(booking.owner, booking.service.number, **details)
            after = replace(booking, start=wanted.start, end=wanted.end, room=booking.room if stay else wanted.room)
        caller = self.caller(booking, who)
        expected = FORBIDDEN if caller == STRANGER else self.book.against_editing(booking)
        if expected is None and after.room != booking.room and booking.service.fixed:
            expected = no("booking_not_editable")
        if expected is None and (obstacle := self.book.obstacle(after)) is not None:
            expected = no("unavailable_interval", obstacle)

        body = {"start_date": written(after.start), "end_date": written(after.end), "resource_id": resource(after.room)}
        if stay or nudge:
            del body["resource_id"]
        answer = self.people[caller].post(f"/bookings/{booking.id}/edit-booking-base-data", body)

        assert answered(answer) == (expected or DONE)
        if expected is None:
            self.apply(booking, after)

    def choose(self, who, number, add_ons):
        booking = self.pick(
            number, among=lambda each: self.book.against_editing(each) is None and each.service.number == 2
        )
        after = replace(booking, add_ons={one: quantity for one, quantity in add_ons if quantity})
        caller = self.caller(booking, who)
        expected = FORBIDDEN if caller == STRANGER else self.book.against_editing(booking)
        if expected is None and booking.service.fixed:
            expected = no("service_options_not_editable")
        if expected is None and not set(after.add_ons) <= set(booking.service.add_ons):
            expected = INVALID

        body = {"addons": selection(after.add_ons)}
        answer = self.people[caller].post(f"/bookings/{booking.id}/edit-service-options", body)

        assert answered(answer) == (expected or DONE)
        if expected is None:
            self.apply(booking, after)

    def bring(self, who, number, people):
        booking = self.pick(number, among=lambda each: self.book.against_editing(each) is None)
        after = replace(booking, people=people)
        caller = self.caller(booking, who)
        expected = FORBIDDEN if caller == STRANGER else self.book.against_editing(booking)
        if expected is None and booking.service.fixed:
            expected = no("booking_not_editable")

        body = {"participants": [{"email": f"guest-{each}@example.com"} for each in range(people)]}
        answer = self.people[caller].post(f"/bookings/{booking.id}/edit-participants", body)

        assert answered(answer) == (expected or DONE)
        if expected is None:
            self.apply(booking, after)

    def revert(self, who, number):
        booking = self.pick(number, among=lambda each: each.edit is not None)
        caller = self.caller(booking, who)
        expected = FORBIDDEN if caller == STRANGER else DONE if booking.edit else no("no_edit_in_progress")

        assert answered(self.people[caller].get(f"/bookings/{booking.id}/cancel-edit-booking")) == expected

        if expected == DONE:
            order = self.book.orders[booking.order]
            own = [number for number, each in enumerate(order.refunds) if each[0] == booking.id]
            for position in reversed(own[booking.edit.refunds :]):
                del order.refunds[position]
            self.book.bookings[booking.id] = booking.edit.before

    # At the door

    def check_in(self, number):
        booking = self.pick(number, among=self.is_expected)
        expected = DONE if self.is_expected(booking) and booking.came is None else no("check_in_not_possible")

        assert answered(self.admin.post(f"/bookings/{booking.id}/check-in")) == expected

        if expected == DONE:
            booking.came, booking.edit = self.book.now, None

    def is_expected(self, booking):
        return (
            booking.room == ELBE
            and booking.status == STANDS
            and booking.start - EARLY <= self.book.now < booking.start + LATE
        )

    def check_out(self, number):
        booking = self.pick(number, among=lambda each: each.came is not None)
        possible = booking.status == STANDS and booking.came is not None and booking.left is None

        answer = self.admin.post(f"/bookings/{booking.id}/check-out")

        assert answered(answer) == (DONE if possible else no("check_in_not_possible"))
        if possible:
            booking.left, booking.edit = self.book.now, None

    # Time

    def time_passes(self, minutes):
        self.world.wait(minutes=minutes)
        self.book.passes(timedelta(minutes=minutes))

    def somebody_is_expected(self, minutes):
        """It is so many minutes after the start of the next booking at Elbe."""
        starts = [each.start for each in self.book.bookings.values() if each.room == ELBE and each.lives]
        length = min((each for each in starts if each > self.book.now), default=self.book.now) - self.book.now
        self.time_passes(max(length // timedelta(minutes=1) + minutes, 0))

    # What stands there

    def ask_what_is_free(self, what, where, day, length):
        wanted = self.wanted("nora", what, where, day, 0, length)
        self.check_starts(SERVICES[what], wanted.room, wanted.start, length)

    def check_starts(self, offered, room, day, length):
        """Every start of a day, with why it is none."""
        found = self.world.nobody.get(
            "/availability/start",
            date=f"{day.astimezone(BERLIN):%Y-%m-%d}",
            service_id=service(offered.number),
            resource_id=resource(room),
            duration=length,
        )
        assert found.status_code == 200
        for each in found.json():
            start = read(each["start_date"])
            end = start + timedelta(minutes=length)
            wanted = Booking(0, None, None, offered, room, start, end, HELD)
            assert each["unavailability_type"] == self.book.obstacle(wanted)
            assert each["available"] == (each["unavailability_type"] is None)
            if each["available"]:
                left = PLACES[room] - self.book.taken(room, *wanted.busy)
                assert each["remaining_number_available"] == left

    def check(self):
        self.book.passes(timedelta(0))  # what was accepted too late for anybody to come in time is missed at once
        bookings, orders = self.listed("bookings"), self.listed("orders")
        self.check_bookings(bookings)
        self.check_places(bookings)
        self.check_orders(orders)
        self.check_invoices(orders)
        self.check_what_is_free()

    def check_what_is_free(self):
        """Wherever something has been taken or given back."""
        before, self.claims = self.claims, self.book.claims()
        changed = {(room, begins.date()) for _, room, begins, *_ in before ^ self.claims}
        for room, day in changed:
            offered = SERVICES[7] if room == STUDIO else SERVICES[1]
            self.check_starts(offered, room, datetime.combine(day, time(12), UTC), 60)

    def check_bookings(self, listed):
        found = {int(each["id"]): each for each in listed}
        assert set(found) == set(self.book.bookings)
        for number, booking in self.book.bookings.items():
            attributes, related, meta = (found[number][name] for name in ("attributes", "relationships", "meta"))
            begins, ends = booking.busy
            assert attributes["status"] == booking.status
            assert attributes["start_date"] == written(booking.start)
            assert attributes["end_date"] == written(booking.end)
            assert attributes["blocker_start_date"] == written(begins)
            assert attributes["blocker_end_date"] == written(ends)
            assert attributes["weight"] == booking.weight
            assert cents(attributes["total"]) == booking.total
            assert attributes["is_editable"] == (
                (booking.service and self.book.against_editing(booking) is None) or False
            )
            assert number_in(related["resource"]["data"]["id"]) == booking.room
            assert len(related["booking_participants"]["data"]) == booking.people
            assert meta["edit_in_progress"] == (booking.edit is not None)
            assert meta["edit_expires_at"] == (booking.edit and written(booking.edit.expires))

    def check_places(self, listed):
        """That no room has more in it than it holds: by what is listed, and what was listed before an edit."""
        claims = []
        for each in listed:
            booking, attributes = self.book.bookings[int(each["id"])], each["attributes"]
            if attributes["status"] not in {HELD, WAITS, STANDS} or attributes["is_series_master"]:
                continue
            room = number_in(each["relationships"]["resource"]["data"]["id"])
            ends = read(attributes["blocker_end_date"])
            if room == ELBE and attributes["check_out_date"]:
                ends = min(ends, read(attributes["check_out_date"]))
            weight = attributes["weight"]
            claims.append((room, read(attributes["blocker_start_date"]), ends, weight))
            claims += [(*claim, weight) for claim in booking.claims()[1:]]
        for room, moment, *_ in claims:
            taken = [weight for where, one, other, weight in claims if where == room and one <= moment < other]
            assert sum(taken) <= PLACES[room], (room, moment)

    def check_orders(self, listed):
        found = {int(each["id"]): each for each in listed}
        assert set(found) == set(self.book.orders)
        for number, order in self.book.orders.items():
            attributes, meta = found[number]["attributes"], found[number]["meta"]
            total, draft = self.book.cost(order), order.status == "draft"
            assert attributes["status"] == order.status
            assert cents(attributes["total"]) == total
            assert cents(attributes["modification_total"]) == (0 if draft else total - order.ordered)
            assert cents(attributes["net_amount"]) + cents(attributes["tax_amount"]) == total
            assert cents(meta["paid_amount"]) == order.paid
            refunds = [(int(each["booking_id"]), cents(each["amount"]), each["reason"]) for each in meta["refunds"]]
            assert refunds == order.refunds
            assert cents(meta["refunded_amount"]) == sum(amount for _, amount, _ in refunds) <= order.paid
            due = max(total - order.paid + cents(meta["refunded_amount"]), 0)
            assert cents(meta["amount_due"]) == due
            assert draft or due == self.book.due(order)
            assert (meta["payment_url"] is not None) == (due > 0 and not draft)

    def check_invoices(self, orders):
        issued: dict[int, list[Any]] = {int(each["id"]): [] for each in orders}
        for each in self.listed("invoices"):
            issued[int(each["relationships"]["order"]["data"]["id"])].append(each["attributes"])
            attributes = each["attributes"]
            assert attributes["total"] != 0
            assert attributes["total"] > 0 or attributes["is_cancellation"] or attributes["is_credit"]
            assert cents(attributes["net_amount"]) + cents(attributes["tax_amount"]) == cents(attributes["total"])
            for name in ("net_amount", "tax_amount"):
                assert sum(cents(line[name]) for line in attributes["vat_breakdown"]) == cents(attributes[name])
        for each in orders:
            invoices = issued[int(each["id"])]
            if each["attributes"]["status"] == "draft":
                assert invoices == []
                continue
            still_open = [cents(one["total"]) for one in invoices if one["status"] == "open"]
            assert sum(cents(one["total"]) for one in invoices) == cents(each["attributes"]["total"])
            assert bool(still_open) == (each["meta"]["amount_due"] > 0)
            assert sum(still_open) >= cents(each["meta"]["amount_due"])


numbers = st.integers(0, 999)
names = st.sampled_from(CUSTOMERS)
callers = st.integers(0, 19)
"""0 is the organisation, 1 is a stranger, and all others are the owner."""
rooms = st.integers(0, 99)
days = st.sampled_from([0, 1, 1, 1, 2, 2, 2, 3])
"""From today on."""
slots = st.sampled_from([*range(0, 360, 30), *range(0, 360, 30), -30, 15, 690])
"""Minutes after eight in the morning."""
lengths = st.sampled_from([60, 60, 60, 90, 90, 120, 120, 120, 150, 240, 240, 30, 270])
extras = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.integers(0, 4)), max_size=2, unique_by=lambda choice: choice[0]
).map(tuple)
weights = st.sampled_from([1, 1, 1, 1, 1, 1, 2, 4])
when = {"where": rooms, "day": days, "slot": slots, "length": lengths}

STEPS = {
    "book_at_once": (4, {"name": names, "what": st.sampled_from([1, 1, 1, 4, 4, 4, 2]), "weight": weights, **when}),
    "put_into_the_cart": (
        8,
        {
            "name": names,
            "second": st.sampled_from([0, 0, 1, 2]),
            "what": st.sampled_from([1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 7, 7]),
            "weight": weights,
            "add_ons": extras,
            **when,
        },
    ),
    "submit": (5, {"name": names, "number": numbers}),
    "empty": (1, {"name": names}),
    "pay": (4, {"who": callers, "number": numbers}),
    "decide": (3, {"number": numbers, "accept": st.booleans()}),
    "cancel": (4, {"who": callers, "number": numbers, "lively": st.booleans()}),
    "move": (
        7,
        {
            "who": callers,
            "number": numbers,
            "nudge": st.sampled_from([0, 0, 0, -60, -30, 30, 60]),
            "stay": st.booleans(),
            **when,
        },
    ),
    "choose": (3, {"who": callers, "number": numbers, "add_ons": extras}),
    "bring": (1, {"who": callers, "number": numbers, "people": st.integers(0, 3)}),
    "revert": (5, {"who": callers, "number": numbers}),
    "check_in": (2, {"number": numbers}),
    "check_out": (2, {"number": numbers}),
    "time_passes": (2, {"minutes": st.sampled_from([1, 5, 14, 15, 60, 600])}),
    "somebody_is_expected": (2, {"minutes": st.sampled_from([-120, -15, -10, 0, 10, 15, 31])}),
    "ask_what_is_free": (2, {"what": st.sampled_from([1, 2, 3, 7]), "where": rooms, "day": days, "length": lengths}),
}
"""What happens, how often beside the rest, and what it takes."""

what_happens = st.sampled_from([name for name, (weight, _) in STEPS.items() for _ in range(weight)]).flatmap(
    lambda name: st.tuples(st.just(name), st.fixed_dictionaries(STEPS[name][1]))
)


def test_whatever_happens_places_and_money_add_up(open_world):
    # A run that goes wrong is shown as it is: making it shorter takes minutes.
    @settings(
        examples(40, dear=3),
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(st.lists(what_happens, min_size=40, max_size=40))
    def live(steps):
        week = Week(open_world)
        week.check()
        for name, details in steps:
            note(f"{week.book.now:%d %H:%M} {name} {details}")
            getattr(week, name)(**details)
            week.check()

    live()
