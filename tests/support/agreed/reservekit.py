"""What was agreed about reservekit."""

from agreed.facts import Facts, ref

__all__ = ["FACTS"]

FACTS = Facts(
    operations=18,
    open=frozenset({"getHealth"}),
    least_rules=40,
    least_examples=51,
    needs=frozenset(
        {
            "clock",
            "two-identities",
            "one-place-slot",
            "many-bookings",
            "rate-limits-on",
            "scratch-service",
            "revoked-key",
            "restricted-key",
            "webhooks",
        }
    ),
    refused_by_the_key=frozenset({"401", "403", "429"}),
    limit_headers=3,
    optional={"Booking": frozenset({"cancel_reason"}), "TimeSlot": frozenset({"available"})},
    world={
        "state.services": ref("Service"),
        "state.time_slots": ref("TimeSlot"),
        "state.bookings": ref("Booking"),
    },
    samples=11,
    curls=0,
)
