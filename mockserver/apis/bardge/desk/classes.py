"""Booking a class: at once, or with what the client buys first.

    the pass covers the tier, and the class is priced in credits     booked, for credits where they suffice
    ... or else has a visit left                                     booked, for a visit of the pass
    a package of the gym has a visit left                            booked, for a visit of the package
    the pass covers the tier, and the class is priced in credits     refused
    the pass covers the tier                                         a session that asks for visits
    the gym has packages                                             a session that asks for a co-pay
    else                                                             refused

A session takes no place.
"""

from datetime import timedelta

from mockserver.apis.bardge.desk.buying import Payment, ask_to_buy, asked_for, buy_package, buy_visits
from mockserver.apis.bardge.desk.coverage import covers, gym_copay, has_visits, take_copay_visit, take_visit
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.making import make_booking
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.sessions import ensure_open, use_session, visitor_again
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.visitors import Visitor, Wish, keep_names, visitor_of
from mockserver.apis.bardge.records import (
    Booking,
    BookingType,
    Branch,
    Category,
    ClassInstance,
    Client,
    CopayOption,
    GymClass,
    Session,
    SessionKind,
    Taken,
)
from mockserver.apis.bardge.terms import ensure_ahead
from mockserver.apis.refusals import BadInput
from mockserver.sandbox.work import Work

__all__ = ["ClassDesk"]


class ClassDesk:
    """Raises NotFound for what is not there. What it refuses is undone with all that the request did."""

    __slots__ = ("_diary", "_register", "_reseller_id", "_work")

    def __init__(self, work: Work, reseller_id: str) -> None:
        self._work = work
        self._reseller_id = reseller_id
        self._register = Register(work)
        self._diary = Diary(work, reseller_id)

    def initiate(self, instance_id: str, wish: Wish, *, branch_id: str | None = None) -> Booking | Session:
        """The booking, or a session for what has to be bought first.

        Args:
            branch_id: The venue, where it was said.

        Raises, in this order:
            NotFound: The instance, the venue, the client, the pass.
            RuleBroken, Forbidden: Whose client it is; the pass, when the class begins.
            BadInput: Another venue gives the class; it has begun.
            AlreadyBooked, NoPlacesLeft
            Forbidden: The pass does not cover the gym, and the gym has no packages.
            BadInput: Too few credits, and no package with a visit left.
        """
        instance = self._register.instance(instance_id)
        gym_class, branch = self._named_by(instance)
        said = branch if branch_id is None else self._register.branch(branch_id)
        visitor = visitor_of(self._work, self._reseller_id, wish, instance.starts_at)
        if said.id != branch.id:
            raise BadInput("body", "provider_branch_id", f"the class is given at {branch.name}").under("BG-B25")
        ensure_ahead(instance.starts_at, self._work.now, "body", "class_instance_id")
        self._diary.ensure_place(instance, visitor.client.id)
        took = self._take(visitor, instance, gym_class, branch)
        keep_names(self._work, visitor.client, wish)
        if took is not None:
            return self._book(visitor.client, visitor.issued.id, instance, took)
        return ask_to_buy(self._work, self._reseller_id, visitor, branch, SessionKind.CLASS, instance)

    def confirm(self, session_id: str, payment: Payment) -> Booking:
        """Buy what the session asks for, and book with it. A refusal leaves the session open.

        Raises, in this order:
            NotFound: The session.
            RuleBroken: Its state.
            BadInput: What it asks for.
            RuleBroken, Forbidden: The pass, when the class begins.
            BadInput: What the pass covers is not what it was; the class has begun.
            AlreadyBooked, NoPlacesLeft
            RuleBroken: `insufficient_balance`.
        """
        session = self._register.session(self._reseller_id, session_id, SessionKind.CLASS)
        ensure_open(session)
        instance = self._register.instance(session.instance_id or "")
        branch = self._register.branch(session.branch_id)
        purchase = asked_for(session, branch, payment)
        visitor = visitor_again(self._work, session, instance.starts_at)
        ensure_ahead(instance.starts_at, self._work.now, "path", "sessionId")
        self._diary.ensure_place(instance, visitor.client.id)
        use_session(self._work, session)
        took = self._take_bought(session, visitor, branch, purchase)
        return self._book(visitor.client, visitor.issued.id, instance, took)

    def _named_by(self, instance: ClassInstance) -> tuple[GymClass, Branch]:
        gym_class = self._register.gym_class(instance.class_id)
        return gym_class, self._register.branch(gym_class.branch_id)

    def _take(self, visitor: Visitor, instance: ClassInstance, gym_class: GymClass, branch: Branch) -> Taken | None:
        """What the booking takes of what the client has; None where something has to be bought first."""
        client, issued, product = visitor.client, visitor.issued, visitor.product
        is_covered = covers(product, Category.GYM, branch.tier)
        price = gym_class.credits if is_covered else None
        till, copay = Till(self._work), gym_copay(self._work, self._reseller_id, client, branch.id, instance.starts_at)
        if price is not None and (copay is None or price <= till.credits(client)):
            till.spend(client, price, f"Class booking — {gym_class.name}", field="class_instance_id")
            return Taken(credits=price)
        if is_covered and price is None and has_visits(issued, product, Category.GYM):
            return take_visit(self._work, issued, Category.GYM)
        return None if copay is None else take_copay_visit(self._work, copay)

    def _take_bought(self, session: Session, visitor: Visitor, branch: Branch, purchase: int | CopayOption) -> Taken:
        if isinstance(purchase, int):
            return take_visit(self._work, buy_visits(self._work, session, visitor.issued, purchase), Category.GYM)
        copay = buy_package(self._work, self._reseller_id, visitor.client, branch, purchase)
        return take_copay_visit(self._work, copay)

    def _book(self, client: Client, pass_id: str, instance: ClassInstance, took: Taken) -> Booking:
        gym_class, branch = self._named_by(instance)
        return make_booking(
            self._work,
            reseller_id=self._reseller_id,
            client=client.id,
            pass_id=pass_id,
            type=BookingType.CLASS,
            branch_id=branch.id,
            starts_at=instance.starts_at,
            ends_at=instance.starts_at + timedelta(minutes=gym_class.minutes),
            took=took,
            instance_id=instance.id,
        )
