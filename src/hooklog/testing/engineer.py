"""Who sets up an org through the API in tests: defines events, maps names, makes webhooks, and pushes to try them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from hooklog.testing.visitor import Entry, Visitor

__all__ = ["EVENTS", "WEBHOOK", "Engineer", "Refusal", "set_to"]

EVENTS = "/v2/events"
WEBHOOK = f"{EVENTS}/webhook"

Part = dict[str, Any]


class Refusal(NamedTuple):
    """How a call was refused."""

    http_status: int
    code: int
    message: str


def set_to(kind: str, /, name: str, **settings: str) -> Part:
    """A field as the API takes it, e.g. `set_to("string", "note", isRequired="false")`."""
    return {
        "name": name,
        "type": kind,
        "attributes": {key: {"value": text} for key, text in settings.items()},
    }


CUSTOMER = set_to("customer", "mobile")


class Engineer(Visitor):
    """A visitor who may write. What must succeed is asserted to; what must not is told by `refused`."""

    def done(self, method: str, target: str, /, **content: Any) -> list[str]:
        """A change that is answered with nothing but warnings; returns their texts."""
        answer = self.send(method, target, **content)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        body = answer.json()
        assert list(body) == ["warnings", "errors"], body
        assert body["errors"] == []
        return [warning["message"] for warning in body["warnings"]]

    def refused(self, method: str, target: str, /, **content: Any) -> Refusal:
        """A call that is refused, in the documented shape; only reads that show `data` have it."""
        return _refusal(self.send(method, target, **content))

    def define(self, name: str, *fields: Part, method: str = "POST", **changes: object) -> list[str]:
        """Create an event (or replace it with PUT) with a customer field beside the given ones."""
        return self.done(method, EVENTS, json=self.definition(name, *fields, **changes))

    def definition(self, name: str, *fields: Part, **changes: object) -> Part:
        """The body of `define`; it has a customer field unless one is given."""
        own = [] if any(field["type"].lower() == "customer" for field in fields) else [CUSTOMER]
        return {"eventName": name, "actions": ["EIConsumer"], "fields": [*own, *fields], **changes}

    def meta(self, name: str, **parameters: str) -> Part:
        """The `clickEventsMeta` of an event."""
        body = self.answer(f"{EVENTS}/meta", event_name=name, **parameters)
        assert list(body) == ["clickEventsMeta", "transformerMappings", "warnings"]
        found: Part = body["clickEventsMeta"]
        return found

    def mappings(self, name: str) -> Part:
        """The `transformerMappings` of an event."""
        found: Part = self.answer(f"{EVENTS}/meta", event_name=name)["transformerMappings"]
        return found

    def standing(self, name: str, **parameters: str) -> tuple[str, str]:
        """Where an event stands in its life: status and test status."""
        meta = self.meta(name, **parameters)
        return meta["status"], meta["testStatus"]

    def attributes(self, name: str, field: str) -> Part:
        """The attributes of one field of an event."""
        [found] = [one for one in self.meta(name)["fields"] if one["name"] == field]
        attributes: Part = found["attributes"]
        return attributes

    def webhook(
        self, transformer: str = "defaultTransformer", till: str = "till01", **changes: object
    ) -> str:
        """Make a webhook; returns its id."""
        body = {"transformerType": transformer, "tillCode": till, **changes}
        answer = self.send("POST", WEBHOOK, json=body)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        uri: str = answer.json()["webHookUri"]
        assert uri.startswith(f"{self.program.ingest_url}/webhooks/"), uri
        return uri.rpartition("/")[2]

    def outcome(self, webhook_id: str, body: Mapping[str, object]) -> Entry:
        """Push an event and wait for its entry."""
        [entry] = self.settled(self.accepted(webhook_id, body))
        return entry

    def publish(self, name: str) -> list[str]:
        """Publish a verified event."""
        return self.done("PUT", f"{EVENTS}/publish", params={"event_name": name})

    def disable(self, name: str) -> list[str]:
        """Turn an event off."""
        return self.done("PUT", f"{EVENTS}/disable", params={"event_name": name})

    def map_web_engage(self, names: Mapping[str, str], **fields: Mapping[str, str]) -> list[str]:
        """Post a WebEngage mapping: source names to events, and by event its fields to source names."""
        field_mapper = {
            event: [{"eventFieldName": name, "fieldName": source} for name, source in sources.items()]
            for event, sources in fields.items()
        }
        data = {"eventMapper": {"valueMap": dict(names)}, "eventFieldMapper": field_mapper}
        body = {"transformerType": "webEngageTransformer", "webEngageTransformerData": data}
        return self.done("POST", f"{EVENTS}/adapter_mapping", json=body)

    def audit(self, name: str | None = None) -> list[Part]:
        """The audit's items, newest first."""
        items: list[Part] = self.answer(f"{EVENTS}/audit_logs", eventName=name)["data"]
        return items


def _refusal(answer: httpx.Response) -> Refusal:
    body = answer.json()
    shows_data = answer.request.method == "GET" and not answer.request.url.path.endswith("/meta")
    assert list(body) == ["errors", "warnings", *(["data"] if shows_data else [])], body
    [error] = body["errors"]
    assert error["status"] is False
    assert list(error) == ["status", "code", "message"]
    return Refusal(answer.status_code, error["code"], error["message"])
