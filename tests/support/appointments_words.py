"""What the document says where the independent server of appointments has words of its own, by the names it has for them.

With these and `AS_WRITTEN` the kit can follow that server everywhere, and what it says of it is about what it does.
"""

from independent_appointments import Habits

__all__ = ["AS_WRITTEN", "WORDS"]

AS_WRITTEN = Habits(location=True, zulu=True, places=True, extras=True, nulls=True, same_time=False)

WORDS = {
    "no token": (401, "Authorization header is missing"),
    "malformed": (401, "Authorization header is malformed"),
    "bad token": (401, "token is invalid or expired"),
    "staff only": (403, "this operation needs a merchant's token"),
    "not yours": (403, "not authorized to access this booking"),
    "not your block": (403, "not authorized to access this blocked time"),
    "wrong input": (400, "{field}: is wrong"),
    "backwards": (400, "to_date must be after from_date"),
    "unknown page": (404, "merchant not found"),
    "unknown booking": (404, "booking not found"),
    "unknown service": (404, "service not found"),
    "unknown location": (404, "location not found"),
    "unknown customer": (404, "customer not found"),
    "unknown employee": (404, "team member not found"),
    "unknown block": (404, "blocked time not found"),
    "unknown merchant": (404, "merchant not found"),
    "unknown kind": (404, "blocked time type not found"),
    "unknown group": (404, "booking not found"),
    "other group": (400, "merchant_name, service_id or location_id does not match the group booking"),
    "groups only": (400, "this service is booked as a group: booking_id is needed"),
    "no group": (400, "this booking is not a group booking"),
    "too soon or too late": (400, "timeStamp is outside the booking window"),
    "past": (400, "timeStamp is in the past"),
    "blacklisted": (400, "customer is blacklisted"),
    "closed": (409, "outside business hours"),
    "break": (409, "blocked time in this slot"),
    "taken": (409, "time slot already booked"),
    "move taken": (409, "time slot already booked"),
    "move break": (409, "blocked time in this slot"),
    "full": (409, "group is full"),
    "in already": (409, "customer already takes part"),
    "group called off": (409, "booking is already cancelled"),
    "group has begun": (409, "booking has already started"),
    "cancelled": (409, "booking is already cancelled"),
    "cannot move cancelled": (409, "booking is already cancelled"),
    "too late": (409, "cancellation deadline has passed"),
    "one at a time": (400, "an appointment takes at most one customer"),
    "never": (400, "the recurrence has no occurrence"),
    "too often": (400, "a series has at most 366 occurrences"),
    "other booking": (400, "booking_id does not match the path"),
    "other customer": (400, "customer id does not match the path"),
    "other block": (400, "id does not match the path"),
    "other merchant": (404, "booking not found"),
    "too long": (400, "availability covers at most 100 days"),
}
