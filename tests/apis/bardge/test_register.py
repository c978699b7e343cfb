"""What is reckoned without a request: ids, codes, and how long a duration is."""

from datetime import UTC, datetime, timedelta

import pytest

from mockserver.apis.bardge.desk.register import duration_end, id_of, may_be_asked, moment_at, tx_ref_of, usable_pass
from mockserver.apis.bardge.records import LAGOS, Duration, IssuedPass, Reseller
from mockserver.booking.errors import Refusal


def reseller(**fields):
    usual = {"id": "reseller_x", "issuer_id": "issuer_x", "name": "X", "serial": 1}
    return Reseller(**{**usual, "created_at": datetime(2026, 3, 2, tzinfo=UTC), **fields})


@pytest.mark.parametrize(
    ("duration", "starts", "ends"),
    [
        (Duration.WEEKLY, (2026, 3, 2, 9), (2026, 3, 9, 9)),
        (Duration.MONTHLY, (2026, 1, 31, 9), (2026, 2, 28, 9)),
        (Duration.MONTHLY, (2028, 1, 31, 9), (2028, 2, 29, 9)),
        (Duration.QUARTERLY, (2026, 11, 30, 9), (2027, 2, 28, 9)),
        (Duration.ANNUALLY, (2028, 2, 29, 9), (2029, 2, 28, 9)),
        # Half past midnight in Lagos, when it is still January in UTC.
        (Duration.MONTHLY, (2026, 2, 1, 0, 30), (2026, 3, 1, 0, 30)),
    ],
)
def test_a_duration_ends_by_the_calendar_of_lagos(duration, starts, ends):
    moment = datetime(*starts, tzinfo=LAGOS)

    assert duration_end(moment.astimezone(UTC), duration) == datetime(*ends, tzinfo=LAGOS)


def test_ids_and_references_differ_by_serial_purpose_and_seed():
    ids = {id_of(seed, serial, "txn") for seed in (1, 2) for serial in range(100)}

    assert len(ids) == 200
    assert id_of(1, 1, "txn") == id_of(1, 1, "txn") != id_of(1, 1, "crpur").replace("crpur", "txn")
    assert len({tx_ref_of(1, serial) for serial in range(100)}) == 100


def test_moments_of_requests_are_milliseconds():
    assert moment_at(1_778_230_800_001) == datetime(2026, 5, 8, 9, 0, 0, 1_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("is_enabled", "lookup_enabled", "may"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_disabled_account_is_not_asked_whatever_it_has_set(is_enabled, lookup_enabled, may):
    assert may_be_asked(reseller(is_enabled=is_enabled, lookup_enabled=lookup_enabled)) is may


BEGINS, ENDS = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)


def issued_pass(**fields):
    usual = {"id": "brgpass_x", "serial": 1, "reseller_id": "reseller_x", "client": "reseller_x/client_x"}
    times = {"starts_at": BEGINS, "ends_at": ENDS, "created_at": BEGINS}
    return IssuedPass(
        **usual, **times, product_id="pass_x", transaction_id="txn_x", tx_ref="FLW-TXN-AAAAAAAA", **fields
    )


@pytest.mark.parametrize("moment", [BEGINS, ENDS - timedelta(milliseconds=1)])
def test_a_pass_is_usable_from_its_beginning_until_its_end(moment):
    assert usable_pass(issued_pass(), moment).id == "brgpass_x"


@pytest.mark.parametrize(
    ("fields", "moment", "code"),
    [
        ({}, ENDS, "pass_expired"),
        ({}, BEGINS - timedelta(milliseconds=1), "forbidden"),
        ({"is_cancelled": True}, BEGINS, "pass_cancelled"),
        ({"is_cancelled": True}, ENDS, "pass_cancelled"),
    ],
)
def test_a_pass_is_not_usable_outside_its_time_nor_after_a_cancellation(fields, moment, code):
    with pytest.raises(Refusal) as refused:
        usable_pass(issued_pass(**fields), moment)

    assert refused.value.code == code
