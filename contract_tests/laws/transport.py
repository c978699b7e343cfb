"""What HTTP is about, and every API with it: paths, methods, media types, sizes, the form of refusals."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from contract_tests.laws.probes import Probe
from contract_tests.scenes.answers import ANY, Answer
from contract_tests.scenes.scene import MAIN, Scene, operation_path

__all__ = [
    "MEBIBYTE",
    "methods_of",
    "refuses_large_bodies",
    "refuses_media_types",
    "refuses_other_methods",
    "refuses_paths",
]

MEBIBYTE = 1 << 20
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Look = Callable[[Answer], object]
"""What else has to hold of a refusal, such as its envelope."""


def _nothing_else(_: Answer) -> None:
    pass


def refuses_paths(
    scene: Scene, rule: str, paths: Iterable[str], status: int, code: object = ANY, *, look: Look = _nothing_else
) -> None:
    """Paths outside the contract are refused, whoever asks for them with a good credential."""
    for path in paths:
        look(scene.send("GET", path, by=MAIN, title=f"read {path}").refused(rule, status, code))


def methods_of(scene: Scene) -> Mapping[str, tuple[str, ...]]:
    """The methods of each path of the contract."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for operation in scene.contract.operations:
        found[operation.path] += (operation.method,)
    return found


def refuses_other_methods(
    scene: Scene,
    rule: str,
    ids: Mapping[str, object],
    status: int,
    code: object = ANY,
    *,
    look: Look = _nothing_else,
    bases: Iterable[str] = ("",),
    allow_rule: str = "",
) -> None:
    """
    Each path refuses each method that it does not have, and Allow names those that it has.

    Args:
        ids: For what stands in paths; they had better name nothing.
        bases: What may stand before the paths.
        allow_rule: The rule about Allow, where that is another one.
    """
    operations = {operation.path: operation for operation in scene.contract.operations}
    for path, methods in methods_of(scene).items():
        places = {name: ids[name] for name, place in operations[path].places.items() if place == "path"}
        filled = operation_path(operations[path], **places)
        for method, base in itertools.product(_METHODS, bases):
            if method in methods:
                continue
            answer = scene.send(method, base + filled, by=MAIN, title=f"{method}, which {base}{path} does not have")
            answer.refused(rule, status, code)
            allowed = {each.strip() for each in answer.headers.get("allow", "").split(",")}
            told = f"Allow names {', '.join(methods)}"
            scene.expect(allow_rule or rule, set(methods) <= allowed, told, sorted(allowed), answer)
            look(answer)


def refuses_media_types(
    scene: Scene,
    rule: str,
    probes: Iterable[Probe],
    media_types: Iterable[str],
    status: int,
    code: object = ANY,
) -> None:
    """Each of *probes*, which have a body, is refused with each of these media types."""
    wrong = tuple(media_types)
    for probe in probes:
        for media_type in wrong:
            title = f"{probe.operation.id} as {media_type}"
            probe.send(scene, headers={"Content-Type": media_type}, title=title).refused(rule, status, code)


def refuses_large_bodies(
    scene: Scene, rule: str, probes: Iterable[Probe], most: int, status: int, code: object = ANY
) -> None:
    """Each of *probes* is refused with a body of one byte more than *most*, and not for its size with one of *most*."""
    for probe in probes:
        name = probe.operation.id
        probe.padded(most + 1).send(scene, title=f"{name} with {most + 1} bytes").refused(rule, status, code)
        answer = probe.padded(most).send(scene, title=f"{name} with {most} bytes")
        scene.expect(rule, answer.status != status, f"{name} does not refuse {most} bytes", answer.status, answer)
