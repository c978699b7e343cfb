"""Bugs that are made: an operator is a way to be wrong, a few lines for all APIs, and makes a bug wherever it is possible.

    operations  what an operation does as a whole          places     places and moves
    records     what is stored                              lists      pages and lists
    bodies      what requests may say, what answers say     repeating  keys for doing once
    events      what is announced                           money      what is reckoned
    transport   what is refused at the door                 code       one expression in the program's text

The name of a bug is `PREFIX~operator:site` and survives editing: a site is named by operations, members and tables, one in the
text by its function and a hash of the expression.
"""

from mockserver.defects.operators import (
    bodies,
    code,
    events,
    lists,
    money,
    operations,
    places,
    records,
    repeating,
    transport,
)

__all__ = ["OPERATORS"]

OPERATORS = tuple(
    operator
    for module in (operations, places, records, bodies, lists, repeating, events, money, transport, code)
    for operator in module.OPERATORS
)
