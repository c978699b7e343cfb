"""Where the contracts and the fixtures are: beside this package in a wheel, beside it in a checkout.

Data only, floor 0: both programs read it and it imports neither.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

__all__ = ["at_pointer", "fixtures_dir", "make_ready", "openapi_dir", "read_yaml", "resolved"]

_Node = TypeVar("_Node", bound=Mapping[str, Any])

_HERE = Path(__file__).resolve().parent


def openapi_dir() -> Path:
    """The folder with one folder per API, each holding `openapi.yaml`."""
    return _find("openapi")


def fixtures_dir() -> Path:
    """The folder with one folder per API, each holding `seed.yaml`, `samples/` and `scenarios/`; and what they share."""
    return _find("fixtures")


def _find(name: str) -> Path:
    # A wheel carries the folders inside the package; an editable install leaves them at the top level.
    for parent in (_HERE, _HERE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"the installation lacks its folder {name!r}: looked in {_HERE} and {_HERE.parent}")


# Written in C, ten times as fast: a contract has thousands of lines and is read at every start.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # one of two of the same form
    """Moments and dates stay text, as they are on the wire."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """A document of these folders; from the JSON that was made of it, where it was made of this very text.

    Raises:
        ValueError: It is not YAML; the message names the file and the line.
    """
    text = path.read_bytes()
    made_of = sha256(text).hexdigest()
    ready = _ready(path)
    with suppress(OSError, msgspec.DecodeError):
        kept = msgspec.json.decode(ready.read_bytes(), type=_Ready)
        if kept.made_of == made_of:
            return kept.document
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {error}") from error
    with suppress(OSError):  # such as in a folder that may only be read: it is read as YAML again
        _keep(ready, msgspec.json.encode(_Ready(made_of, document)))
    return document


def resolved(document: Mapping[str, Any], node: _Node) -> _Node:
    """What a `$ref` inside the same document stands for; *node* itself where it is none.

    Raises:
        LookupError: It points nowhere.
    """
    while "$ref" in node:
        found = at_pointer(node["$ref"].removeprefix("#"), document)
        if found is None:
            raise LookupError(f"{node['$ref']} points nowhere")
        node = found
    return node


def at_pointer(pointer: str, body: Any) -> Any:
    """What stands at the JSON pointer (RFC 6901) in *body*; None when nothing stands there."""
    here = body
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = here.get(key)
        elif isinstance(here, list) and key.isdigit() and int(key) < len(here):
            here = here[int(key)]
        else:
            return None
    return here


def make_ready() -> None:
    """Make the JSON of all documents, as a build does: YAML takes thirty times as long to read, at every start."""
    for folder in (openapi_dir(), fixtures_dir()):
        for path in folder.rglob("*.yaml"):
            read_yaml(path)


class _Ready(msgspec.Struct):
    made_of: str
    document: Any


def _ready(path: Path) -> Path:
    return path.parent / "__ready__" / f"{path.stem}.json"


def _keep(file: Path, content: bytes) -> None:
    """Whoever reads meanwhile finds the old or the new, whole."""
    file.parent.mkdir(exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
