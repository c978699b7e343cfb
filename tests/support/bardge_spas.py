"""Appointments at spas, as tests make them."""

from typing import Any

import httpx
from bardge_world import Reseller, day

__all__ = ["LAGOON", "SERENITY", "book", "booked", "hold", "slots"]

SERENITY, LAGOON = "branch_serenity_vi", "branch_lagoon_ikoyi"

_HOLDERS = {
    "funke": ("client_funke", "brgpass_funke_spa"),
    "efe": ("client_efe", "brgpass_efe_spa"),
    "chidi": ("client_chidi", "brgpass_chidi_gym"),
    "kemi": ("client_kemi", "brgpass_kemi_gym"),
}


def hold(
    reseller: Reseller,
    who: str | tuple[str, str],
    number: int,
    clock: str,
    *services: str,
    branch: str = SERENITY,
    token: str | None = None,
    **fields: Any,
) -> httpx.Response:
    """The first step; *who* is a name, or a client with a pass; a massage of an hour where no service is named."""
    client_id, pass_id = _HOLDERS[who] if isinstance(who, str) else who
    body = {
        "provider_branch_id": branch,
        "service_ids": list(services) or ["svc_deep_tissue"],
        "date": day(number),
        "time": clock,
        "client_id": client_id,
        "user_pass_id": pass_id,
        **fields,
    }
    return reseller.post("/bookings/spa", body, token=token)


def book(reseller: Reseller, *args: Any, **options: Any) -> httpx.Response:
    """Both steps; see `hold`."""
    held = hold(reseller, *args, **options)
    assert held.status_code == 201, held.text
    return reseller.post(f"/bookings/spa/{held.json()['session_id']}/confirm")


def booked(reseller: Reseller, *args: Any, **options: Any) -> Any:
    """The booking of both steps; see `hold`."""
    answer = book(reseller, *args, **options)
    assert answer.status_code == 201, answer.text
    return answer.json()


def slots(reseller: Reseller, number: int, *services: str, branch: str = SERENITY) -> list[str]:
    """The slots of a day that are available."""
    query = {"service_ids": ",".join(services)} if services else {}
    shown = reseller.read(f"/providers/{branch}/availability", date=day(number), **query)["slots"]
    return [slot["time"] for slot in shown if slot["available"]]
