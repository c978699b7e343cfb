"""Bardge: passes of resellers' clients, and the classes, appointments, credits and co-pays that go with them.

    operations/     one function for each operation: reads the call, asks a desk, answers JSON
    desk/           the use cases, and all that is changed; see there
    records.py      what is kept; LIFECYCLE says which status of a booking follows from which
    terms.py        what follows from records and the clock alone: hours, slots, deadlines
    wire/           records as the contract shows them
    refusals.py     what is refused here only
    errors.py       every refusal in the API's words
    auth.py         keys
    blueprint.py    what every world offers; book.py writes clients and bookings on it, seed.py places and draws them

Everything belongs to a reseller. What belongs to another is as if it did not exist, but for clients, who are reached with
the token of a lookup: `desk/register.py` is where that is looked at.
"""
