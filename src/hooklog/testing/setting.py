"""What an org has set up, in a few words each: orgs, tills, webhooks, definitions, customers, groups."""

from hooklog.catalog.base import (
    EI_CONSUMER,
    EMF_CONSUMER,
    Attribute,
    Catalog,
    Definition,
    Field,
    PublishState,
    Webhook,
)
from hooklog.directory.base import Customer, Directory, Group, Org, Till
from hooklog.directory.identifier import canonical

__all__ = ["ORG_ID", "TILL_CODE", "TILL_ID", "WEBHOOK_ID", "Setting", "customer_field", "field"]

ORG_ID = 100_001
TILL_ID = 7_001
TILL_CODE = "till01"
WEBHOOK_ID = "aabbccddeeff00112233445566778899"


class Setting:
    """One org with a till and a webhook of the default transformer to begin with. Every call may be repeated."""

    def __init__(self, catalog: Catalog, directory: Directory) -> None:
        """Args: `catalog`, `directory`: what is filled."""
        self.catalog = catalog
        self.directory = directory
        self.add_org(ORG_ID)
        self.add_till(TILL_CODE, TILL_ID)
        self.add_webhook()

    def add_org(self, org_id: int, parent_org_id: int = -1, time_zone: str = "UTC") -> None:
        """An org, a child where a parent is named."""
        self.directory.put_org(Org(org_id, f"org {org_id}", parent_org_id, time_zone))

    def add_till(self, code: str, till_id: int, org_id: int = ORG_ID) -> None:
        """A till of an org."""
        self.directory.put_till(Till(org_id, till_id, code))

    def add_webhook(
        self,
        webhook_id: str = WEBHOOK_ID,
        *,
        org_id: int = ORG_ID,
        transformer: str = "defaultTransformer",
        till_code: str = TILL_CODE,
        is_unique: bool = False,
    ) -> str:
        """A webhook without credentials; returns its id."""
        self.catalog.put_webhook(
            Webhook(org_id, webhook_id, transformer, till_code, uniqueness_check_enabled=is_unique)
        )
        return webhook_id

    def define(
        self,
        name: str,
        *fields: Field,
        actions: tuple[str, ...] = (EI_CONSUMER, EMF_CONSUMER),
        state: str = PublishState.PUBLISHED,
        org_id: int = ORG_ID,
        label: str = "",
    ) -> Definition:
        """A definition, published and for both consumers unless told otherwise."""
        return self.catalog.put_definition(Definition(org_id, name, 0, actions, fields, state, label=label))

    def add_customer(
        self, user_id: int, *, org_id: int = ORG_ID, source: str = "", account_id: str = "", **values: str
    ) -> None:
        """A customer with its identifiers by type, e.g. `mobile="919800000001"`."""
        known = tuple(canonical(kind, value, source, account_id) for kind, value in values.items())
        self.directory.put_customer(Customer(org_id, user_id, known))

    def add_group(
        self,
        group_id: int,
        external_id: str,
        members: tuple[int, ...] = (),
        *,
        primary: int | None = None,
        org_id: int = ORG_ID,
    ) -> None:
        """A user group."""
        self.directory.put_group(Group(org_id, group_id, external_id, primary, members))


def field(name: str, kind: str, **attributes: str | tuple[str, ...]) -> Field:
    """A field with attributes such as `isRequired="false"` or `possibleValues=("a", "b")`."""
    return Field(
        name,
        kind,
        {
            key: Attribute(value, "STRING") if isinstance(value, str) else Attribute(None, "LIST", value)
            for key, value in attributes.items()
        },
    )


def customer_field(name: str = "mobile", **attributes: str) -> Field:
    """The customer field, by mobile unless told otherwise."""
    return field(name, "customer", **{"identifierType": "mobile", **attributes})
