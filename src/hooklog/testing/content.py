"""What `hooklog load` is given in tests: orgs with all that belongs to them, in a few words each."""

from collections.abc import Iterable, Mapping
from typing import Any

from hooklog.catalog.base import EI_CONSUMER

__all__ = ["TILL_PASSWORD", "Content", "attribute", "customer_by_mobile", "field"]

TILL_PASSWORD = "secret"  # noqa: S105 - of tills that exist in tests only

Part = dict[str, Any]


def attribute(value: str, value_type: str = "STRING") -> Part:
    """One setting of a field."""
    return {"value": value, "valueType": value_type}


def customer_by_mobile(name: str = "mobile", **settings: str) -> Part:
    """The customer field of a definition, found by mobile, optional unless told otherwise."""
    known = {"identifierType": "mobile", "source": "INSTORE", "isRequired": "false", **settings}
    return {
        "name": name,
        "type": "customer",
        "attributes": {key: attribute(value) for key, value in known.items()},
    }


def field(name: str, kind: str = "string", **settings: str) -> Part:
    """A field of a definition, optional unless told otherwise."""
    known = {"isRequired": "false", **settings}
    return {"name": name, "type": kind, "attributes": {key: attribute(value) for key, value in known.items()}}


class Content:
    """A file for `load` in the making; `file` is its content. Every call adds one thing."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.file: dict[str, list[Part]] = {}

    def org(
        self, org_id: int, *, parent_org_id: int = -1, zone: str = "UTC", takes_basic: bool = True
    ) -> int:
        """An org; returns its id."""
        self._add(
            "orgs", org_id, parentOrgId=parent_org_id, timeZone=zone, basicAuthEnabled=takes_basic, name="org"
        )
        return org_id

    def till(
        self,
        org_id: int,
        code: str,
        password: str | None = TILL_PASSWORD,
        scopes: Iterable[str] | None = None,
    ) -> str:
        """A till; returns its code. Ids count up."""
        till_id = 7001 + len(self.file.get("tills", []))
        self._add("tills", org_id, tillId=till_id, code=code, password=password, scopes=_listed(scopes))
        return code

    def client(self, org_id: int, key: str, secret: str, **changes: object) -> str:
        """An OAuth client; returns its key."""
        client_id = 101 + len(self.file.get("clients", []))
        self._add("clients", org_id, clientId=client_id, name=key, key=key, secret=secret, **changes)
        return key

    def api_key(self, org_id: int, key: str, *scopes: str) -> str:
        """An API key in the clear; returns it."""
        self._add("apiKeys", org_id, name=key, key=key, scopes=list(scopes))
        return key

    def customer(self, org_id: int, user_id: int, **identifiers: str) -> int:
        """A customer; returns the user id."""
        known = [{"type": kind, "value": value} for kind, value in identifiers.items()]
        self._add("customers", org_id, userId=user_id, identifiers=known)
        return user_id

    def event(
        self,
        org_id: int,
        name: str,
        *fields: Mapping[str, object],
        actions: Iterable[str] = (EI_CONSUMER,),
        label: str = "",
        status: str = "PUBLISHED",
    ) -> str:
        """A definition, published unless told otherwise; returns its name."""
        self._add(
            "events",
            org_id,
            eventName=name,
            actions=list(actions),
            status=status,
            label=label,
            fields=list(fields) or [customer_by_mobile()],
        )
        return name

    def group(
        self, org_id: int, group_id: int, external_id: str, *members: int, primary: int | None = None
    ) -> str:
        """A user group; returns its external id."""
        self._add(
            "groups",
            org_id,
            groupId=group_id,
            externalId=external_id,
            members=list(members),
            primaryUserId=primary,
        )
        return external_id

    def webhook(
        self, org_id: int, webhook_id: str, till_code: str, mechanism: str = "", *, is_unique: bool = False
    ) -> str:
        """A webhook, which asks for credentials where a mechanism is named; returns its id."""
        self._add(
            "webhooks",
            org_id,
            webHookId=webhook_id,
            transformerType="defaultTransformer",
            tillCode=till_code,
            authEnabled=bool(mechanism),
            authMechanism=mechanism,
            uniquenessCheckEnabled=is_unique,
        )
        return webhook_id

    def _add(self, kind: str, org_id: int, **part: object) -> None:
        self.file.setdefault(kind, []).append({"orgId": org_id, **part})


def _listed(texts: Iterable[str] | None) -> list[str] | None:
    return None if texts is None else list(texts)
