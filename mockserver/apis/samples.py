"""A command line per API that works as it stands: what a newcomer tries first."""

import json
import shlex
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from mockserver.apis.bundle import Api, Sample

__all__ = ["Key", "key_of", "sample_curl"]


class Key(msgspec.Struct, frozen=True):
    """A credential that works, and the security scheme it is for, as the contract names and describes it."""

    name: str
    scheme: dict[str, Any]
    credential: str


def key_of(api: Api) -> Key | None:
    """None where the API has no personas."""
    schemes = api.spec.get("components", {}).get("securitySchemes", {})
    if not api.personas or not schemes:
        return None
    name = next(iter(schemes))
    return Key(name, schemes[name], api.personas[0].credential)


def sample_curl(api: Api, root: str, today: date) -> str:
    """A call of an API that is served behind *root*, such as `http://127.0.0.1:8080`, to a sandbox whose clock shows
    *today*.
    """
    sample = _first_read(api) if api.sample is None else api.sample(today)
    options = "-i " if sample.is_silent else ""
    address = shlex.quote(root + api.prefix + api.base_path + sample.path)
    parts = [f"curl {options}-X {sample.method} {address}", *_credential(api)]
    if sample.body is not None:
        parts += [f"-H 'Content-Type: {api.media_type}'", f"-d {shlex.quote(json.dumps(sample.body))}"]
    return " \\\n  ".join(parts)


def _first_read(api: Api) -> Sample:
    path = next(path for path, item in api.spec["paths"].items() if "get" in item and "{" not in path)
    return Sample("GET", path, None)


def _credential(api: Api) -> Iterator[str]:
    """The part of a command line that carries it, as the contract says it is carried."""
    key = key_of(api)
    if key is None:
        return
    if key.scheme["type"] == "apiKey" and key.scheme["in"] == "header":
        yield f"-H {shlex.quote(key.scheme['name'] + ': ' + key.credential)}"
    elif key.scheme.get("scheme") == "basic":
        yield f"-u {shlex.quote(key.credential)}"
    else:
        yield f"-H {shlex.quote('Authorization: Bearer ' + key.credential)}"
