"""The use cases of the appointments API, by who has them.

    CustomerDesk    books, joins, looks and cancels
    MerchantDesk    books for customers, moves, cancels, keeps the calendar
    Catalogue       what anybody may see: who offers what, where and when

All three find records through `Register`; whatever takes or frees time goes through `Diary`. A method that refuses
raises before or after it wrote something: the transaction around it undoes the rest.
"""

from mockserver.apis.appointments.desk.catalogue import Catalogue, Day, Offer
from mockserver.apis.appointments.desk.customers import CustomerDesk
from mockserver.apis.appointments.desk.merchants import CalendarBlock, CalendarRow, CustomerCount, MerchantDesk

__all__ = [
    "CalendarBlock",
    "CalendarRow",
    "Catalogue",
    "CustomerCount",
    "CustomerDesk",
    "Day",
    "MerchantDesk",
    "Offer",
]
