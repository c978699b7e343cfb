"""What the document says to each refusal: status and text."""

__all__ = [
    "ANOTHER_GROUP",
    "BLACKLISTED",
    "BLOCKED",
    "CANCELLED",
    "CLOSED",
    "FULL",
    "NOT_A_MERCHANT",
    "NOT_A_WINDOW",
    "NOT_THEIRS",
    "NO_BLOCK",
    "NO_BLOCK_TYPE",
    "NO_BOOKING",
    "NO_CUSTOMER",
    "NO_EMPLOYEE",
    "NO_GROUP",
    "NO_LOCATION",
    "NO_MERCHANT",
    "NO_SERVICE",
    "PAST",
    "RANGE_REVERSED",
    "REVERSED",
    "STARTED",
    "TAKEN",
    "TOO_LATE",
    "TWICE",
]

TAKEN = (409, "time slot already booked")
BLOCKED = (409, "blocked time in this slot")
CLOSED = (409, "outside business hours")
FULL = (409, "group is full")
TWICE = (409, "customer already takes part")
CANCELLED = (409, "booking is already cancelled")
STARTED = (409, "booking has already started")
TOO_LATE = (409, "cancellation deadline has passed")
PAST = (400, "timeStamp is in the past")
NOT_A_WINDOW = (400, "timeStamp is outside the booking window")
NO_GROUP = (400, "this booking is not a group booking")
ANOTHER_GROUP = (400, "merchant_name, service_id or location_id does not match the group booking")
BLACKLISTED = (400, "customer is blacklisted")
REVERSED = (400, "to_date must be after from_date")
RANGE_REVERSED = (400, "end must not be before start")
NO_MERCHANT = (404, "merchant not found")
NO_LOCATION = (404, "location not found")
NO_SERVICE = (404, "service not found")
NO_BOOKING = (404, "booking not found")
NO_CUSTOMER = (404, "customer not found")
NO_EMPLOYEE = (404, "team member not found")
NO_BLOCK = (404, "blocked time not found")
NO_BLOCK_TYPE = (404, "blocked time type not found")
NOT_THEIRS = (403, "not authorized to access this booking")
NOT_A_MERCHANT = (403, "this operation needs a merchant's token")
