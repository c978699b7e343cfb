"""Places: taken and not given back, given back and not taken, one too many, one too few, of another pool."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.booking.errors import NotFound
from mockserver.booking.ledger import Ledger, Pool
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.spans import Span
from mockserver.defects.bug import raises_of
from mockserver.defects.operators.sites import Operator, Site, around, operations, within, writes
from mockserver.defects.operators.tables import keywords, named_values, nodes_of, where
from mockserver.defects.planting import Planter

__all__ = ["OPERATORS"]

_NO_TIME = timedelta(0)


def _roomier(by: int) -> Callable[..., None]:
    def take(take: Callable[..., None], ledger: Ledger, holder: Any, wanted: Any, **named: Any) -> None:
        wanted = [(msgspec.structs.replace(pool, capacity=pool.capacity + by), seat) for pool, seat in wanted]
        take(ledger, holder, wanted, **named)

    return take


def _seats(**fields: Any) -> Callable[..., None]:
    """Every seat that is taken is another one."""

    def take(take: Callable[..., None], ledger: Ledger, holder: Any, wanted: Any, **named: Any) -> None:
        take(ledger, holder, [(pool, msgspec.structs.replace(seat, **fields)) for pool, seat in wanted], **named)

    return take


def _beside_itself(take: Callable[..., None], ledger: Ledger, holder: Any, wanted: Any, **named: Any) -> None:
    """A holder's own places are in its way."""
    for pool, seat in wanted:
        if ledger.holds(holder) and ledger.places_left(pool, seat.span) < seat.places:
            take(ledger, f"beside {holder}" if isinstance(holder, str) else -holder, [(pool, seat)], **named)
    take(ledger, holder, wanted, **named)


def _unmargined(take: Callable[..., None], ledger: Ledger, holder: Any, wanted: Any, **named: Any) -> None:
    take(ledger, holder, wanted, **{**named, "margin": _NO_TIME})


def _nothing_given_back(give_back: Callable[..., None], ledger: Ledger, holder: Any) -> None:
    if ledger.holds(holder) is None:
        raise NotFound("claim", holder)


_TAKING = {
    "free": ("takes no place", _seats(places=0)),
    "over": ("takes one place more than there is", _roomier(1)),
    "under": ("never takes the last place", _roomier(-1)),
    "double": ("takes two places", _seats(places=2)),
    "anonymous": ("lets the same party in twice", _seats(party=None)),
    "itself": ("finds its own place in its way", _beside_itself),
    "margin": ("keeps no margin to others", _unmargined),
}
_ONLY_WITH = {"anonymous": "party", "margin": "margin"}
"""What is no bug where nobody passes that."""
_NEEDS = {"anonymous": "take for somebody", "itself": "take again"}


def _taken(api: Api) -> Iterator[Site]:
    margins = where(api, lambda node: isinstance(node, ast.Call) and any(it.arg == "margin" for it in node.keywords))
    lines = {"over": raises_of(Ledger.take), "margin": margins}
    taking = {word: row for word, row in _TAKING.items() if _ONLY_WITH.get(word) in {None, *keywords(api)}}
    for each in writes(api):
        for word, (says, act) in taking.items():
            site = within(each.id, f"{each.id} {says}.", Ledger.take, act, word=word, lines=lines.get(word, ()))
            yield replace(site, needs=_NEEDS.get(word, ""))


def _kept(api: Api) -> Iterator[Site]:
    for each in writes(api):
        yield within(each.id, f"{each.id} gives no place back.", Ledger.give_back, _nothing_given_back)


def _left(api: Api) -> Iterator[Site]:
    """What is said of the places left."""
    for each in operations(api):
        for word, by in (("more", 1), ("less", -1)):
            yield within(
                each.id,
                f"{each.id} counts one place {word} than is left.",
                Ledger.places_left,
                lambda left, ledger, pool, *args, by=by, **named: max(left(ledger, pool, *args, **named) + by, 0),
                word=word,
            )


def _part(pool: str, part: int) -> str:
    """Of a pool's id what is before its last slash, or behind it."""
    return pool.rpartition("/")[part] or "all"


def _pooled(
    part: int, take: Callable[..., None], ledger: Ledger, holder: Any, wanted: Sequence[Any], **named: Any
) -> None:
    pools = [
        (Pool(_part(pool.id, part), pool.capacity), msgspec.structs.replace(seat, pool=_part(seat.pool, part)))
        for pool, seat in wanted
    ]
    take(ledger, holder, pools, **named)


def _everywhere(api: Api) -> Iterator[Site]:
    """What spans and pools are, wherever they are looked at."""
    parted = any(isinstance(node, ast.Call) and "Pool(f" in ast.unparse(node) for _, node in nodes_of(api))

    def touching(inside: Callable[..., bool], one: Span, other: Span) -> bool:
        return inside(one, other) or one.ends_at == other.starts_at or other.ends_at == one.starts_at

    yield around("touching", "What begins when something else ends is in its way.", Span.overlaps, touching)
    for word, says, part in (("one-pool", "over all days", 0), ("one-day", "over all that there is on a day", 2)):
        if part == 0 or parted:
            yield around(word, f"Places are counted {says} together.", Ledger.take, partial(_pooled, part))


# Lifecycles


def _lifecycles(api: Api) -> dict[str, Lifecycle[Any]]:
    """By the names that an API's modules give them."""
    return {name: each for name, each in named_values(api) if isinstance(each, Lifecycle)}


def _table(plant: Planter, lifecycle: Lifecycle[Any], moves: list[Move[Any]]) -> None:
    changed = replace(lifecycle, moves=tuple(moves))
    plant.attribute(lifecycle, "moves", lambda _: changed.moves)
    plant.attribute(lifecycle, "_table", lambda _: changed._table)


def _moves(api: Api) -> Iterator[Site]:
    for name, lifecycle in _lifecycles(api).items():
        for move in lifecycle.moves:
            others = [each for each in lifecycle.moves if each != move]
            if move.target != move.source:
                thing = f"A {lifecycle.name} that is {move.source}"
                yield _move(name, lifecycle, move, others, "gone", f"{thing} knows no {move.event}.")
                stay = Move(move.source, move.event, move.source)
                yield _move(name, lifecycle, move, [*others, stay], "stays", f"{thing} stays so on {move.event}.")
                astray = next((each for each in lifecycle.states if each not in (move.source, move.target)), None)
                if astray is not None:
                    wrong = Move(move.source, move.event, astray)
                    says = f"{thing} is {astray} after {move.event}."
                    yield _move(name, lifecycle, move, [*others, wrong], "astray", says)
        targets, kind = {move.event: move.target for move in lifecycle.moves}, type(lifecycle.initial[0])
        for state in lifecycle.states:
            for event, target in targets.items():
                if type(state) is kind and not lifecycle.allows(state, event):
                    more = Move(state, event, target)
                    says = f"A {lifecycle.name} that is {state} lets {event} happen."
                    yield _move(name, lifecycle, more, [*lifecycle.moves, more], "added", says)


def _move(name: str, lifecycle: Lifecycle[Any], about: Move[Any], moves: list[Move[Any]], word: str, says: str) -> Site:
    """Shows where the table is asked for that one move."""
    where, asked = f"{name}.{about.source}.{about.event}.{word}", f"ask {lifecycle.name} {about.source} {about.event}"
    return Site(where, says, lambda plant: _table(plant, lifecycle, moves), needs=asked)


OPERATORS = (
    Operator("place", _taken),
    Operator("place-kept", _kept),
    Operator("places-left", _left),
    Operator("places", _everywhere),
    Operator("move", _moves),
)
