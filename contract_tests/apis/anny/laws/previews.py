"""What canceling would cost: which tier applies, until when, and how much goes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from contract_tests.apis.anny.looking import money, series, standing_series
from contract_tests.apis.anny.scene import AnnyScene, Json, cents, included, moment, order_id
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable

__all__ = ["LAWS"]

LAWS = Laws("previews")

_NOT_CANCELABLE = (422, "booking_not_cancelable")
_SECOND = timedelta(seconds=1)
_OF_THE_EXAMPLE = [(2880, "percentage", 0), (1440, "percentage", 50), (0, "percentage", 100)]
_PRICE_OF_THE_EXAMPLE = 24900
_UNITS = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10080}


def _fee(tier: Json, price: int) -> int:
    """In cents, of a price in cents."""
    if tier["fee_type"] == "amount":
        return min(cents(tier["fee_value"]), price)
    share = Decimal(price) * Decimal(str(tier["fee_value"])) / 100
    return int(share.quantize(Decimal(1), ROUND_HALF_UP))


def _deadline(starts_at: datetime, tier: Json) -> datetime:
    return starts_at - timedelta(minutes=tier["before_start_minutes"])


def _starts_at(booking: Json) -> datetime:
    return moment(booking["attributes"]["start_date"])


def _price(booking: Json) -> int:
    return cents(booking["attributes"]["charged_total"])


def _judge(scene: AnnyScene, booking: Json, tiers: Sequence[Json], number: int, paid: int, at: str = "AN-P02") -> None:
    """Of tier *number* has to be everything that is said now; *at* is the rule that says that it applies."""
    tier, price = tiers[number], _price(booking)
    said = scene.previewed("AN-P16", booking)
    untold = [each for each in ("fee_percentage", "fee_amount", "refund_amount", "deadline") if said.get(each) is None]
    scene.same("AN-P16", untold, [], "what is not told")
    fee = _fee(tier, price)
    scene.same(at, said["fee_percentage"], tier["fee_value"], "the percentage that applies")
    scene.same("AN-P04", cents(said["fee_amount"]), fee, "the fee in cents")
    scene.same("AN-P04", cents(said["base_amount"]), price, "what the fee is taken of")
    scene.same("AN-P06", cents(said["refund_amount"]), max(0, paid - fee), "the refund in cents")
    scene.same("AN-P07", cents(said["amount_due"]), max(0, fee - paid), "what would be left to pay")
    deadline = _deadline(_starts_at(booking), tier)
    scene.same("AN-P08", moment(said["deadline"]), deadline, "the deadline")
    following = tiers[number + 1] if number + 1 < len(tiers) else None
    wanted = following and {
        "fee_type": following["fee_type"],
        "fee_value": following["fee_value"],
        "from": said["deadline"],
    }
    scene.same("AN-P13", said["next_tier"], wanted, "the next tier")
    told = [{**each, "deadline": moment(each["deadline"])} for each in said["tiers"]]
    every = [{**each, "deadline": _deadline(_starts_at(booking), each)} for each in tiers]
    scene.same("AN-P13", told, every, "the tiers")
    reach = (said["series_scope"], said["affected_booking_ids"])
    scene.same("AN-P14", reach, ("single", [booking["id"]]), "series_scope and affected_booking_ids")


@LAWS.law("AN-P02", "AN-P03", "AN-P04", "AN-P06", "AN-P07", "AN-P08", "AN-P10", "AN-P13", "AN-P14", "AN-P16")
def the_fee_is_that_of_the_tier_in_which_it_is_canceled(scene: AnnyScene) -> None:
    tiers = scene.tiers()
    booking = scene.paid(scene.slot("paid", "other_room"), booking_add_ons=scene.choice(1, 1))
    paid, starts_at = _price(booking), _starts_at(booking)
    _judge(scene, booking, tiers, 0, paid)
    for number, tier in enumerate(tiers):
        deadline = _deadline(starts_at, tier)
        if deadline == starts_at:
            break
        scene.go_to(deadline)
        _judge(scene, booking, tiers, number, paid, at="AN-P03")
        scene.pass_time(_SECOND)
        _judge(scene, booking, tiers, number + 1, paid)
    scene.go_to(starts_at - _SECOND)
    _judge(scene, booking, tiers, len(tiers) - 1, paid)
    scene.pass_time(_SECOND)
    scene.preview(booking).refused("AN-P10", *_NOT_CANCELABLE)
    scene.pass_time(timedelta(minutes=30))
    scene.preview(booking).refused("AN-P10", *_NOT_CANCELABLE)


@LAWS.law("AN-P15")
def what_goes_back_of_249_is_what_the_example_says(scene: AnnyScene) -> None:
    tiers = [(tier["before_start_minutes"], tier["fee_type"], tier["fee_value"]) for tier in scene.tiers()]
    booking = scene.paid(scene.slot("paid"), booking_add_ons=scene.choice(1, 1))
    if tiers != _OF_THE_EXAMPLE or _price(booking) != _PRICE_OF_THE_EXAMPLE:
        raise NotApplicable("the paid service has not the prices and tiers of the example")
    starts_at = _starts_at(booking)
    for hours, refund in ((72, 249), (45, 124.5), (21, 0)):
        scene.go_to(starts_at - timedelta(hours=hours))
        said = scene.previewed("AN-P15", booking)
        scene.same("AN-P15", said["refund_amount"], refund, f"the refund {hours} hours before")


@LAWS.law("AN-P07")
def of_what_was_not_paid_nothing_goes_back(scene: AnnyScene) -> None:
    tiers = scene.tiers()
    booking = scene.ordered(scene.slot("paid"))
    for tier in tiers:
        notice = timedelta(minutes=tier["before_start_minutes"] or 1)
        scene.go_to(_starts_at(booking) - notice)
        said = scene.previewed("AN-P07", booking)
        got = (said["refund_amount"], cents(said["amount_due"]))
        scene.same("AN-P07", got, (0, _fee(tier, _price(booking))), "the refund, and what is due in cents")


@LAWS.law("AN-P05", "AN-P11")
def a_fee_that_is_an_amount_and_an_end_before_the_start(scene: AnnyScene) -> None:
    (tier,) = scene.tiers("strict")
    booking = scene.paid(scene.slot("strict", "other_room"), kind="strict")
    said = scene.previewed("AN-P05", booking)
    got = (said["fee_type"], said["fee_percentage"], cents(said["fee_amount"]))
    scene.same("AN-P05", got, ("amount", None, _fee(tier, _price(booking))), "type, percentage and amount in cents")
    scene.same(
        "AN-P06", cents(said["refund_amount"]), _price(booking) - _fee(tier, _price(booking)), "the refund in cents"
    )

    period = scene.service("strict")["public_settings"]["cancellation"]
    notice = timedelta(minutes=period["offset"] * _UNITS[period["period"]])
    until = _starts_at(booking) - notice
    scene.same("AN-P11", moment(said["cancelable_until"]), until, "cancelable_until")
    scene.go_to(until)
    scene.preview(booking).ok("AN-P11", 200)
    scene.pass_time(_SECOND)
    scene.preview(booking).refused("AN-P11", *_NOT_CANCELABLE)


@LAWS.law("AN-P09")
def without_a_policy_canceling_costs_nothing_until_the_start(scene: AnnyScene) -> None:
    booking = scene.booked()
    said = scene.previewed("AN-P09", booking)
    got = (said["fee_amount"], moment(said["deadline"]))
    scene.same("AN-P09", got, (0, _starts_at(booking)), "the fee and the deadline")


@LAWS.law("AN-P01")
def what_cannot_be_canceled_has_no_preview(scene: AnnyScene) -> None:
    slot = scene.slot()
    canceled = scene.canceled(slot)
    scene.preview(canceled).refused("AN-P01", *_NOT_CANCELABLE)
    (held,) = (each["id"] for each in scene.held(slot)["relationships"]["bookings"]["data"][-1:])
    scene.preview(held).refused("AN-P01", *_NOT_CANCELABLE)
    requested = scene.requested(scene.slot("approval", "other_room"))
    scene.preview(requested).ok("AN-P01", 200)
    scene.decide(requested, "rejected").ok("AN-S12", 200)
    scene.preview(requested).refused("AN-P01", *_NOT_CANCELABLE)


@LAWS.law("AN-P01")
def what_was_checked_in_has_no_preview(scene: AnnyScene) -> None:
    booking = scene.booked()
    advance = scene.resource("room")["settings"]["checkIn"]["allowedAdvancePeriod"]
    scene.go_to(_starts_at(booking) - timedelta(minutes=min(advance, 5)))
    scene.preview(booking).ok("AN-P01", 200)
    scene.check_in(booking).ok("AN-K01", 200)
    scene.preview(booking).refused("AN-P01", *_NOT_CANCELABLE)


@LAWS.law("AN-P12")
def a_preview_changes_nothing(scene: AnnyScene) -> None:
    slot = scene.slot("paid")
    booking = scene.paid(slot)
    scene.moved("AN-R01", booking, **slot.later(minutes=60).span)
    before, order = scene.seen("AN-P12", booking), scene.order("AN-P12", booking)
    first = scene.previewed("AN-P12", booking)
    for _ in range(3):
        scene.same("AN-P12", scene.previewed("AN-P12", booking), first, "what is said again")
    scene.stays("AN-P12", before)
    scene.same("AN-P12", scene.order("AN-P12", order_id(booking)), order, "the order read afterwards")


def _statuses(scene: AnnyScene, bookings: Sequence[Json]) -> dict[str, Any]:
    return {each["id"]: scene.status("AN-P14", each) for each in bookings}


@LAWS.law("AN-P14", "AN-B18")
def a_preview_names_what_a_cancellation_reaches(scene: AnnyScene) -> None:
    for name in ("recurring_master", "series_master"):
        master, dates = standing_series(scene, name)
        everything = [master, *dates]
        before = _statuses(scene, everything)
        open_dates = [each for each in dates if before[each["id"]] in ("accepted", "requested")]
        said = scene.previewed("AN-P14", master)
        wanted = {master["id"], *(each["id"] for each in open_dates)}
        scene.same(
            "AN-P14", sorted(said["affected_booking_ids"]), sorted(wanted), f"what the preview of the {name} names"
        )
        scene.same("AN-P14", said["series_scope"], "series", f"series_scope of the {name}")
        _are_sums(scene, said, _tiers_of(scene, master), open_dates)
        last = open_dates[-1]
        of_one = scene.previewed("AN-P14", last)
        reach = "single" if last["attributes"]["series_type"] == "recurring" else "series"
        scene.same("AN-P14", of_one["series_scope"], reach, "series_scope of a date")
        if not scene.world.is_own:
            continue
        scene.cancel(last).ok("AN-P14", 200)
        after = _statuses(scene, everything)
        canceled = {number for number, status in after.items() if status == "canceled" and before[number] != "canceled"}
        scene.same(
            "AN-P14", sorted(of_one["affected_booking_ids"]), sorted(canceled), "what the preview of a date names"
        )


def _tiers_of(scene: AnnyScene, booking: Json) -> list[Json]:
    """The tiers of a booking's policy, the longest notice first; none without a policy."""
    answer = scene.read(booking, include="cancellation_policy").ok("AN-P14", 200)
    tiers = [tier for policy in included(answer, "cancellation-policies") for tier in policy["attributes"]["tiers"]]
    return sorted(tiers, key=lambda tier: -tier["before_start_minutes"])


def _fee_now(scene: AnnyScene, tiers: Sequence[Json], booking: Json) -> int:
    """In cents."""
    now = scene.now()
    tier = next((tier for tier in tiers if now <= _deadline(_starts_at(booking), tier)), None)
    return 0 if tier is None else _fee(tier, _price(booking))


def _are_sums(scene: AnnyScene, said: Json, tiers: Sequence[Json], dates: Sequence[Json]) -> None:
    """Of what each date costs by its own notice."""
    got = cents(said["base_amount"]), cents(said["fee_amount"])
    wanted = sum(map(_price, dates)), sum(_fee_now(scene, tiers, date) for date in dates)
    scene.same("AN-P14", got, wanted, "the sums of the prices and of the fees, in cents")


@LAWS.law("AN-P14", "AN-X03")
def each_date_of_a_series_costs_what_its_own_notice_says(scene: AnnyScene) -> None:
    master, dates = series(scene, "series_master")
    tiers = _tiers_of(scene, master)
    ahead = (each for each in dates if each["attributes"]["status"] == "accepted" and _starts_at(each) > scene.now())
    dates = sorted(ahead, key=_starts_at)
    if not tiers or len(dates) < 2:
        raise NotApplicable("there is no series of several dates with a policy")
    account = money(scene, "AN-P14", master)
    is_paid = account.paid - account.refunded == account.total
    moments = [_deadline(_starts_at(date), tier) + _SECOND for date in dates[:2] for tier in tiers]
    for at in sorted(at for at in moments if at > scene.now()) if scene.world.is_own else [scene.now()]:
        if scene.world.is_own:
            scene.go_to(at)
        left = [each for each in dates if _starts_at(each) > at]
        for named in (master, left[0], left[-1]):
            said = scene.previewed("AN-P14", named)
            wanted = {master["id"], *(each["id"] for each in left)}
            scene.same(
                "AN-P14",
                sorted(said["affected_booking_ids"]),
                sorted(wanted),
                f"what the preview of {named['id']} names",
            )
            _are_sums(scene, said, tiers, left)
            if is_paid:
                rest = cents(said["base_amount"]) - cents(said["fee_amount"])
                scene.same("AN-P14", cents(said["refund_amount"]), rest, "the sum of the refunds, in cents")
    if not scene.world.is_own:  # where others need the series
        return
    said = scene.previewed("AN-X03", master)
    scene.cancel(master).ok("AN-X08", 200)
    refunded = money(scene, "AN-X03", master).refunded - account.refunded
    scene.same("AN-X03", refunded, cents(said["refund_amount"]), "what goes back for the series, in cents")
