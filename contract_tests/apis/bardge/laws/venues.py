"""Venues: where they are, what they offer, and which of them a product opens."""

from math import asin, cos, radians, sin, sqrt
from typing import Any

from contract_tests.apis.bardge.scene import BardgeScene
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("venues")

Json = dict[str, Any]

_BAD = (400, "invalid_request_error", "validation_error")
_EARTH_KM = 6_371.0
_TOLERANCE_KM = 0.3
_PLACES = ((6.43, 3.42), (6.65, 3.30), (-33.9, 18.4), (0.0, 0.0), (6.5, -179.9))


@LAWS.law("BG-R01", "BG-R02", "BG-R23")
def from_a_place_the_nearest_venue_comes_first(scene: BardgeScene) -> None:
    product = scene.product()
    lists: tuple[tuple[str, Json], ...] = (("listProviders", {}), ("listProvidersForPass", {"id": product["id"]}))
    for operation_id, parameters in lists:
        plain = _venues(scene, operation_id, **parameters)
        for latitude, longitude in _PLACES:
            answer = scene.call(
                operation_id,
                lat=latitude,
                lon=longitude,
                limit=100,
                title=f"from {latitude}, {longitude}",
                **parameters,
            )
            found = answer.ok("BG-R01", 200).json["data"]
            scene.same("BG-R01", sorted(_ids(found)), sorted(_ids(plain)), "the venues", answer)
            scene.expect("BG-R02", all("distance_km" in each for each in found), "distance_km of each", found, answer)
            told = [each["distance_km"] for each in found]
            scene.same("BG-R01", told, sorted(told), "distance_km of each, in order", answer)
            scene.same("BG-R02", told, [round(each, 1) for each in told], "distance_km with one decimal", answer)
            for each in found:
                away = _kilometres(latitude, longitude, each["latitude"], each["longitude"])
                near = abs(away - each["distance_km"]) <= _TOLERANCE_KM + away / 100
                scene.expect("BG-R23", near, f"{each['id']} about {away:.1f} km away", each["distance_km"], answer)
        scene.expect("BG-R02", not any("distance_km" in each for each in plain), "no distance_km", plain)
    for lat, lon in _PLACES:
        far = {each["id"]: each["distance_km"] for each in _venues(scene, "listProviders", lat=lat, lon=lon)}
        answer = scene.call("listClasses", lat=lat, lon=lon, limit=100, title=f"classes from {lat}, {lon}")
        found = answer.ok("BG-R23", 200).json["data"]
        scene.same("BG-R23", sorted(_ids(found)), sorted(_ids(scene.classes())), "the classes", answer)
        told = [far[each["provider_branch_id"]] for each in found]
        scene.same("BG-R23", told, sorted(told), "how far the venue of each class is, in order", answer)


def _kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Over a round earth."""
    north = sin(radians(other_latitude - latitude) / 2) ** 2
    east = sin(radians(other_longitude - longitude) / 2) ** 2
    both = north + cos(radians(latitude)) * cos(radians(other_latitude)) * east
    return 2 * _EARTH_KM * asin(sqrt(min(both, 1)))


@LAWS.law("BG-R03", "BG-R04", "BG-R06")
def venues_are_spas_and_gyms(scene: BardgeScene) -> None:
    product = scene.product()
    lists: tuple[tuple[str, Json], ...] = (("listProviders", {}), ("listProvidersForPass", {"id": product["id"]}))
    for operation_id, parameters in lists:
        plain = _venues(scene, operation_id, **parameters)
        categories = {each["category"] for each in plain}
        scene.expect("BG-R04", categories <= {"SPA", "GYM"}, "SPA or GYM", categories)
        created = [each["created"] for each in plain]
        scene.same("BG-R06", created, sorted(created, reverse=True), f"created in {operation_id}")
        for category in ("SPA", "GYM"):
            wanted = [each for each in plain if each["category"] == category]
            found = _venues(scene, operation_id, category=category, **parameters)
            scene.same("BG-R03", found, wanted, f"the venues of the category {category}")
            near = _venues(scene, operation_id, category=category, lat=6.4, lon=3.4, **parameters)
            scene.same("BG-R03", sorted(_ids(near)), sorted(_ids(wanted)), f"those of {category}, the nearest first")


@LAWS.law("BG-R05", "BG-R07")
def a_gym_says_which_packages_open_it(scene: BardgeScene) -> None:
    for venue in scene.providers():
        options = venue["copay_options"] if venue["category"] == "GYM" else venue.get("copay_options", [])
        if venue["category"] == "SPA":
            scene.same("BG-R05", options, [], f"copay_options of {venue['id']}")
            scene.same("BG-R07", venue["copay_available"], True, f"copay_available of {venue['id']}")
            continue
        answer = scene.call(
            "listGymCopayOptions", providerBranchId=venue["id"], limit=100, title="list the packages"
        ).ok("BG-R05", 200)
        scene.same("BG-R05", options, answer.json["data"], f"copay_options of {venue['id']}", answer)
        scene.same("BG-R07", venue["copay_available"], bool(options), f"copay_available of {venue['id']}", answer)


@LAWS.law("BG-R10")
def a_product_opens_venues_of_its_categories_and_tiers(scene: BardgeScene) -> None:
    for product in scene.products():
        tiers = {(cover["type"], tier) for cover in product["categories"] for tier in cover["tiers"]}
        wanted = [each for each in scene.providers() if (each["category"], each["tier"]) in tiers]
        found = _venues(scene, "listProvidersForPass", id=product["id"])
        scene.same("BG-R10", found, wanted, f"the venues that {product['id']} opens")


@LAWS.law("BG-R11")
def venues_are_listed_for_products_alone(scene: BardgeScene) -> None:
    issued = scene.issued()
    answer = scene.call("listProvidersForPass", id=issued["id"], title="list the venues of an issued pass")
    scene.error("BG-R11", answer, 404, "invalid_request_error", "pass_not_found").names("BG-R11", issued["id"])


@LAWS.law("BG-R20", "BG-R21")
def spas_have_services_and_gyms_have_classes(scene: BardgeScene) -> None:
    issued, day, taken = scene.lasting(), scene.spa_day(), scene.spa()["services"][:1]
    quote = scene.quoted(issued, scene.spa(), taken)["id"]
    gyms = [each for each in scene.providers("GYM") if each["copay_options"]]
    scene.first("BG-O01", gyms, "a gym with packages")
    packages = [each["copay_options"][0]["id"] for each in gyms]
    services_of_all = [spa["services"][:1] for spa in scene.spas()]
    for venue in scene.providers():
        services = scene.call("listProviderServices", id=venue["id"], title=f"the services of {venue['id']}")
        slots = scene.call(
            "getProviderAvailability", id=venue["id"], date=day.isoformat(), title=f"the slots of {venue['id']}"
        )
        classes = scene.call("listProviderClasses", id=venue["id"], title=f"the classes of {venue['id']}")
        options = scene.call("listGymCopayOptions", providerBranchId=venue["id"], title="the packages")
        spa, gym = [services, slots], [classes, options]
        scene.ours("id", venue["id"])
        if venue["category"] == "GYM":
            for each in services_of_all:
                spa += [scene.begin(issued, venue, day, services=each), scene.ask_price(issued, venue, each)]
                asked = {"id": venue["id"], "date": day.isoformat(), "service_ids": each[0]["id"]}
                spa.append(scene.call("getProviderAvailability", title="slots for a service", **asked))
            spa += [scene.buy(issued, venue["id"], quote=quote, through=each) for each in ("", "purchaseCopay")]
        else:
            for each in ("", "purchaseCopay"):
                gym += [scene.buy(issued, venue["id"], package=package, through=each) for package in packages]
        for rule, wrong, right in (("BG-R20", spa, gym), ("BG-R21", gym, spa)):
            if (venue["category"] == "GYM") is (rule == "BG-R20"):
                _refused(scene, rule, *wrong)
                for answer in right[:2]:
                    answer.ok(rule, 200)


def _refused(scene: BardgeScene, rule: str, *answers: Answer) -> None:
    for answer in answers:
        scene.error(rule, answer, *_BAD)


@LAWS.law("BG-R22")
def the_services_of_a_spa_can_be_booked_there(scene: BardgeScene) -> None:
    issued, day = scene.spa_pass(), scene.spa_day()
    spas = []
    for provider in scene.providers("SPA"):
        answer = scene.call("listProviderServices", id=provider["id"], title="list the services").ok("BG-R22", 200)
        scene.shows("BG-R22", answer, provider, "the spa, with its services")
        spas.append(answer.json)
    for spa in spas:
        for number, service in enumerate(spa["services"]):
            time = f"{9 + 3 * (number % 3):02}:00"
            scene.begin(issued, spa, day, time, services=[service]).ok("BG-R22", 201)
        for other in spas:
            if other is not spa:
                answer = scene.begin(
                    issued, spa, day, "09:00", services=other["services"][:1], title="another's service"
                )
                scene.error("BG-R22", answer, 404, "invalid_request_error", "resource_not_found")


def _venues(scene: BardgeScene, operation_id: str, **parameters: Any) -> list[Json]:
    answer = scene.call(operation_id, limit=100, title=f"{operation_id}", **parameters)
    found: list[Json] = answer.ok("BG-R06", 200).json["data"]
    return found


def _ids(venues: list[Json]) -> list[str]:
    return [each["id"] for each in venues]
