"""Classes, and their instances."""

from collections.abc import Iterable
from typing import Any

from mockserver.apis.bardge.records import Branch, ClassCategory, ClassInstance, GymClass
from mockserver.apis.bardge.wire.common import beginning, milliseconds

__all__ = ["show_class", "show_class_category", "show_instance"]


def show_class_category(category: ClassCategory) -> dict[str, Any]:
    return {"object": "class_category", "id": category.id, "name": category.name}


def show_class(
    gym_class: GymClass,
    branch: Branch,
    instances: Iterable[tuple[ClassInstance, int]] | None = None,
    *,
    message: str | None = None,
) -> dict[str, Any]:
    """*instances* come with how many places are left in each; None where they are not shown."""
    shown: dict[str, Any] = {
        "object": "class",
        "id": gym_class.id,
        "name": gym_class.name,
        "description": gym_class.description,
        "category": gym_class.category_id,
        "provider_branch_id": branch.id,
        "provider_name": branch.name,
        "tier": branch.tier,
        "duration_minutes": gym_class.minutes,
        "credits_required": gym_class.credits,
        "created": milliseconds(gym_class.created_at),
    }
    if instances is not None:
        shown["instances"] = [show_instance(each, gym_class, places_left=left) for each, left in instances]
    if message is not None:
        shown["message"] = message
    return shown


def show_instance(instance: ClassInstance, gym_class: GymClass, *, places_left: int) -> dict[str, Any]:
    return {
        "object": "class_instance",
        "id": instance.id,
        "class_id": gym_class.id,
        **beginning(instance.starts_at),
        "capacity": instance.capacity,
        "booked": instance.capacity - places_left,
        "spots_left": places_left,
        "instructor": gym_class.instructor,
    }
