"""Bardge's steps of paying: what spas quote, packages of gyms, credits, and the calendar by which they last."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, Scene

__all__ = ["LAGOS", "Json", "Payments", "later_by"]

Json = dict[str, Any]

LAGOS = ZoneInfo("Africa/Lagos")

PURCHASE_OF_PACKAGE = "purchaseGymCopay"
PURCHASE_OF_QUOTE = "purchaseSpaCopay"

_MOST = 100
_MONTHS: Mapping[str, int] = MappingProxyType({"MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12})
_A_YEAR = 12  # months


class Payments(Scene):
    # Co-pays

    def packages(self, branch_id: str, rule: str = "BG-O01") -> list[Json]:
        answer = self.call(
            "listGymCopayOptions", providerBranchId=branch_id, limit=_MOST, title="list the packages of the gym"
        )
        found: list[Json] = answer.ok(rule, 200).json["data"]
        return found

    def package_of(self, branch_id: str) -> Json:
        """The package of a gym that is good for the fewest visits."""
        return min(self.packages(branch_id), key=lambda each: int(each["visits_allowed"]))

    def ask_price(
        self, issued: Json, spa: Json, services: Sequence[Json], *, by: str = MAIN, token: str | None = None
    ) -> Answer:
        """Ask for a quote; not judged."""
        body = {
            "client_id": issued["client_id"],
            "user_pass_id": issued["id"],
            "service_ids": [each["id"] for each in services],
        }
        headers: Json = {} if token is None else {"Bardge-Lookup-Token": token}
        return self.call("quoteSpaCopay", body, id=spa["id"], by=by, title="ask what it costs", **headers)

    def quoted(self, issued: Json, spa: Json, services: Sequence[Json], rule: str = "BG-O03", **more: Any) -> Json:
        quote: Json = self.ask_price(issued, spa, services, **more).ok(rule, 200).json
        return quote

    def buy(
        self,
        issued: Json,
        branch_id: str,
        *,
        package: str | None = None,
        quote: str | None = None,
        through: str = "",
        by: str = MAIN,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> Answer:
        """Buy a package of a gym or what a spa has quoted; not judged.

        Args:
            issued: `id` is left out where it is None.
            through: The operation; if none is said, the one that is for packages or for quotes alone.
        """
        body = {
            "client_id": issued["client_id"],
            "user_pass_id": issued["id"],
            "provider_branch_id": branch_id,
            "copay_package_id": package,
            "quote_id": quote,
            **fields,
        }
        said = {name: value for name, value in body.items() if value is not None}
        operation = through or (PURCHASE_OF_PACKAGE if quote is None else PURCHASE_OF_QUOTE)
        return self.call(operation, said, by=by, headers=headers, title="buy a co-pay")

    # Credits

    def credit_packages(self, rule: str = "BG-D06", *, by: str = MAIN) -> list[Json]:
        answer = self.call("listCreditPackages", limit=_MOST, by=by, title="list the packages of credits")
        found: list[Json] = answer.ok(rule, 200).json["data"]
        return found

    def buy_credits(self, client_id: str, package: Json | str, *, by: str = MAIN) -> Answer:
        body = {
            "client_id": client_id,
            "credit_package_id": package if isinstance(package, str) else package["id"],
        }
        return self.call("purchaseCredits", body, by=by, title="buy credits")


def later_by(moment: datetime, duration: str) -> datetime:
    """One duration later by the calendar of Lagos; a day that a month does not have is its last one."""
    there = moment.astimezone(LAGOS)
    if duration == "WEEKLY":
        return there + timedelta(weeks=1)
    months = there.month - 1 + _MONTHS[duration]
    year, month = there.year + months // _A_YEAR, months % _A_YEAR + 1
    day = min(there.day, calendar.monthrange(year, month)[1])
    return there.replace(year=year, month=month, day=day)
