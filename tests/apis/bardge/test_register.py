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
        (Duration.WEEKLY, "2026-03-02T09:00", "2026-03-09T09:00"),
        (Duration.MONTHLY, "2026-01-31T09:00", "2026-02-28T09:00"),
        (Duration.MONTHLY, "2028-01-31T09:00", "2028-02-29T09:00"),
        (Duration.QUARTERLY, "2026-11-30T09:00", "2027-02-28T09:00"),
        (Duration.ANNUALLY, "2028-02-29T09:00", "2029-02-28T09:00"),
        # Half past midnight in Lagos, when it is still January in UTC.
        (Duration.MONTHLY, "2026-02-01T00:30", "2026-03-01T00:30"),
    ],
)
def test_a_duration_ends_by_the_calendar_of_lagos(duration, starts, ends):
    began, ended = (datetime.fromisoformat(each).replace(tzinfo=LAGOS) for each in (starts, ends))

    assert duration_end(began.astimezone(UTC), duration) == ended


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
    return IssuedPass(
        id="brgpass_x",
        serial=1,
        reseller_id="reseller_x",
        client="reseller_x/client_x",
        product_id="pass_x",
        transaction_id="txn_x",
        tx_ref="FLW-TXN-AAAAAAAA",
        starts_at=BEGINS,
        ends_at=ENDS,
        created_at=BEGINS,
        **fields,
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
