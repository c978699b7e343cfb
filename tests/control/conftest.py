from collections.abc import Callable, Iterable
from datetime import timedelta

import msgspec
import pytest
from doubles import Client, ManualClock

from mockserver.apis.bundle import Api
from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.apis.identities import Caller, Identity
from mockserver.app import App
from mockserver.booking.ports import Entry, Index, Kind
from mockserver.control.api import build as build_control
from mockserver.control.auth import Door
from mockserver.control.errors import broken, render
from mockserver.sandbox.domains import Domain, SeedWorld
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.timers import Timer
from mockserver.sandbox.work import Work
from mockserver.stores.memory import MemoryStore
from mockserver.web.addresses import Mount
from mockserver.web.gate import Gate
from mockserver.web.stack import Stack


@pytest.fixture
def control(build: Callable[..., App]) -> Client:
    """The control plane of a fresh server that demands no token."""
    return Client(build(), base="/_sandbox")


@pytest.fixture
def reservekit_in(control: Client) -> Callable[[str], Client]:
    """ReserveKit in a sandbox of the same server, as its first tenant."""

    def enter(name: str) -> Client:
        headers = {"Authorization": f"Bearer sk_rsv_demo_alpha.{name}"}
        return Client(control.app, base="/reservekit/v1", headers=headers)

    return enter


class Hold(msgspec.Struct, frozen=True, array_like=True):
    """A hold that expires an hour after it was placed, and says so a minute later."""

    id: str
    expired: bool = False


def _by_state(hold: Hold) -> Iterable[Entry]:
    return ((str(hold.expired), hold.id, 1),)


HOLDS = Kind("toy.hold", Hold, (Index("toy.hold.by_state", _by_state),))


def _expire(work: Work, timer: Timer) -> None:
    work.records(HOLDS).put(Hold(str(timer.subject), expired=True))
    work.timers.schedule(work.now + timedelta(minutes=1), "tell", timer.subject)


def _place(call: Call, work: Work) -> Reply:
    work.records(HOLDS).put(Hold(call.path["id"]))
    work.timers.schedule(work.now + timedelta(hours=1), "expire", call.path["id"])
    return Reply(204, NO_BODY)


TOY = {
    "openapi": "3.0.3",
    "info": {"title": "Toy", "version": "1"},
    "servers": [{"url": ""}],
    "components": {"securitySchemes": {"Key": {"type": "apiKey", "in": "query", "name": "key"}}},
    "paths": {
        "/holds/{id}": {
            "put": {
                "operationId": "placeHold",
                "x-effect": "write",
                "security": [],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"204": {"description": "Placed."}},
            }
        }
    },
}


@pytest.fixture
def toy(clock: ManualClock) -> App:
    """A server of one small API with timers, and its control plane."""
    domain = Domain(
        name="toy",
        kinds=(HOLDS,),
        seed=lambda _seed, _epoch: SeedWorld([]),
        seed_version="1",
        actions={"expire": _expire, "tell": lambda _work, _timer: None},
    )
    api = Api(
        name="toy",
        title="Toy",
        prefix="/toy",
        spec=TOY,
        operations={"placeHold": _place},
        identify=lambda _headers: Identity(Caller("toy")),
        render=render,
        broken=broken,
        domain=domain,
    )
    store = MemoryStore()
    sandboxes = Sandboxes(store, [domain], clock=clock)

    async def nothing(scope, receive, send):
        raise AssertionError("nothing beside the operations is asked for")

    control = build_control([api], sandboxes, Door(hosts=frozenset({"sandbox"})), nothing)
    mounts = [Mount(each, Stack(each, sandboxes).build()) for each in (api, control)]
    return App(Gate(mounts, nothing, sandboxes), [api], sandboxes, store, uproot=lambda: None)
