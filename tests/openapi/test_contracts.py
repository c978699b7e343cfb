"""Every API's contract, its golden samples and its scenarios: complete, consistent, true to each other."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import validate

from doublebook_data import fixtures_dir, openapi_dir
from mockserver.web.schemas import compile_schema

METHODS = ("get", "post", "put", "patch", "delete")
SOURCES = ("seed", "documented", "inferred")


@dataclass(frozen=True)
class Facts:
    """What was agreed about one API, and no document of its own can say.

    Attributes:
        needs: The words in which its rules say what they need.
        refused_by_the_key: Statuses that every operation with a credential can answer.
        limit_headers: How many rate limit headers every answer of such an operation has.
        optional: Members of an answer that are not always there, by schema.
        world: Schemas of the documents in a fixture's world, by where they stand in it.
        curls: How many samples print a command.
        writes_are_empty: Whether a write that succeeds answers no body.
        silent: Operations that succeed without a body all the same.
        half_open: Operations that a credential opens further, or something else opens as well.
        media_type: Of request bodies and of answers.
        flattened: Operations that answer their success as application/json as well.
        plain: Operations that answer their success as application/json alone.
        bad_parameter: The status for a parameter that breaks its schema.
        headers: That every answer has.
        schemas: Which the vendor names so.
        sparse: The schemas of answers of which a request can leave out whatever it wants, but type and id.
    """

    operations: int
    open: frozenset[str]
    least_rules: int
    least_examples: int
    needs: frozenset[str]
    refused_by_the_key: frozenset[str]
    limit_headers: int
    world: Mapping[str, Mapping[str, Any]]
    samples: int
    curls: int
    writes_are_empty: bool = False
    silent: frozenset[str] = frozenset()
    half_open: frozenset[str] = frozenset()
    media_type: str = "application/json"
    flattened: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    bad_parameter: str = "400"
    headers: frozenset[str] = frozenset()
    schemas: frozenset[str] = frozenset()
    sparse: re.Pattern[str] = re.compile(r"(?!)")
    optional: Mapping[str, frozenset[str]] = field(default_factory=dict)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def exactly(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": [*properties], "properties": properties}


NOTE = {"type": "string", "nullable": True}
FACTS = {
    "reservekit": Facts(
        operations=18,
        open=frozenset({"getHealth"}),
        least_rules=40,
        least_examples=51,
        needs=frozenset(
            {
                "clock",
                "two-identities",
                "one-place-slot",
                "many-bookings",
                "rate-limits-on",
                "scratch-service",
                "revoked-key",
                "restricted-key",
            }
        ),
        refused_by_the_key=frozenset({"401", "403", "429"}),
        limit_headers=3,
        optional={"Booking": frozenset({"cancel_reason"}), "TimeSlot": frozenset({"available"})},
        world={
            "state.services": ref("Service"),
            "state.time_slots": ref("TimeSlot"),
            "state.bookings": ref("Booking"),
        },
        samples=11,
        curls=0,
    ),
    "appointments": Facts(
        operations=25,
        open=frozenset(
            {
                "getMerchant",
                "getMerchantService",
                "getServiceSummary",
                "listAvailability",
                "getNextAvailability",
                "getDisabledDays",
            }
        ),
        least_rules=70,
        least_examples=100,
        needs=frozenset(
            {
                "clock",
                "two-identities",
                "employee",
                "other-merchant",
                "group-booking",
                "one-place-group",
                "free-slot",
                "scratch-customer",
                "two-locations",
                "recurring",
            }
        ),
        refused_by_the_key=frozenset({"401"}),
        limit_headers=0,
        world={
            "bookings": exactly(
                id=ref("Id"),
                merchant=ref("Slug"),
                service_id=ref("Id"),
                location_id=ref("Id"),
                employee_id={"type": "integer", "nullable": True, "minimum": 1},
                from_date=ref("Moment"),
                to_date=ref("Moment"),
                merchant_note=NOTE,
                status={"type": "string", "enum": ["booked", "cancelled"]},
                customers={"type": "array", "items": exactly(id=ref("Uuid"), note=NOTE)},
            ),
            "blocked_times": exactly(
                id=ref("Id"),
                merchant=ref("Slug"),
                employee_id=ref("Id"),
                name={"type": "string", "minLength": 1},
                from_date=ref("Moment"),
                to_date=ref("Moment"),
                all_day={"type": "boolean"},
                blocked_type_id={"type": "integer", "nullable": True, "minimum": 1},
            ),
        },
        samples=10,
        curls=8,
        writes_are_empty=True,
    ),
    "anny": Facts(
        operations=37,
        open=frozenset(
            {
                "listResources",
                "getResource",
                "listResourceChildren",
                "listServices",
                "getService",
                "listAvailabilityStarts",
                "listAvailabilityEnds",
            }
        ),
        half_open=frozenset(
            {
                "getBookingByNumber",
                "addToCart",
                "emptyCart",
                "submitOrder",
                "getOrder",
                "payOrder",
                "checkInBooking",
                "checkOutBooking",
            }
        ),
        least_rules=250,
        least_examples=140,
        needs=frozenset(
            {
                "accepted-booking",
                "add-ons",
                "add-ons-booking",
                "add-ons-locked",
                "admin",
                "amount-policy",
                "approval-service",
                "booking-without-policy",
                "cancelable-until",
                "check-in-resource",
                "clock",
                "course",
                "course-series",
                "desk-area",
                "form-booking",
                "free-slot",
                "instant-service",
                "invited-booking",
                "many-bookings",
                "no-participants-booking",
                "not-instant-service",
                "occupied-slot",
                "one-place-slot",
                "paid-booking",
                "participant",
                "pay-now-service",
                "priced-service",
                "recurring-series",
                "requested-booking",
                "series-booking",
                "terminal",
                "two-identities",
                "unpaid-booking",
                "webhook-receiver",
            }
        ),
        refused_by_the_key=frozenset({"401"}),
        limit_headers=0,
        silent=frozenset({"deleteWebhookSubscription"}),
        media_type="application/vnd.api+json",
        flattened=frozenset(
            {
                "listBookings",
                "getBooking",
                "getBookingByNumber",
                "listOrders",
                "getOrder",
                "listInvoices",
                "getInvoice",
                "listResources",
                "getResource",
                "listResourceChildren",
                "listServices",
                "getService",
                "getCustomerAccount",
            }
        ),
        plain=frozenset({"listAvailabilityStarts", "listAvailabilityEnds"}),
        bad_parameter="422",
        optional={
            "BookingDocument": frozenset({"included", "meta"}),
            **{
                f"{kind}{form}": frozenset({"included"})
                for kind in ("Booking", "Order", "Invoice", "Resource", "Service")
                for form in ("Document", "List")
                if (kind, form) != ("Booking", "Document")
            },
            "ListLinks": frozenset({"prev", "next"}),
            "Error": frozenset({"source", "meta"}),
            "ErrorSource": frozenset({"pointer", "parameter"}),
        },
        sparse=re.compile(
            r"(?!CancellationPreview)\w+(Attributes|Relationships)|Flat(Booking|Order|Invoice|Resource|Service|CustomerAccount)"
        ),
        world={
            "bookings": exactly(
                id=ref("Id"),
                number={"type": "string", "pattern": "^BB[0-9]{8}$"},
                code={"type": "string", "pattern": "^[A-Za-z0-9]{16}$"},
                status=ref("BookingStatus"),
                service=ref("Uuid"),
                resource=ref("Uuid"),
                customer=ref("Uuid"),
                order=ref("Id"),
                start_date=ref("Moment"),
                end_date=ref("Moment"),
                add_ons={"type": "array", "items": exactly(add_on=ref("Uuid"), quantity={"type": "integer"})},
                participants={
                    "type": "array",
                    "items": exactly(
                        id=ref("Uuid"),
                        email=ref("Email"),
                        name=NOTE,
                        can_edit={"type": "boolean"},
                        attending_virtually={"type": "boolean"},
                        status={"type": "string", "enum": ["invited", "accepted"]},
                    ),
                },
            ),
            "orders": exactly(
                id=ref("Id"),
                number={"type": "string", "pattern": "^BO[0-9]{9}$"},
                status={"type": "string", "enum": ["draft", "pending", "completed", "canceled"]},
                customer=ref("Uuid"),
                paid_amount=ref("Money"),
            ),
        },
        samples=11,
        curls=0,
    ),
    "bardge": Facts(
        operations=37,
        open=frozenset(),
        least_rules=275,
        least_examples=450,
        needs=frozenset(
            {
                "business-balance",
                "cancelled-pass",
                "clock",
                "copay-bought",
                "credits-class",
                "disabled-key",
                "expired-pass",
                "expired-token",
                "foreign-client",
                "full-class",
                "issuer-key",
                "limit-reached",
                "lookup-code",
                "lookup-token",
                "many-bookings",
                "many-credits",
                "one-place-class",
                "open-class",
                "own-bookings",
                "past-class",
                "scratch-client",
                "soon-class",
                "spa-slot",
                "test-key",
                "two-identities",
                "uncovered-tier",
                "unlimited-pass",
                "venue-without-options",
                "visits-left",
                "zero-credits",
            }
        ),
        refused_by_the_key=frozenset({"401", "403"}),
        limit_headers=0,
        headers=frozenset({"Bardge-Request-Id"}),
        schemas=frozenset(
            {
                "AccessCodeV3Request",
                "BookClassV3Request",
                "BookSpaV3Request",
                "CategoryDetail",
                "CategoryDetails",
                "ConfirmAccessCodeV3Request",
                "ConfirmClassBookingV3Request",
                "CopayOption",
                "ErrorDetail",
                "IssuePassV3Request",
                "LookupInitiateV3Request",
                "LookupV3Response",
                "LookupVerifyV3Request",
                "PassRef",
                "PasscodeInfo",
                "PasscodeV3Request",
                "PurchaseCoPayPackageV3Request",
                "PurchaseCreditsV3Request",
                "PurchaseGymCoPayV3Request",
                "PurchaseSpaCoPayV3Request",
                "RefundInfo",
                "RescheduleBookingV3Request",
                "ResellerV3AccessCodeResponse",
                "ResellerV3AccessCodeSessionResponse",
                "ResellerV3AvailabilityResponse",
                "ResellerV3BookingResponse",
                "ResellerV3BookingStatusResponse",
                "ResellerV3ClassBookingInitiateResponse",
                "ResellerV3ClassInstanceResponse",
                "ResellerV3ClassResponse",
                "ResellerV3ClientResponse",
                "ResellerV3CoPayPurchaseResponse",
                "ResellerV3CreditPurchaseResponse",
                "ResellerV3CreditsResponse",
                "ResellerV3ErrorResponse",
                "ResellerV3GymCoPayPurchaseResponse",
                "ResellerV3IssuedPassMessageResponse",
                "ResellerV3IssuedPassResponse",
                "ResellerV3ListResponse",
                "ResellerV3PassResponse",
                "ResellerV3PasscodeResponse",
                "ResellerV3ProviderResponse",
                "ResellerV3ServiceResponse",
                "ResellerV3SpaBookingInitiateResponse",
                "ResellerV3SpaCoPayPurchaseResponse",
                "ResellerV3SpaCoPayQuoteResponse",
                "ResellerV3SpaResponse",
                "ServicePreview",
                "SpaCoPayQuoteV3Request",
                "UpdateIssuedPassExpiryV3Request",
                "UpdateIssuedPassV3Request",
                "UpdateLookupEnabledRequest",
            }
        ),
        optional={
            "ResellerV3ProviderResponse": frozenset({"distance_km"}),
            "ResellerV3ClassResponse": frozenset({"instances", "message"}),
            "ResellerV3BookingResponse": frozenset(
                {
                    "class_instance_id",
                    "class_name",
                    "message",
                    "refund",
                    "rescheduled_from",
                    "rescheduled_to",
                    "service_ids",
                    "service_name",
                }
            ),
            "ResellerV3CoPayPurchaseResponse": frozenset({"copay_package_id", "quote_id"}),
            "LookupV3Response": frozenset({"lookup_token"}),
            "ResellerV3ClientResponse": frozenset({"passcode"}),
        },
        world={
            "class_instances": exactly(
                id=ref("OpaqueId"),
                class_id=ref("OpaqueId"),
                date=ref("GivenDate"),
                time=ref("WallTime"),
                capacity={"type": "integer", "minimum": 1},
                taken={"type": "integer", "minimum": 0},
            ),
            "clients": exactly(
                id=ref("OpaqueId"),
                reseller=ref("OpaqueId"),
                first_name={"type": "string", "minLength": 1},
                last_name={"type": "string", "minLength": 1},
                email=NOTE,
                phone=NOTE,
                passcode={"type": "string", "pattern": "^[A-Z0-9]{8}$"},
                credits={"type": "integer", "minimum": 0},
                transactions={"type": "array", "items": ref("CreditTransaction")},
            ),
            "issued_passes": exactly(
                id=ref("OpaqueId"),
                client_id=ref("OpaqueId"),
                pass_id=ref("OpaqueId"),
                is_cancelled={"type": "boolean"},
                start_date={"type": "integer", "minimum": 10**12},
                expires_at={"type": "integer", "minimum": 10**12},
                visits_used={"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
            ),
            "sessions": exactly(
                id=ref("OpaqueId"),
                reseller=ref("OpaqueId"),
                kind={"type": "string", "enum": ["visits", "copay", "spa"]},
                client_id=ref("OpaqueId"),
                user_pass_id=ref("OpaqueId"),
                class_instance_id=NOTE,
                provider_branch_id=ref("OpaqueId"),
                service_ids={"type": "array", "items": ref("OpaqueId")},
                date=ref("GivenDate"),
                time=ref("WallTime"),
                expires_at={"type": "integer", "minimum": 10**9, "maximum": 10**10},
            ),
            "lookups": exactly(
                id=ref("OpaqueId"),
                reseller=ref("OpaqueId"),
                issuer_id=ref("OpaqueId"),
                client_id=ref("OpaqueId"),
                status={"type": "string", "enum": ["PENDING", "VERIFIED", "EXPIRED"]},
                access_code={"type": "string", "pattern": "^[0-9]{6}$"},
                lookup_token=NOTE,
                expires_at={"type": "integer", "minimum": 10**12},
            ),
            "bookings": exactly(
                id=ref("OpaqueId"),
                reseller=ref("OpaqueId"),
                client_id=ref("OpaqueId"),
                user_pass_id=ref("OpaqueId"),
                status=ref("BookingStatus"),
                class_instance_id=NOTE,
                provider_branch_id=ref("OpaqueId"),
                service_ids={"type": "array", "items": ref("OpaqueId")},
                date=ref("GivenDate"),
                time=ref("WallTime"),
                visits_deducted={"type": "integer", "minimum": 0},
                credits_deducted={"type": "integer", "minimum": 0},
                amount_charged={"type": "integer", "minimum": 0},
                created={"type": "integer", "minimum": 10**9, "maximum": 10**10},
            ),
        },
        samples=11,
        curls=0,
    ),
}


class Contract:
    """One API's document, as these tests look at it."""

    def __init__(self, api: str, facts: Facts) -> None:
        self.api = api
        self.facts = facts
        self.document = yaml.safe_load((openapi_dir() / api / "openapi.yaml").read_text(encoding="utf-8"))
        self.base_paths = [urlsplit(server["url"]).path.rstrip("/") for server in self.document["servers"]]
        self.samples = sorted((fixtures_dir() / api / "samples").glob("*.yaml"))
        self.scenarios = sorted((fixtures_dir() / api / "scenarios").glob("*.yaml"))

    @cached_property
    def operations(self):
        return {
            item[method]["operationId"]: item[method]
            for item in self.document["paths"].values()
            for method in METHODS
            if method in item
        }

    @cached_property
    def rules(self):
        return [rule for holder in (self.document, *self.operations.values()) for rule in holder.get("x-rules", [])]

    def at(self, pointer):
        return at_pointer(self.document, pointer)

    def resolved(self, node):
        while "$ref" in node:
            node = self.at(node["$ref"].removeprefix("#"))
        return node

    def resolved_throughout(self, node):
        if isinstance(node, dict):
            return {name: self.resolved_throughout(each) for name, each in self.resolved(node).items()}
        return [self.resolved_throughout(each) for each in node] if isinstance(node, list) else node

    def responses(self, operation):
        return {status: self.resolved(response) for status, response in operation["responses"].items()}

    def parameters(self, operation):
        """Those of its path included, which the document has once for all methods."""
        item = next(item for item in self.document["paths"].values() if operation in item.values())
        return [self.resolved(each) for each in [*item.get("parameters", []), *operation.get("parameters", [])]]

    def is_open(self, operation):
        return operation.get("security") == []

    def is_keyed(self, operation):
        return not self.is_open(operation) and {} not in operation.get("security", [])

    def body_schema(self, operation):
        return operation["requestBody"]["content"][self.facts.media_type]["schema"]

    def texts(self, response):
        """The refusals that an answer shows as examples."""
        content = response["content"][self.facts.media_type]
        shown = [content["example"]] if "example" in content else self.shown(content)
        return {at_pointer(body, self.document["x-error-code"]) for body in shown}

    def shown(self, node):
        return [self.resolved(example)["value"] for example in node.get("examples", {}).values()]

    def media_types(self, operation, status):
        """Those that an answer of the operation has to have."""
        if status.startswith("2") and operation["operationId"] in self.facts.plain:
            return {"application/json"}
        if status.startswith("2") and operation["operationId"] in self.facts.flattened:
            return {self.facts.media_type, "application/json"}
        return {self.facts.media_type}

    def operation_at(self, method, path):
        """The operation that a request goes to, whichever of the base paths it has."""
        bare = path.partition("?")[0]
        for base in sorted(self.base_paths, key=len, reverse=True):
            for template, item in self.document["paths"].items():
                pattern = re.escape(base) + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
                if re.fullmatch(pattern, bare) and method.lower() in item:
                    return item[method.lower()]
        raise AssertionError(f"{method} {path} is nowhere in the document of {self.api}")

    def check(self, schema, value):
        whole = {"allOf": [schema], "components": self.document["components"]}
        OAS30Validator(whole, format_checker=oas30_format_checker).validate(value)

    def examples(self) -> Iterator[tuple[dict, object]]:
        """Each example of a body, a parameter or a header, and each of a schema, with the schema it must fit."""
        for node in walk(self.document):
            schema = node.get("schema", node if "type" in node or "anyOf" in node else None)
            if schema is None or "scheme" in node:
                continue
            if "example" in node:
                yield schema, node["example"]
            for example in self.shown(node):
                yield schema, example

    def schema_at(self, schema, pointer):
        """The schema of what stands at a pointer in a body."""
        for step in pointer.split("/")[1:]:
            schema = self.resolved(schema)
            while "anyOf" in schema:
                schema = self.resolved(schema["anyOf"][0])
            schema = schema["items"] if schema["type"] == "array" else self.member(schema, step)
        return schema

    def member(self, schema, name):
        return schema.get("properties", {}).get(name) or schema["additionalProperties"]


def at_pointer(node, pointer):
    for step in pointer.split("/")[1:]:
        node = node[int(step) if isinstance(node, list) else step.replace("~1", "/").replace("~0", "~")]
    return node


def walk(node) -> Iterator[dict]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


CONTRACTS = [Contract(api, facts) for api, facts in FACTS.items()]


def each(names):
    """Runs a test for each thing of each contract; `names` finds the things of one, by their ids."""
    cases = [
        pytest.param(contract, thing, id=f"{contract.api}-{name}")
        for contract in CONTRACTS
        for name, thing in names(contract).items()
    ]
    return pytest.mark.parametrize(("contract", "thing"), cases)


def paths(*kinds):
    return lambda contract: {path.stem: path for kind in kinds for path in getattr(contract, kind)}


each_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=[contract.api for contract in CONTRACTS])
each_operation = each(lambda contract: contract.operations)
each_rule = each(lambda contract: {rule["id"]: rule for rule in contract.rules})
each_sample = each(paths("samples"))
each_command = each(lambda contract: {path.stem: path for path in contract.samples if "curl" in read(path)})
each_fixture = each(paths("samples", "scenarios"))


@each_contract
def test_document_is_valid_openapi(contract):
    validate(contract.document)


@each_operation
def test_operation_says_what_it_does_whether_it_writes_and_where_it_comes_from(contract, thing):
    assert thing["summary"]
    assert thing["description"]
    assert thing["x-effect"] in {"read", "write"}
    assert thing["x-source"] in SOURCES


@each_operation
def test_every_answer_of_an_operation_has_a_json_schema_or_is_an_empty_success_of_a_write(contract, thing):
    is_empty = contract.facts.writes_are_empty or thing["operationId"] in contract.facts.silent

    for status, response in contract.responses(thing).items():
        if is_empty and thing["x-effect"] == "write" and status.startswith("2"):
            assert "content" not in response, status
        else:
            assert set(response["content"]) == contract.media_types(thing, status), status
            assert all(content["schema"] for content in response["content"].values()), status


@each_operation
def test_an_empty_answer_to_a_create_tells_where_the_new_thing_is(contract, thing):
    created = contract.responses(thing).get("201")

    if created and "content" not in created:
        assert contract.resolved(created["headers"]["Location"])["required"] is True


@each_operation
def test_every_status_that_can_happen_to_an_operation_is_listed(contract, thing):
    happens = {"405"}
    if contract.is_keyed(thing):
        happens |= contract.facts.refused_by_the_key
    if "requestBody" in thing:
        happens |= {"400", "413", "415", contract.facts.bad_parameter}
    if contract.parameters(thing):
        happens |= {contract.facts.bad_parameter}
    happens |= {str(refusal["status"]) for refusal in thing["x-refusals"]}

    assert happens <= set(thing["responses"])


@each_operation
def test_no_status_is_listed_that_cannot_happen_to_an_operation(contract, thing):
    listed = set(thing["responses"])

    if contract.is_open(thing):
        assert not listed & {"401", "403", "429"}
    if "requestBody" not in thing:
        assert not listed & {"413", "415"}
    if "requestBody" not in thing and not contract.parameters(thing):
        assert "400" not in listed


@each_operation
def test_every_answer_of_a_keyed_operation_tells_the_rate_limit(contract, thing):
    expected = contract.facts.limit_headers if contract.is_keyed(thing) else 0

    for status, response in contract.responses(thing).items():
        headers = {name for name in response.get("headers", {}) if name.startswith("X-RateLimit-")}
        assert len(headers) == expected, status


@each_operation
def test_refusals_are_declared_answers_and_name_an_existing_rule(contract, thing):
    ids = {rule["id"] for rule in contract.rules}

    for refusal in thing["x-refusals"]:
        assert str(refusal["status"]) in thing["responses"]
        assert refusal["rule"] in ids
        assert any(refusal["code"] in rule["text"] for rule in contract.rules if rule["id"] == refusal["rule"])


@each_operation
def test_refusals_stand_as_examples_in_their_answer(contract, thing):
    for refusal in thing["x-refusals"]:
        assert refusal["code"] in contract.texts(contract.responses(thing)[str(refusal["status"])])


@each_operation
def test_every_conflict_and_everything_not_found_that_is_shown_is_a_refusal(contract, thing):
    listed = {(str(refusal["status"]), refusal["code"]) for refusal in thing["x-refusals"]}

    for status, response in contract.responses(thing).items():
        if status in {"404", "409"}:
            assert {(status, text) for text in contract.texts(response)} <= listed


@each_operation
def test_links_lead_to_operations_and_to_parameters_that_they_have(contract, thing):
    for response in contract.responses(thing).values():
        for link in response.get("links", {}).values():
            target = contract.operations[contract.resolved(link)["operationId"]]
            names = {parameter["name"] for parameter in contract.parameters(target)}
            assert set(contract.resolved(link).get("parameters", {})) <= names


@each_operation
def test_every_answer_has_the_headers_that_every_answer_has(contract, thing):
    for status, response in contract.responses(thing).items():
        headers = {name: contract.resolved(header) for name, header in response.get("headers", {}).items()}
        assert contract.facts.headers <= {name for name, header in headers.items() if header.get("required")}, status


@each_contract
def test_schemas_that_the_vendor_names_have_those_names(contract):
    assert contract.facts.schemas <= set(contract.document["components"]["schemas"])


@each_contract
def test_operations_are_the_agreed_ones(contract):
    keyless = {name for name, operation in contract.operations.items() if not contract.is_keyed(operation)}

    assert len(contract.operations) == contract.facts.operations
    assert {name for name in keyless if contract.is_open(contract.operations[name])} == contract.facts.open
    assert keyless - contract.facts.open == contract.facts.half_open


@each_contract
def test_rule_ids_are_unique_and_there_are_enough_of_them(contract):
    ids = [rule["id"] for rule in contract.rules]

    assert len(ids) == len(set(ids)) >= contract.facts.least_rules


@each_rule
def test_rule_is_complete(contract, thing):
    assert set(thing) == {"id", "level", "source", "needs", "text"}
    assert thing["level"] in {"must", "should"}
    assert thing["source"] in SOURCES
    assert set(thing["needs"]) <= contract.facts.needs
    assert thing["text"].endswith(".")


@each_contract
def test_answers_are_closed_and_complete(contract):
    for name, schema in contract.document["components"]["schemas"].items():
        if schema.get("additionalProperties") is False:
            required = set(schema.get("required", []))
            if contract.facts.sparse.fullmatch(name):
                assert required == {"id", "type"} & required, name
            else:
                assert set(schema["properties"]) - required == contract.facts.optional.get(name, set()), name


@each_operation
def test_requests_are_open(contract, thing):
    if "requestBody" in thing:
        schema = contract.resolved_throughout(contract.body_schema(thing))
        assert not [node for node in walk(schema) if node.get("additionalProperties") is False]


@each_contract
def test_every_schema_is_one_that_the_door_can_read(contract):
    for schema in contract.document["components"]["schemas"].values():
        compile_schema(contract.resolved_throughout(schema))


@each_contract
def test_every_source_is_one_of_three(contract):
    assert {node["x-source"] for node in walk(contract.document) if "x-source" in node} <= set(SOURCES)


@each_contract
def test_every_example_fits_its_schema(contract):
    checked = 0
    for schema, example in contract.examples():
        contract.check(schema, example)
        checked += 1

    assert checked >= contract.facts.least_examples


@each_contract
def test_there_is_a_golden_sample_for_each_printed_one(contract):
    samples = [read(path) for path in contract.samples]

    assert len(samples) == contract.facts.samples
    assert len([sample for sample in samples if "curl" in sample]) == contract.facts.curls


@each_fixture
def test_world_of_a_fixture_speaks_the_api_own_words(contract, thing):
    world = read(thing)["world"]

    for place, schema in contract.facts.world.items():
        for document in at_pointer(world, "/" + place.replace(".", "/")):
            contract.check(schema, document)


@each_sample
def test_golden_exchange_fits_the_contract(contract, thing):
    for exchange in read(thing)["exchanges"]:
        request, response = exchange["request"], exchange["response"]
        operation = contract.operation_at(request["method"], request["path"])
        answer = contract.responses(operation)[str(response["status"])]

        assert "body" in request or not operation.get("requestBody", {}).get("required")
        if "body" in request:
            contract.check(contract.body_schema(operation), request["body"])
        assert ("content" in answer) == bool({"body", "contains"} & set(response))
        if "content" in answer:
            schema = answer["content"][contract.facts.media_type]["schema"]
            if "body" in response:
                contract.check(schema, response["body"])
            for pointer, value in response.get("contains", {}).items():
                contract.check(contract.schema_at(schema, pointer), value)
        assert ("Location" in answer.get("headers", {})) == ("Location" in response.get("headers", {}))


@each_sample
def test_what_is_shown_by_us_alone_follows_what_was_printed(contract, thing):
    exchanges = read(thing)["exchanges"]

    assert "shown_by" not in exchanges[0]
    for exchange in exchanges[1:]:
        assert exchange.get("shown_by", "ours") == "ours"
        operation = contract.operation_at(exchange["request"]["method"], exchange["request"]["path"])
        assert operation["x-effect"] == "read" or "shown_by" not in exchange


@each_command
def test_a_printed_command_is_the_first_exchange(contract, thing):
    sample = read(thing)
    words = shlex.split(sample["curl"].replace("\\\n", " "))
    request = sample["exchanges"][0]["request"]

    (url,) = (word for word in words if word.startswith("https://"))
    given = dict(words[number + 1].split(": ", 1) for number, word in enumerate(words) if word == "-H")
    bodies = [json.loads(words[number + 1]) for number, word in enumerate(words) if word == "-d"]

    assert words[words.index("-X") + 1] == request["method"]
    assert url.removeprefix("https://api.example.com") == request["path"]
    assert given == request["headers"]
    assert bodies == ([request["body"]] if "body" in request else [])
