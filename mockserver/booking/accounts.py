"""What is owed, paid and given back: an account as a list of lines that is only ever added to.

    charge    what has to be paid grows; a credit is a charge below zero
    payment   money came in
    refund    money went back

House rules:
- Each line is *about* one thing, such as a booking: what was paid for one thing never pays for another.
- Nothing is rewritten. A line that should not stand is undone by one of the opposite amount that names it.
- Nothing is paid that is not owed, and nothing goes back that never came in: what came in less what went back is never
  below zero, and once it is settled never more than what was charged. `settle` gives back what is too much.
- Nothing is charged below zero: a credit for one thing is at most what was charged for it.
- Amounts are whole minor units of one currency, which the owner of the account knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

__all__ = ["Account", "Line", "LineKind"]


class LineKind(StrEnum):
    CHARGE = "charge"
    PAYMENT = "payment"
    REFUND = "refund"


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`undoes` is the position of the line that it takes back. Payments are positive, and so are refunds but for one that undoes."""

    kind: LineKind
    about: int
    amount: int
    reason: str
    at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The lines of one account. Each method that adds a line answers a new account; adding nothing adds no line."""

    lines: tuple[Line, ...] = ()

    def charged(self, about: int | None = None) -> int:
        """What has to be paid: for one thing, or for all."""
        return self._sum(LineKind.CHARGE, about)

    def paid(self, about: int | None = None) -> int:
        return self._sum(LineKind.PAYMENT, about)

    def refunded(self, about: int | None = None) -> int:
        return self._sum(LineKind.REFUND, about)

    def kept(self, about: int | None = None) -> int:
        """What came in and did not go back."""
        return self.paid(about) - self.refunded(about)

    def due(self, about: int | None = None) -> int:
        """What is still to be paid; of several things it is never less because another has been paid too much."""
        if about is not None:
            return max(self.charged(about) - self.kept(about), 0)
        return sum(self.due(each) for each in self.subjects())

    def subjects(self) -> list[int]:
        """What the lines are about, each once, in the order in which they came up."""
        return list(dict.fromkeys(line.about for line in self.lines))

    def standing(self, kind: LineKind) -> Iterator[Line]:
        """The lines of a kind that were not undone, nor undo anything."""
        return (line for _, line in self._standing() if line.kind is kind)

    def charge(self, about: int, amount: int, reason: str, at: datetime) -> "Account":
        """Add to what has to be paid; a credit is below zero.

        Raises:
            ValueError: The credit is more than what has been charged for the thing.
        """
        if self.charged(about) + amount < 0:
            raise ValueError(f"{self.charged(about)} was charged for {about}, too little to take off {-amount}")
        return self._with(LineKind.CHARGE, about, amount, reason, at)

    def pay(self, about: int, reason: str, at: datetime) -> "Account":
        """Pay what is due of one thing, all of it."""
        return self._with(LineKind.PAYMENT, about, self.due(about), reason, at)

    def settle(self, about: int, reason: str, at: datetime) -> "Account":
        """Give back what was paid for one thing beyond what has to be paid for it."""
        surplus = max(self.kept(about) - self.charged(about), 0)
        return self._with(LineKind.REFUND, about, surplus, reason, at)

    def undo(self, about: int, *, since: int, reason: str, at: datetime) -> "Account":
        """Take back every charge and refund about one thing from the line at position *since* on that still stands.

        What was charged is what it was before that line; so is what was kept, unless something was paid since.
        """
        taken_back = tuple(
            Line(line.kind, about, -line.amount, reason, at, undoes=number)
            for number, line in self._standing()
            if number >= since and line.about == about and line.kind is not LineKind.PAYMENT
        )
        return Account((*self.lines, *taken_back))

    def _standing(self) -> Iterator[tuple[int, Line]]:
        undone = {line.undoes for line in self.lines}
        return (each for each in enumerate(self.lines) if each[1].undoes is None and each[0] not in undone)

    def _with(self, kind: LineKind, about: int, amount: int, reason: str, at: datetime) -> "Account":
        return Account((*self.lines, Line(kind, about, amount, reason, at))) if amount else self

    def _sum(self, kind: LineKind, about: int | None) -> int:
        return sum(line.amount for line in self.lines if line.kind is kind and about in {None, line.about})
