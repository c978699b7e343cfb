"""A client of whom there is something to see, and a request that would be done for each operation that writes."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contract_tests.apis.bardge.scene import BODIES, IDS, BardgeScene
from contract_tests.contracts import Operation
from contract_tests.laws.probes import Probe
from contract_tests.scenes.scene import OTHER, operation_path

__all__ = ["Whole"]

Json = dict[str, Any]


class Whole:
    """A client with passes, a booking and a quote, and for each operation that writes a request that would be done.

    Attributes:
        requests: Parameters and body, by operationId.
    """

    def __init__(self, scene: BardgeScene) -> None:
        self.scene = scene
        self.product = scene.product()
        self.gym_pass = scene.issued(self.product)
        client = self.gym_pass["client_id"]
        self.spa_pass = scene.spa_pass(client)
        instances = scene.instances()
        self.instance = instances[0]
        alike = [each for each in instances if each.class_id == self.instance.class_id]
        self.booking = scene.booked(self.gym_pass, self.instance)
        self.other_instance = alike[1]
        self.day = scene.spa_day()
        self.spa = scene.spa()
        self.credit_package = scene.credit_packages()[0]["id"]
        self.gym = gym = scene.instances(covered=False, copay=True)[0].branch
        self.package = scene.package_of(gym)["id"]
        services = [self.spa["services"][0]["id"]]
        visitor = {"client_id": client, "user_pass_id": self.gym_pass["id"]}
        self.quote = scene.quoted(self.gym_pass, self.spa, self.spa["services"][:1])
        access = scene.call("generateAccessCode", {**visitor, "provider_branch_id": gym}, title="ask for a code")
        self.access_session = access.ok("BG-C08", 201).json["session_id"]
        self.lookup = ""
        if scene.has(OTHER):
            self.foreign = scene.foreign()
            self.issuer = scene.issuer()
            self.lookup = scene.look_up(self.foreign["client_id"], issuer=self.issuer).ok("BG-U33", 201).json["id"]
        names, booking_id = {"first_name": "Somebody"}, self.booking["booking_id"]
        when = {"date": self.day.isoformat(), "time": "10:00"}
        of_gym = {**visitor, "provider_branch_id": gym, "copay_package_id": self.package}
        of_spa = {"provider_branch_id": self.spa["id"], "service_ids": services}
        of_class = {"class_instance_id": self.other_instance.id, "provider_branch_id": self.other_instance.branch}
        of_issued = {"user_pass_id": self.gym_pass["id"], "pass_id": scene.product(counted=False)["id"]}
        self.requests: dict[str, tuple[Json, Json]] = {
            "issuePass": ({}, {"pass_id": self.product["id"], "client_id": client, "last_name": "Else", **names}),
            "updateIssuedPass": ({}, {**of_issued, **names}),
            "updateIssuedPassExpiry": ({"id": self.gym_pass["id"]}, {"expires_at": 7_000_000_000_000}),
            "generateAccessCode": ({}, {**visitor, "provider_branch_id": self.instance.branch}),
            "confirmAccessCode": ({"sessionId": self.access_session}, {"copay_package_id": self.package}),
            "initiateClassBooking": ({}, {**visitor, **of_class}),
            "initiateSpaBooking": ({}, {**visitor, "user_pass_id": self.spa_pass["id"], **of_spa, **when}),
            "cancelBooking": ({"bookingId": booking_id}, {}),
            "rescheduleBooking": ({"bookingId": booking_id}, {"class_instance_id": self.other_instance.id}),
            "quoteSpaCopay": ({"id": self.spa["id"]}, {**visitor, "service_ids": services}),
            "purchaseGymCopay": ({}, of_gym),
            "purchaseSpaCopay": ({}, {**visitor, "provider_branch_id": self.spa["id"], "quote_id": self.quote["id"]}),
            "purchaseCopay": ({}, of_gym),
            "purchaseCredits": ({}, {"client_id": client, "credit_package_id": self.credit_package}),
            "createPasscode": ({}, {"client_id": client}),
        }
        if self.lookup:
            body = {"issuer_id": self.issuer, "client_id": self.foreign["client_id"]}
            self.requests["initiateLookup"] = ({}, body)

    @property
    def bodies(self) -> Mapping[str, Json]:
        """Well-formed ones, also of operations that have no request here; those name nothing."""
        return {**BODIES, **{name: body for name, (_, body) in self.requests.items()}}

    def places(self, operation: Operation) -> Json:
        """Good values for what an operation has in its path, and for what it requires in its query."""
        if operation.id in self.requests:
            return dict(self.requests[operation.id][0])
        here: Json = {
            "listProvidersForPass": {"id": self.product["id"]},
            "getIssuedPass": {"id": self.gym_pass["id"]},
            "listProviderServices": {"id": self.spa["id"]},
            "getProviderAvailability": {"id": self.spa["id"], "date": self.day.isoformat()},
            "listProviderClasses": {"id": self.instance.branch},
            "getClass": {"classId": self.instance.class_id},
            "getBookingStatus": {"bookingId": self.booking["booking_id"]},
            "listGymCopayOptions": {"providerBranchId": self.gym},
        }
        if operation.id in here:
            return dict(here[operation.id])
        names = {**IDS, "clientId": self.gym_pass["client_id"]}
        path: Json = {name: names[name] for name, place in operation.places.items() if place == "path"}
        return path

    def probes(self, only: Callable[[Operation], bool]) -> Iterator[Probe]:
        """The requests as they are sent."""
        for operation_id, (parameters, body) in self.requests.items():
            operation = self.scene.contract.operation(operation_id)
            if only(operation):
                content = json.dumps(body).encode() if operation.media_type else b""
                yield Probe(operation, operation_path(operation, **parameters), {}, content)

    def seen(self) -> Json:
        """All that the requests could have changed, as it is read now. When something was read is not in it."""
        scene, client = self.scene, self.gym_pass["client_id"]
        return {
            "client": scene.client(client).ok("BG-T01", 200).json,
            "credits": scene.credits(client),
            "gym pass": scene.read_pass(self.gym_pass).ok("BG-N40", 200).json,
            "spa pass": scene.read_pass(self.spa_pass).ok("BG-N40", 200).json,
            "bookings": scene.bookings_of(client),
            "hours": scene.free_hours(self.spa, self.day),
            "spent": scene.spent() if scene.world.control else None,
        }
