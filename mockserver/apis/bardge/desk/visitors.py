"""What every visit begins with: who goes there, and with which pass."""

from datetime import datetime

import msgspec

from mockserver.apis.bardge.desk.clients import Clients, Particulars
from mockserver.apis.bardge.desk.register import Register, usable_pass
from mockserver.apis.bardge.records import Client, IssuedPass, Product
from mockserver.sandbox.work import Work

__all__ = ["Visitor", "Wish", "keep_names", "visitor_of"]


class Wish(msgspec.Struct, frozen=True, gc=False):
    """Who wants to go somewhere, as a body and the lookup token beside it say it."""

    client_id: str
    pass_id: str
    first_name: str | None = None
    last_name: str | None = None
    token: str | None = None


class Visitor(msgspec.Struct, frozen=True, gc=False):
    client: Client
    issued: IssuedPass
    product: Product


def visitor_of(work: Work, reseller_id: str, wish: Wish, at: datetime) -> Visitor:
    """A client of the caller, or one that the token is for, with a pass that is good at a moment.

    Raises, in this order:
        NotFound: The client, the pass.
        RuleBroken, Forbidden: Whose client it is, see `Register.client_with_pass`; the pass, see `usable_pass`.
    """
    register = Register(work)
    client, issued = register.client_with_pass(reseller_id, wish.client_id, wish.pass_id, wish.token)
    return Visitor(client, usable_pass(issued, at), register.product_of(issued))


def keep_names(work: Work, client: Client, wish: Wish) -> Client:
    """The names that were sent are the client's from now on."""
    return Clients(work).change(client, Particulars(first_name=wish.first_name, last_name=wish.last_name))
