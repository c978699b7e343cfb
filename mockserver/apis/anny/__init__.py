"""anny: bookings of resources and services along their life, as JSON:API documents.

    operations/     one function for each operation: reads the call, asks a desk, answers a document
    desk/           the use cases, and all that is changed; see there
    offers.py       what is offered, which nobody changes
    records.py      who books, and what is booked; LIFECYCLE and PARTICIPATION say which status follows from which
    terms.py        prices, deadlines, opening hours: what a service asks for
    register.py     records as paths and other records name them; numbering.py: the ids, numbers and codes of new ones
    viewers.py      who calls, and how they stand to a booking: what they may do with it
    types/          what a viewer sees of a record, attribute by attribute
    views.py        what a call wants to see: include, fields, page
    documents.py    JSON:API, and the flattened form
    requests.py     what clients send, as records
    refusals.py     what is refused here only
    errors.py       every refusal in the API's words
    notices.py      word of what happened, for webhooks.py to send
    auth.py         tokens and terminals
    previews.py     the document of a cancellation preview
    blueprint.py    the organisation of every world; book.py writes its bookings, seed.py draws them
    api.py          all of it as one bundle

A status is first set where a booking is made (`desk/making.py`) and changes in `desk/`, where `LIFECYCLE.after` is asked.
Why a request was refused: what it may not say, `requests.py`, `views.py` and `operations/` know; who may not,
`operations/calls.py` and `register.py`; what the state of things forbids, `desk/` and `terms.py` (`ensure_...`).
Whatever is raised stands in the table of `errors.py` under its class, or its code in `RULES`.
"""
