"""The APIs: one folder each, with the same file names in each, and what all of them are made of.

    api.py          the bundle: spec, mount, tables          bundle.py      what a bundle is
    operations.py   one function per operationId             exchange.py    a call and its reply
    desk.py         the use cases, over booking/             identities.py  who calls, and for which sandbox
    records.py      what is kept                             refusals.py    what can be wrong with a request itself
    wire.py         records <-> JSON
    errors.py       refusal -> status and envelope
    auth.py         credentials
    seed.py         the world it starts with

An API folder never knows another one.
"""
