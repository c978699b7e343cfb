"""What was agreed about appointments."""

from agreed.facts import NOTE, Facts, exactly, ref

__all__ = ["FACTS"]

FACTS = Facts(
    operations=25,
    open=frozenset(
        {
            "getMerchant",
            "getMerchantService",
            "getServiceSummary",
            "listAvailability",
            "getNextAvailability",
            "getDisabledDays",
        }
    ),
    least_rules=70,
    least_examples=100,
    needs=frozenset(
        {
            "clock",
            "two-identities",
            "employee",
            "other-merchant",
            "group-booking",
            "one-place-group",
            "free-slot",
            "scratch-customer",
            "two-locations",
            "recurring",
        }
    ),
    refused_by_the_key=frozenset({"401"}),
    limit_headers=0,
    world={
        "bookings": exactly(
            id=ref("Id"),
            merchant=ref("Slug"),
            service_id=ref("Id"),
            location_id=ref("Id"),
            employee_id={"type": "integer", "nullable": True, "minimum": 1},
            from_date=ref("Moment"),
            to_date=ref("Moment"),
            merchant_note=NOTE,
            status={"type": "string", "enum": ["booked", "cancelled"]},
            customers={"type": "array", "items": exactly(id=ref("Uuid"), note=NOTE)},
        ),
        "blocked_times": exactly(
            id=ref("Id"),
            merchant=ref("Slug"),
            employee_id=ref("Id"),
            name={"type": "string", "minLength": 1},
            from_date=ref("Moment"),
            to_date=ref("Moment"),
            all_day={"type": "boolean"},
            blocked_type_id={"type": "integer", "nullable": True, "minimum": 1},
        ),
    },
    samples=10,
    curls=8,
    writes_are_empty=True,
)
