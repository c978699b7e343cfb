"""What all operations ask of a credential."""

from collections.abc import Iterable

from contract_tests.laws.probes import Probe
from contract_tests.scenes.answers import ANY
from contract_tests.scenes.scene import Scene

__all__ = ["knows_the_scheme_in_any_case", "refuses_a_credential", "refuses_an_identity", "refuses_nobody"]


def refuses_nobody(scene: Scene, rule: str, probes: Iterable[Probe], status: int, code: object = ANY) -> None:
    """Each of *probes* is refused when it comes without a credential."""
    for probe in probes:
        probe.send(scene, by="", title=f"{probe.operation.id} without a credential").refused(rule, status, code)


def refuses_a_credential(
    scene: Scene, rule: str, probes: Iterable[Probe], sent: str, status: int, code: object = ANY
) -> None:
    """Each of *probes* is refused when the header of the credential says *sent*, scheme included."""
    header, _ = scene.contract.credential
    for probe in probes:
        title = f"{probe.operation.id} with another credential"
        probe.send(scene, by="", headers={header: sent}, title=title).refused(rule, status, code)


def refuses_an_identity(
    scene: Scene, rule: str, probes: Iterable[Probe], by: str, status: int, code: object = ANY
) -> None:
    """Each of *probes* is refused when the identity *by* of the profile asks."""
    for probe in probes:
        probe.send(scene, by=by, title=f"{probe.operation.id} as {by}").refused(rule, status, code)


def knows_the_scheme_in_any_case(scene: Scene, rule: str, probe: Probe) -> None:
    """*probe* is let in whatever the case in which its header names the scheme (RFC 9110, 11.1)."""
    header, _ = scene.contract.credential
    name = probe.operation.id
    scheme, _, token = probe.send(scene, title=name).exchange.request_headers[header].partition(" ")
    for word in (scheme.lower(), scheme.upper(), scheme.swapcase()):
        answer = probe.send(scene, by="", headers={header: f"{word} {token}"}, title=f"{name} as {word}")
        answer.ok(rule, 200)
