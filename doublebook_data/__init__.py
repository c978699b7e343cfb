"""Where the contracts and the fixtures are: beside this package in a wheel, beside it in a checkout.

Data only, floor 0: both programs read it and it imports neither.
"""

from pathlib import Path
from typing import Any

import yaml

__all__ = ["fixtures_dir", "openapi_dir", "read_yaml"]

_HERE = Path(__file__).resolve().parent


def openapi_dir() -> Path:
    """The folder with one folder per API, each holding `openapi.yaml`."""
    return _find("openapi")


def fixtures_dir() -> Path:
    """The folder with one folder per API, each holding `seed.yaml`, `samples/` and `scenarios/`."""
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
    """A document of these folders.

    Raises:
        ValueError: It is not YAML; the message names the file and the line.
    """
    try:
        return yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {error}") from error
