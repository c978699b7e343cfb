"""Who looks at a booking, and how they stand to it: the one place where rights begin.

    Viewer      who calls: nobody we know, a customer, the organisation, a terminal
    Part        how a viewer stands to one booking

What a part may do is asked of it, and which status it sees; what else it may see, `types` shows.
"""

from enum import StrEnum

import msgspec

from mockserver.apis.anny.records import Booking, Customer, CustomerAccount, Invoice, Order, Status

__all__ = ["ORGANISATION", "STRANGER", "TERMINAL", "Part", "Role", "Viewer"]


class Role(StrEnum):
    STRANGER = "stranger"
    CUSTOMER = "customer"
    TERMINAL = "terminal"
    ORGANISATION = "organisation"


class Part(StrEnum):
    """From all rights to none."""

    ORGANISATION = "organisation"
    OWNER = "owner"
    EDITOR = "editor"
    """Takes part, has accepted and may edit what is their own: their name, how they come, their answers to the form."""
    PARTICIPANT = "participant"
    INVITED = "invited"
    WITNESS = "witness"
    """Knows the code, or is a terminal: sees the booking whole and may do nothing."""
    STRANGER = "stranger"

    @property
    def may_read(self) -> bool:
        """By id; a number shows something to everybody."""
        return self is not Part.STRANGER

    @property
    def may_edit(self) -> bool:
        """Dates, resource, add-ons and who takes part."""
        return self in {Part.ORGANISATION, Part.OWNER}

    @property
    def may_cancel(self) -> bool:
        return self in {Part.ORGANISATION, Part.OWNER}

    @property
    def may_personalize(self) -> bool:
        return self.may_edit or self is Part.EDITOR

    @property
    def takes_part(self) -> bool:
        return self in {Part.EDITOR, Part.PARTICIPANT, Part.INVITED}

    def status_of(self, booking: Booking) -> str:
        """Somebody who is invited and has not answered sees a booking that stands as `invited`."""
        return "invited" if self is Part.INVITED and booking.status is Status.ACCEPTED else booking.status.value


class Viewer(msgspec.Struct, frozen=True):
    """Who calls.

    Attributes:
        account: Of a customer.
        code: What they said to prove that they know a booking.
        leaving: The id of a booking in which they took part a moment ago: they see it once more.
        holding: The id of an order that they have shown to be theirs, by its access token or by making it.
    """

    role: Role
    account: CustomerAccount | None = None
    code: str | None = None
    leaving: int | None = None
    holding: int | None = None

    @property
    def address(self) -> str | None:
        return None if self.account is None else self.account.email.lower()

    def part_in(self, booking: Booking) -> Part:
        if self.role is Role.ORGANISATION:
            return Part.ORGANISATION
        part = self._part_of_account(booking)
        knows = self.code is not None and self.code == booking.code
        holds = self.holding is not None and self.holding == booking.order_id
        is_witness = knows or holds or self.role is Role.TERMINAL
        return Part.WITNESS if is_witness and part is not Part.OWNER else part

    def _part_of_account(self, booking: Booking) -> Part:
        if self.account is None:
            return Part.STRANGER
        if booking.account_id == self.account.id:
            return Part.OWNER
        found = booking.participant(self.account.email.lower())
        if found is None:
            return Part.PARTICIPANT if booking.id == self.leaving else Part.STRANGER
        if not found.has_joined:
            return Part.INVITED
        return Part.EDITOR if found.can_edit else Part.PARTICIPANT

    def owns(self, record: Order | Invoice | Customer) -> bool:
        """Whether an order, an invoice or a customer is theirs, or their organisation's."""
        if self.role is Role.ORGANISATION:
            return True
        return self.account is not None and record.account_id == self.account.id

    def sees_order(self, order: Order) -> bool:
        return self.owns(order) or order.id == self.holding

    def sees_token(self, order: Order) -> bool:
        """The access token lets whoever has it do what its customer does; the organisation needs none."""
        return self.role is not Role.ORGANISATION and self.sees_order(order)


STRANGER = Viewer(Role.STRANGER)
TERMINAL = Viewer(Role.TERMINAL)
ORGANISATION = Viewer(Role.ORGANISATION)
