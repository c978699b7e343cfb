"""What only this API refuses.

Forbidden
└── Disabled    the account behind a known key
"""

from mockserver.apis.refusals import Forbidden

__all__ = ["Disabled"]


class Disabled(Forbidden):
    """Said before anything else is looked at: the key is fine, nothing can be done with it."""

    code = "account_disabled"

    def __init__(self) -> None:
        super().__init__("Reseller account is not enabled")
