"""Appointments at spas, as tests make them."""

from typing import Any

import httpx
from bardge_world import Reseller, day

__all__ = ["LAGOON", "SERENITY", "booked", "hold", "slots"]

SERENITY, LAGOON = "branch_serenity_vi", "branch_lagoon_ikoyi"

_HOLDERS = {
    "funke": ("client_funke", "brgpass_funke_spa"),
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


def booked(reseller: Reseller, *args: Any, **options: Any) -> Any:
    """The booking of both steps; see `hold`."""
    held = hold(reseller, *args, **options)
    assert held.status_code == 201, held.text
    answer = reseller.post(f"/bookings/spa/{held.json()['session_id']}/confirm")
    assert answer.status_code == 201, answer.text
    return answer.json()


def slots(reseller: Reseller, number: int) -> list[str]:
    """The slots of a day that are available at Serenity Spa."""
    shown = reseller.read(f"/providers/{SERENITY}/availability", date=day(number))["slots"]
    return [slot["time"] for slot in shown if slot["available"]]
