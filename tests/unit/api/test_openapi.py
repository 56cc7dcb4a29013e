"""The OpenAPI document is whole: every route, parameter, answer and error is described, with examples that fit."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from hooklog.api.app import ROUTES, document_of
from hooklog.console.session import session_routes

SIGNING_IN = session_routes(None)
DOCUMENT = document_of(SIGNING_IN)
EXTENSION = "x-hooklog-extension"
# The operations of the documented API; every other one is ours.
DOCUMENTED = {
    "push-event",
    "get-events-logs",
    "get-running-status",
    "get-event-data",
    "get-customer-events",
    "search-events",
    "get-events",
    "create-event",
    "update-event",
    "get-event-meta",
    "get-event-meta-fields",
    "disable-event",
    "get-standard-events-meta",
    "enable-standard-event",
    "get-events-audit-logs",
    "create-adapter-mapping",
    "get-adapter-mappings",
    "get-adapters-meta",
    "create-webhook",
    "update-webhook",
    "get-webhooks",
    "disable-webhook",
    "generate-token",
}
# What the documented operations take beyond what is documented.
EXTENSION_PARAMETERS = {
    "get-events-logs": {
        *("status", "webhook_id", "id", "customer", "attr.{name}", "q", "pattern", "min_response_time"),
        *("order", "scope", "cursor", "include"),
    },
    "get-event-data": {"scope"},
    "search-events": {"scope"},
    "get-events": {"status"},
    "get-event-meta": {"status"},
    "get-webhooks": {"status"},
    "get-events-audit-logs": {"about"},
}


def _operations() -> Iterator[tuple[str, Any]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


OPERATIONS = dict(_operations())


def _misfit(schema: Any, example: object) -> str | None:
    """Why an example is none of its schema's; None when it is."""
    validator = jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})
    error = next(iter(validator.iter_errors(example)), None)
    return None if error is None else f"{error.message} at {list(error.instance_path)}"


def test_every_route_is_described_once() -> None:
    routes = {path for handler in [*ROUTES, *SIGNING_IN] for path in handler.paths}
    described = {path.partition("{")[0] for path in DOCUMENT["paths"]}
    assert set() == {path for path in routes if path.partition("{")[0] not in described}
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert sorted(set(ids)) == sorted(ids)


def test_what_is_not_documented_is_marked_as_an_extension() -> None:
    plain = {one["operationId"] for one in OPERATIONS.values() if not one.get(EXTENSION)}
    assert plain == DOCUMENTED


def test_extension_parameters_of_documented_operations_are_marked() -> None:
    marked = {
        operation["operationId"]: {one["name"] for one in operation["parameters"] if one.get(EXTENSION)}
        for operation in OPERATIONS.values()
        if operation["operationId"] in DOCUMENTED
    }
    assert EXTENSION_PARAMETERS == {name: found for name, found in marked.items() if found}


@pytest.mark.parametrize("label", OPERATIONS)
def test_everything_of_an_operation_is_described(label: str) -> None:
    operation = OPERATIONS[label]
    assert operation["summary"]
    assert all(one["description"] for one in operation["parameters"])
    assert all(one["description"] and one["headers"] for one in operation["responses"].values())
    in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
    assert in_path == {part.partition("}")[0] for part in label.split("{")[1:]}


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_has_an_example_that_fits_its_schema(label: str) -> None:
    for status, response in OPERATIONS[label]["responses"].items():
        for media_type, content in response["content"].items():
            if media_type == "application/json":
                assert "example" in content, f"{status} of {label} has no example"
                assert _misfit(content["schema"], content["example"]) is None, f"{status} of {label}"


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_body_has_an_example_that_fits_its_schema(label: str) -> None:
    for content in OPERATIONS[label].get("requestBody", {}).get("content", {}).values():
        assert _misfit(content["schema"], content["example"]) is None, label


@pytest.mark.parametrize("label", OPERATIONS)
def test_examples_of_parameters_fit_their_schemas(label: str) -> None:
    for parameter in OPERATIONS[label]["parameters"]:
        if "example" in parameter:
            assert _misfit(parameter["schema"], parameter["example"]) is None, parameter["name"]


def test_what_needs_credentials_says_how_it_refuses() -> None:
    for label, operation in OPERATIONS.items():
        if "security" in operation:
            assert {"400", "401", "403", "429", "500", "503"} <= set(operation["responses"]), label
            denied = operation["responses"]["403"]["content"]["application/json"]["example"]
            assert 4000 == denied["errors"][0]["code"]
