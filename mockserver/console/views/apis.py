"""Which APIs are served, with which keys, and how far each may be trusted."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mockserver.console.frame import Page

__all__ = ["Apis"]


class Apis(Page):
    place = "apis"
    title = "APIs and fidelity"
    template = "apis.html"

    @cached_property
    def fidelity(self) -> Mapping[str, Any]:
        return {api["name"]: self.control("getFidelity", api=api["name"]) for api in self.apis}
