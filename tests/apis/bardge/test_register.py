"""What is reckoned without a request: ids, codes, and how long a duration is."""

from datetime import UTC, datetime

import pytest

from mockserver.apis.bardge.desk.register import duration_end, id_of, tx_ref_of
from mockserver.apis.bardge.records import LAGOS, Duration


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
