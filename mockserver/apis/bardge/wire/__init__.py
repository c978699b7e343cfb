"""Records -> Bardge's JSON: one `show_*` for each schema of the contract.

Moments are numbers: of bookings, sessions and class instances in seconds, of all else in milliseconds. Days and times of
day are by the clock of Lagos. What a client holds is shown under the client's own id, without the reseller's.
"""

from mockserver.apis.bardge.wire.bookings import (
    show_booking,
    show_booking_status,
    show_class_booked,
    show_refund,
)
from mockserver.apis.bardge.wire.classes import (
    show_class,
    show_class_category,
    show_instance,
)
from mockserver.apis.bardge.wire.clients import (
    show_client,
    show_issuer,
    show_lookup,
    show_lookup_enabled,
    show_passcode,
)
from mockserver.apis.bardge.wire.passes import (
    show_issued_pass,
    show_issued_pass_message,
    show_product,
)
from mockserver.apis.bardge.wire.payments import (
    show_copay,
    show_credit_package,
    show_credit_purchase,
    show_credits,
    show_quote,
)
from mockserver.apis.bardge.wire.sessions import (
    show_access_code,
    show_session,
    show_spa_session,
)
from mockserver.apis.bardge.wire.venues import (
    show_availability,
    show_copay_option,
    show_provider,
    show_service,
    show_spa,
)

__all__ = [
    "show_access_code",
    "show_availability",
    "show_booking",
    "show_booking_status",
    "show_class",
    "show_class_booked",
    "show_class_category",
    "show_client",
    "show_copay",
    "show_copay_option",
    "show_credit_package",
    "show_credit_purchase",
    "show_credits",
    "show_instance",
    "show_issued_pass",
    "show_issued_pass_message",
    "show_issuer",
    "show_lookup",
    "show_lookup_enabled",
    "show_passcode",
    "show_product",
    "show_provider",
    "show_quote",
    "show_refund",
    "show_service",
    "show_session",
    "show_spa",
    "show_spa_session",
]
