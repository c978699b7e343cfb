"""What bugs of any API are made of, each to be planted under the id of the rule that it breaks."""

from collections.abc import Callable

import msgspec

from mockserver.apis.exchange import Call, Reply
from mockserver.booking.errors import Refusal
from mockserver.booking.ports import Kind
from mockserver.defects.planting import Planter
from mockserver.sandbox.work import Work

__all__ = ["done_though_refused", "recall", "remember"]


class _Memo(msgspec.Struct, frozen=True, gc=False):
    id: str
    text: str


_MEMOS = Kind("planted.memo", _Memo, inner=True)
"""Kept beside the records, so that each sandbox has its own and a refusal undoes them."""


def remember(work: Work, what: str, text: str = "") -> None:
    """Write down for a later request of the same sandbox what no record says."""
    work.records(_MEMOS).put(_Memo(what, text))


def recall(work: Work, what: str) -> str | None:
    """What was last written down under that name; None for nothing."""
    memo = work.records(_MEMOS).find(what)
    return None if memo is None else memo.text


def done_though_refused(
    plant: Planter, operation: str, refusal: type[Refusal], act: Callable[[Call, Work], object]
) -> None:
    """Where the operation is refused in that way, refuse it as before, but do *act* all the same."""

    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        try:
            return work.attempt(lambda work: inside(call, work))
        except refusal as refused:
            act(call, work)
            return plant.api.render(refused)

    plant.operation(operation, around)
