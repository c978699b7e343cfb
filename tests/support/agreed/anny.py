"""What was agreed about anny."""

import re

from agreed.facts import NOTE, Facts, exactly, ref

__all__ = ["FACTS"]

FACTS = Facts(
    operations=42,
    open=frozenset(),
    half_open=frozenset(
        {
            "listResources",
            "getResource",
            "listResourceChildren",
            "listServices",
            "getService",
            "listAvailabilityStarts",
            "listAvailabilityEnds",
            "listIntervalStarts",
            "getRelationship",
            "getBookingByNumber",
            "addToCart",
            "emptyCart",
            "submitOrder",
            "getOrder",
            "payOrder",
            "checkInBooking",
            "checkOutBooking",
        }
    ),
    least_rules=250,
    least_examples=140,
    needs=frozenset(
        {
            "accepted-booking",
            "add-ons",
            "add-ons-booking",
            "add-ons-locked",
            "admin",
            "amount-policy",
            "approval-service",
            "booking-without-policy",
            "cancelable-until",
            "check-in-resource",
            "clock",
            "course",
            "course-series",
            "desk-area",
            "form-booking",
            "free-slot",
            "instant-service",
            "invited-booking",
            "many-bookings",
            "no-participants-booking",
            "not-instant-service",
            "occupied-slot",
            "one-place-slot",
            "paid-booking",
            "participant",
            "pay-now-service",
            "priced-service",
            "recurring-series",
            "requested-booking",
            "series-booking",
            "terminal",
            "two-identities",
            "unpaid-booking",
            "webhook-receiver",
        }
    ),
    refused_by_the_key=frozenset({"401"}),
    limit_headers=0,
    silent=frozenset({"deleteWebhookSubscription"}),
    media_type="application/vnd.api+json",
    flattened=frozenset(
        {
            "listBookings",
            "getBooking",
            "getBookingByNumber",
            "listOrders",
            "getOrder",
            "listInvoices",
            "getInvoice",
            "listResources",
            "getResource",
            "listResourceChildren",
            "listServices",
            "getService",
            "getCustomerAccount",
            "listCustomers",
            "getCustomer",
        }
    ),
    plain=frozenset({"listAvailabilityStarts", "listIntervalStarts", "listAvailabilityEnds"}),
    bad_parameter="422",
    knows_its_queries=True,
    optional={
        "BookingDocument": frozenset({"included", "meta"}),
        **{
            f"{kind}{form}": frozenset({"included"})
            for kind in ("Booking", "Order", "Invoice", "Resource", "Service", "Customer")
            for form in ("Document", "List")
            if (kind, form) != ("Booking", "Document")
        },
        "UserDocument": frozenset({"included"}),
        **{name: frozenset({"links"}) for name in ("ToNone", "ToManyNone", "ToAddOn", "ToManyCustomFields")},
        **{
            name: frozenset({"links"})
            for name in (
                "AddOn",
                "BookingAddOn",
                "BookingParticipant",
                "CancellationPolicy",
                "CustomForm",
                "CustomField",
                "Organization",
            )
        },
        "ListLinks": frozenset({"prev", "next"}),
        "Error": frozenset({"source", "meta"}),
        "ErrorSource": frozenset({"pointer", "parameter"}),
    },
    sparse=re.compile(
        r"(?!CancellationPreview)\w+(Attributes|Relationships)|Flat(Booking|Order|Invoice|Resource|Service|Customer|CustomerAccount)"
    ),
    world={
        "bookings": exactly(
            id=ref("Id"),
            number={"type": "string", "pattern": "^BB[0-9]{8}$"},
            code={"type": "string", "pattern": "^[A-Za-z0-9]{16}$"},
            status=ref("BookingStatus"),
            service=ref("Uuid"),
            resource=ref("Uuid"),
            customer=ref("Uuid"),
            order=ref("Id"),
            start_date=ref("Moment"),
            end_date=ref("Moment"),
            add_ons={"type": "array", "items": exactly(add_on=ref("Uuid"), quantity={"type": "integer"})},
            participants={
                "type": "array",
                "items": exactly(
                    id=ref("Uuid"),
                    email=ref("Email"),
                    name=NOTE,
                    can_edit={"type": "boolean"},
                    attending_virtually={"type": "boolean"},
                    status={"type": "string", "enum": ["invited", "accepted"]},
                ),
            },
        ),
        "orders": exactly(
            id=ref("Id"),
            number={"type": "string", "pattern": "^BO[0-9]{9}$"},
            status={"type": "string", "enum": ["draft", "pending", "completed", "canceled"]},
            customer=ref("Uuid"),
            paid_amount=ref("Money"),
        ),
    },
    samples=11,
    curls=0,
)
