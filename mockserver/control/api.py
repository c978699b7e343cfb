"""The control plane's bundle."""

from collections.abc import Sequence

from starlette.types import ASGIApp

from doublebook_data import openapi_dir, read_yaml
from mockserver.apis.bundle import Api
from mockserver.control.auth import Door
from mockserver.control.desk import Desk
from mockserver.control.errors import broken, render
from mockserver.control.operations import operations_of
from mockserver.control.requests import refuse_unknown
from mockserver.sandbox.sandboxes import Sandboxes

__all__ = ["build"]


def build(apis: Sequence[Api], sandboxes: Sandboxes, door: Door, asgi: ASGIApp) -> Api:
    """The API that controls *sandboxes*, for those whom *door* lets in; *asgi* is the application that it becomes a part of."""
    return Api(
        name="control",
        title="Control plane: sandboxes, clocks, journals, state, webhooks",
        prefix="/_sandbox",
        spec=read_yaml(openapi_dir() / "control" / "openapi.yaml"),
        operations=operations_of(Desk(apis, sandboxes, asgi)),
        identify=door.identify,
        origins=door.origins,
        respell=refuse_unknown,
        render=render,
        broken=broken,
    )
