"""Keys and tenants: who is let in, and who sees what."""

from contract_tests.apis.reservekit.laws.standing import Standing
from contract_tests.apis.reservekit.scene import IDS, ReserveKitScene, slot_body
from contract_tests.laws.authentication import (
    knows_the_scheme_in_any_case,
    refuses_a_credential,
    refuses_an_identity,
    refuses_nobody,
)
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import Probe, is_secured, probes, takes_a_body
from contract_tests.laws.transport import MEBIBYTE
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("access")

_MISSING = (401, "Authorization header is missing")
_MALFORMED = (401, "Authorization header is malformed")
_UNKNOWN_KEY = (401, "API key is invalid or revoked")
_REVOKED = (401, "API key revoked")
_OTHER_DOMAIN = (403, "Origin does not match API key domain")
_NO_BOOKING = (404, "booking not found")
_NO_SERVICE = (404, "service not found")
_NO_SLOT = (404, "time slot not found")

_MALFORMED_HEADERS = (
    "contract-test-key-without-a-scheme",
    "Bearer",
    "Bearer one two",
    "Basic Y29udHJhY3Q6dGVzdA==",
    "Token contract-test",
    "Bearer,contract-test",
)
_NEVER_ISSUED = "Bearer contract-test-key-that-nobody-issued"


@LAWS.law("RK-A01")
def nobody_is_let_in_without_a_key(scene: ReserveKitScene) -> None:
    refuses_nobody(scene, "RK-A01", scene.probes(), *_MISSING)
    in_german = {"Accept-Language": "de-DE,de;q=0.9"}  # the text is what a program compares
    for probe in scene.probes():
        title = f"{probe.operation.id} in German, without a credential"
        probe.send(scene, by="", headers=in_german, title=title).refused("RK-A01", *_MISSING)


@LAWS.law("RK-A02")
def a_malformed_authorization_header_is_refused(scene: ReserveKitScene) -> None:
    for number, sent in enumerate(_MALFORMED_HEADERS):
        # Each of them to some operations, and each operation some of them.
        some = [probe for place, probe in enumerate(scene.probes()) if number == 0 or (place + number) % 3 == 0]
        refuses_a_credential(scene, "RK-A02", some, sent, *_MALFORMED)


@LAWS.law("RK-A03")
def a_key_that_was_never_issued_is_refused(scene: ReserveKitScene) -> None:
    refuses_a_credential(scene, "RK-A03", scene.probes(), _NEVER_ISSUED, *_UNKNOWN_KEY)


@LAWS.law("RK-A04")
def a_revoked_key_is_refused(scene: ReserveKitScene) -> None:
    refuses_an_identity(scene, "RK-A04", scene.probes(), "revoked", *_REVOKED)


@LAWS.law("RK-A05", "RK-A10")
def a_key_bound_to_a_domain_works_from_there_and_from_no_other_origin(scene: ReserveKitScene) -> None:
    no_domain = "nobody knows a key that is bound to a domain, and which"
    domain = scene.profile.want("inventory.restricted_domain", no_domain, "identities.restricted")
    for probe in scene.probes():
        elsewhere = probe.send(scene, by="restricted", headers={"Origin": "https://elsewhere.example.org"})
        elsewhere.refused("RK-A05", *_OTHER_DOMAIN)
    (list_services,) = scene.probes(only=lambda operation: operation.id == "listServices")
    for host in (f"evil-{domain}", f"{domain}.example.org", f"other.{domain}"):
        answer = list_services.send(scene, by="restricted", headers={"Origin": f"https://{host}"})
        answer.refused("RK-A05", *_OTHER_DOMAIN)
    for origin in (f"https://{domain}", f"http://{domain}", f"https://{domain}:8443"):
        title = f"list services from {origin}"
        list_services.send(scene, by="restricted", headers={"Origin": origin}, title=title).ok("RK-A05", 200)
    title = "list services from a program that names no origin"
    list_services.send(scene, by="restricted", title=title).ok("RK-A10", 200)
    title = "list services from there with a key that is bound to no domain"
    list_services.send(scene, headers={"Origin": "https://elsewhere.example.org"}, title=title).ok("RK-A05", 200)


@LAWS.law("RK-A06")
def without_a_key_nothing_is_read_or_written_whatever_is_sent(scene: ReserveKitScene) -> None:
    stand = Standing.made(scene)
    header, _ = scene.contract.credential
    refused: list[tuple[Probe, dict[str, str]]] = [
        *((probe, headers) for probe in stand.probes(only=is_secured) for headers in ({}, {header: _NEVER_ISSUED})),
        *((probe, {}) for place in ("nothing", "0") for probe in probes(scene.contract, dict.fromkeys(IDS, place))),
    ]
    for probe in scene.probes(only=takes_a_body):
        refused += [(probe.broken(), {}), (probe.padded(MEBIBYTE + 1), {}), (probe, {"Content-Type": "text/plain"})]
    for probe, headers in refused:
        title = f"{probe.operation.id} without a key"
        probe.send(scene, by="", headers=headers, title=title).refused("RK-A06", 401)
    stand.stays("RK-A06")
    (services,) = scene.probes(only=lambda operation: operation.id == "listServices")
    knows_the_scheme_in_any_case(scene, "RK-A06", services)


@LAWS.law("RK-A07")
def the_booking_of_another_tenant_is_not_there(scene: ReserveKitScene) -> None:
    booking = scene.booked(scene.slot(), customer_email=scene.email())
    refusals = (
        scene.read(booking, by=OTHER),
        scene.change(booking, message="changed", by=OTHER),
        scene.change(booking, status="cancelled", cancel_reason="theirs", by=OTHER),
        scene.customer(booking, by=OTHER),
        scene.change_customer(booking, name="Somebody Else", by=OTHER),
        scene.delete(booking, by=OTHER),
    )
    for answer in refusals:
        answer.refused("RK-A07", *_NO_BOOKING)
    scene.stays("RK-A07", booking)


@LAWS.law("RK-A08")
def the_service_of_another_tenant_is_not_there(scene: ReserveKitScene) -> None:
    theirs, mine = scene.slot(), scene.slot(by=OTHER)
    service = scene.seen_service("RK-S01", theirs.service_id)
    slots = scene.slots_of(theirs.service_id)
    no_service = (
        scene.read_service(theirs.service_id, by=OTHER),
        scene.change_service(theirs.service_id, name="Changed", by=OTHER),
        scene.call("listServiceTimeSlots", serviceID=theirs.service_id, by=OTHER),
        scene.call("listTimeSlots", service_id=theirs.service_id, by=OTHER),
        scene.call("listBookings", service_id=theirs.service_id, page=1, page_size=10, by=OTHER),
        scene.change_slots(theirs.service_id, slot_body(), by=OTHER),
        scene.delete_slots_of_day(theirs.service_id, 1, by=OTHER),
        scene.book(mine, service_id=theirs.service_id, by=OTHER),
        scene.delete_service(theirs.service_id, by=OTHER),
    )
    for answer in no_service:
        answer.refused("RK-A08", *_NO_SERVICE)
    no_slot = (
        scene.book(theirs, by=OTHER, title="book a slot of another tenant"),
        scene.change_slots(mine.service_id, {"id": theirs.id, "max_bookings": 1}, by=OTHER),
        scene.delete_slot(theirs.id, by=OTHER),
    )
    for answer in no_slot:
        answer.refused("RK-A08", *_NO_SLOT)
    scene.same("RK-A08", scene.seen_service("RK-A08", theirs.service_id), service, "the service read afterwards")
    scene.same("RK-A08", scene.slots_of(theirs.service_id, "RK-A08"), slots, "the slots read afterwards")
    scene.same("RK-A08", scene.bookings_of(theirs.service_id, "RK-A08"), [], "the bookings of the service")


@LAWS.law("RK-A09")
def a_tenant_lists_all_services_of_its_own_and_none_of_another(scene: ReserveKitScene) -> None:
    mine = {scene.offered()["id"] for _ in range(3)}
    theirs = {scene.offered(by=OTHER)["id"] for _ in range(2)}
    listed = {service["id"] for service in scene.services("RK-A09")}
    scene.same("RK-A09", listed & (mine | theirs), mine, "what the first tenant is shown of the services just made")
    listed = {service["id"] for service in scene.services("RK-A09", by=OTHER)}
    scene.same("RK-A09", listed & (mine | theirs), theirs, "what the second tenant is shown of them")
