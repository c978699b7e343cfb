"""Money: a whole number of minor units, and its currency.

House rules:
- No floats, no exchange rates. Two currencies in one sum are a bug, not a refusal, hence ValueError.
- How an amount looks ("$85.00", 85.0, 8500) is a matter of the wire.
"""

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Money"]


@dataclass(frozen=True, slots=True)
class Money:
    """*minor* is in the currency's smallest unit (cents; whole forints) and may be negative; *currency* is ISO 4217.

    Adding, subtracting and ordering raise ValueError for another currency. Equality does not: 1 EUR is not 1 USD.
    """

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> "Money":
        return cls(0, currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    # Python reads a > b as b < a, so these two order in both directions.
    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def times(self, n: int) -> "Money":
        return Money(self.minor * n, self.currency)

    def share(self, percent: int | Decimal) -> "Money":
        """Take *percent* per cent, rounded half up to the minor unit.

        A negative amount rounds as its positive twin does (-0.5 to -1), so that giving back mirrors taking.
        """
        # As a ratio of integers it is exact; a Decimal product would be cut to 28 digits before it is rounded.
        over, under = percent.as_integer_ratio()
        exact, whole = self.minor * over, 100 * under
        rounded = (2 * abs(exact) + whole) // (2 * whole)
        return Money(rounded if exact >= 0 else -rounded, self.currency)

    def _same(self, other: "Money") -> int:
        """Answer the minor units of *other*, once its currency is known to be ours."""
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.minor
