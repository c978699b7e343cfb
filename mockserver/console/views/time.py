"""The clock of a sandbox: what it shows, what falls due, and how far it can be moved."""

from mockserver.console.frame import Page

__all__ = ["Time"]


class Time(Page):
    place = "time"
    title = "Time"
    template = "time.html"
