"""What is offered: products, venues, classes, packages, and who can be asked for their clients."""

from datetime import date
from typing import Any

from mockserver.apis.bardge.desk.catalogue import Catalogue, ClassQuery, Place, Venue
from mockserver.apis.bardge.desk.register import Register, ensure_category
from mockserver.apis.bardge.operations.calls import cursor_of, is_live, list_reply, ok, reseller_of
from mockserver.apis.bardge.records import BRANCHES, Branch, Category, GymClass
from mockserver.apis.bardge.wire import (
    show_class,
    show_class_category,
    show_copay_option,
    show_credit_package,
    show_issuer,
    show_product,
    show_provider,
    show_spa,
)
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.sandbox.work import Work

__all__ = ["OPERATIONS"]


def list_passes(call: Call, work: Work) -> Reply:
    catalogue = Catalogue(work)
    page = catalogue.products(reseller_of(call), _category(call), cursor_of(call))
    count_venues = catalogue.count_venues()
    return list_reply(
        "/passes",
        page,
        lambda product: show_product(product, is_live=is_live(call), provider_count=count_venues(product)),
        "Passes retrieved successfully",
    )


def list_providers(call: Call, work: Work) -> Reply:
    page = Catalogue(work).venues(_place(call), _category(call), cursor_of(call))
    return list_reply("/providers", page, _show_venue, "Providers retrieved successfully")


def list_providers_for_pass(call: Call, work: Work) -> Reply:
    place, request = _place(call), cursor_of(call)
    product = Register(work).product(reseller_of(call), call.path["id"])
    page = Catalogue(work).venues(place, _category(call), request, product=product)
    return list_reply(f"/passes/{product.id}/providers", page, _show_venue, "Providers retrieved successfully")


def list_provider_services(call: Call, work: Work) -> Reply:
    branch = _branch(work, "id", call.path["id"], Category.SPA)
    return ok(show_spa(branch, message="Services retrieved successfully"))


def list_provider_classes(call: Call, work: Work) -> Reply:
    request = cursor_of(call)
    branch = _branch(work, "id", call.path["id"], Category.GYM)
    catalogue = Catalogue(work)
    page = catalogue.classes_of(branch, request)
    return list_reply(
        f"/providers/{branch.id}/classes",
        page,
        lambda each: show_class(each, branch, catalogue.instances(reseller_of(call), each, None, None)),
        "Classes retrieved successfully",
    )


def list_gym_copay_options(call: Call, work: Work) -> Reply:
    request = cursor_of(call)
    branch = _branch(work, "providerBranchId", call.path["providerBranchId"], Category.GYM)
    return list_reply(
        f"/providers/{branch.id}/gym-copay-options",
        Catalogue(work).copay_options(branch, request),
        lambda option: show_copay_option(option, branch),
        "Co-pay options retrieved successfully",
    )


def list_class_categories(call: Call, work: Work) -> Reply:  # noqa: ARG001 - the same for everybody
    page = Catalogue(work).class_categories()
    return list_reply("/class_categories", page, show_class_category, "Class categories retrieved successfully")


def list_classes(call: Call, work: Work) -> Reply:
    query = ClassQuery(call.query["category"], call.query["provider_branch_id"], _day(call, "date"))
    page = Catalogue(work).classes(query, _place(call), cursor_of(call))
    return list_reply("/classes", page, lambda each: _show_class(work, each), "Classes retrieved successfully")


def get_class(call: Call, work: Work) -> Reply:
    register = Register(work)
    gym_class = register.gym_class(call.path["classId"])
    instances = Catalogue(work).instances(reseller_of(call), gym_class, _day(call, "from"), _day(call, "to"))
    branch = register.branch(gym_class.branch_id)
    return ok(show_class(gym_class, branch, instances, message="Class retrieved successfully"))


def list_credit_packages(call: Call, work: Work) -> Reply:
    page = Catalogue(work).credit_packages(reseller_of(call), cursor_of(call))
    return list_reply("/credit_packages", page, show_credit_package, "Credit packages retrieved successfully")


def list_issuers(call: Call, work: Work) -> Reply:
    page = Catalogue(work).issuers(reseller_of(call), cursor_of(call))
    return list_reply("/issuers", page, show_issuer, "Issuers retrieved successfully")


OPERATIONS: dict[str, Operation] = {
    "listPasses": list_passes,
    "listProviders": list_providers,
    "listProvidersForPass": list_providers_for_pass,
    "listProviderServices": list_provider_services,
    "listProviderClasses": list_provider_classes,
    "listGymCopayOptions": list_gym_copay_options,
    "listClassCategories": list_class_categories,
    "listClasses": list_classes,
    "getClass": get_class,
    "listCreditPackages": list_credit_packages,
    "listIssuers": list_issuers,
}


# What is asked for


def _category(call: Call) -> Category | None:
    given = call.query["category"]
    return None if given is None else Category(given)


def _place(call: Call) -> Place | None:
    """Raises BadInput: one coordinate without the other."""
    latitude, longitude = call.query["lat"], call.query["lon"]
    if (latitude is None) != (longitude is None):
        missing, given = ("lat", "lon") if latitude is None else ("lon", "lat")
        raise BadInput("query", missing, f"is needed together with {given}").under("BG-V09")
    return None if latitude is None else Place(latitude, longitude)


def _day(call: Call, name: str) -> date | None:
    given = call.query[name]
    return None if given is None else date.fromisoformat(given)


def _branch(work: Work, name: str, text: str, category: Category) -> Branch:
    """Raises NotFound; BadInput, of the parameter *name*: a venue of the other category."""
    branch = Register(work).branch(text)
    ensure_category(branch, category, "path", name)
    return branch


# What is shown


def _show_venue(venue: Venue) -> dict[str, Any]:
    return show_provider(venue.branch, distance_km=venue.distance_km)


def _show_class(work: Work, gym_class: GymClass) -> dict[str, Any]:
    return show_class(gym_class, work.records(BRANCHES).get(gym_class.branch_id))
