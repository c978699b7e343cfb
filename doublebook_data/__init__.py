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


def read_yaml(path: Path) -> Any:
    """A document of these folders. Moments and dates in them are quoted, so they stay text.

    Raises:
        ValueError: It is not YAML; the message names the file and the line.
    """
    # The loader written in C, ten times as fast: a contract has thousands of lines and is read at every start.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {error}") from error
