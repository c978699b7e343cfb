"""Documents read once per process: reading them takes longer than everything else that most tests here do."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from doublebook_data import read_yaml

__all__ = ["documents_read_once"]


@contextmanager
def documents_read_once() -> Iterator[None]:
    """Programs that are built here get documents of their own, as ever."""
    with patch("mockserver.app.read_yaml", _read_once), patch("mockserver.control.api.read_yaml", _read_once):
        yield


@cache
def _pickled(path: Path) -> bytes:
    return pickle.dumps(read_yaml(path))


def _read_once(path: Path) -> Any:
    return pickle.loads(_pickled(path))
