"""The resources of the API as JSON:API documents have them: which attributes and relationships there are, and who sees
which of them. Records go in, documents come out; nothing is changed or decided here.
"""

from typing import Any

from mockserver.apis.anny.documents import Document, one
from mockserver.apis.anny.types.bookings import BOOKING_TYPES
from mockserver.apis.anny.types.catalogue import CATALOGUE_TYPES
from mockserver.apis.anny.types.context import Context
from mockserver.apis.anny.types.formats import amount, moment, moment_or_null
from mockserver.apis.anny.types.orders import ORDER_TYPES, payment_of
from mockserver.apis.anny.types.people import ADMINISTRATION, PEOPLE_TYPES, User
from mockserver.apis.anny.types.subscriptions import SUBSCRIPTION_TYPES
from mockserver.apis.anny.viewers import Viewer
from mockserver.apis.anny.views import Types
from mockserver.sandbox.work import Work

__all__ = [
    "ADMINISTRATION",
    "TYPES",
    "Context",
    "User",
    "amount",
    "drawn",
    "moment",
    "moment_or_null",
    "payment_of",
]

TYPES: Types[Context] = Types(*BOOKING_TYPES, *ORDER_TYPES, *CATALOGUE_TYPES, *PEOPLE_TYPES, *SUBSCRIPTION_TYPES)

_BASE_PATH = "/api/v1"
"""In what nobody asked for, such as an event: nobody has named a host."""


def drawn(work: Work, viewer: Viewer, type_name: str, record: Any) -> Document:
    """A thing as somebody sees it who has not asked, with nothing included."""
    view = TYPES.view(type_name, base_path=_BASE_PATH)
    document: dict[str, Any] = one(record, view, Context(work, viewer, _BASE_PATH))["data"]
    return document
