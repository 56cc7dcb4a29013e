"""What the stages need to know of one version of a definition, worked out once instead of once an event.

Fields have their settings as texts; here they have become what a stage asks for. A version never changes, so
neither does its plan.
"""

from typing import Final

import msgspec

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, Definition, Field, PublishState, psi_names
from hooklog.directory.identifier import canonical, canonical_type
from hooklog.directory.known import Space
from hooklog.pipeline.fields import CompiledFields, compile_fields

__all__ = ["NOT_AN_ACTION", "NOT_PUBLISHED", "NO_PLAN", "CustomerRule", "Plan", "Plans"]

NOT_AN_ACTION: Final = "not among the event's actions"
NOT_PUBLISHED: Final = "the event is not published"
_DEFAULT_SOURCE: Final = "INSTORE"


class CustomerRule(msgspec.Struct, frozen=True, eq=False):
    """How the customer field names a customer. `space` is where its identifiers are looked up."""

    name: str
    kind: str
    space: Space
    adds_missing: bool
    is_mobile: bool


class Plan(msgspec.Struct, frozen=True, eq=False):
    """See the module. `skips_ei` and `skips_emf` say why that consumer is not asked; None where it is."""

    definition: Definition
    fields: CompiledFields
    detail: dict[str, object]
    customer: CustomerRule | None
    till_fields: tuple[str, ...]
    group_fields: tuple[Field, ...]
    unique_fields: tuple[Field, ...]
    source: str
    display_name: str | None
    psi: tuple[str, ...]
    skips_ei: str | None
    skips_emf: str | None


class Plans:
    """The plans of the definitions that were used last. Belongs to one thread."""

    def __init__(self, plans_max: int) -> None:
        """Args: `plans_max`: how many to keep."""
        self._plans_max = plans_max
        self._plans: dict[tuple[int, str, int], Plan] = {}

    def of(self, definition: Definition) -> Plan:
        """The plan of a definition, made now or before."""
        key = definition.org_id, definition.name, definition.version
        plan = self._plans.get(key)
        # What a version says of its life may change, such as having been verified.
        if plan is not None and (plan.definition is definition or plan.definition == definition):
            return plan
        if plan is None and len(self._plans) >= self._plans_max:
            self._plans.pop(next(iter(self._plans)))
        plan = self._plans[key] = _plan(definition)
        return plan


def _plan(definition: Definition) -> Plan:
    fields = definition.fields
    customer = definition.field_of_type("customer")
    psi = psi_names(fields)
    is_ei, is_emf = EI_CONSUMER in definition.actions, EMF_CONSUMER in definition.actions
    unpublished = NOT_PUBLISHED if definition.state == PublishState.UNPUBLISHED else None
    return Plan(
        definition=definition,
        fields=compile_fields(fields),
        detail={"version": definition.version},
        customer=None if customer is None else _customer_rule(definition.org_id, customer),
        till_fields=tuple(field.name for field in fields if field.type == "tillCode"),
        group_fields=tuple(field for field in fields if field.type == "groupId"),
        unique_fields=tuple(field for field in fields if field.flag("isUniqueKeyField")),
        source=_DEFAULT_SOURCE if customer is None else customer.text("source", _DEFAULT_SOURCE).upper(),
        display_name=definition.label or None,
        psi=tuple(field.name for field in fields if field.name in psi),
        skips_ei=None if is_ei else NOT_AN_ACTION,
        skips_emf=unpublished if is_emf else NOT_AN_ACTION,
    )


def _customer_rule(org_id: int, field: Field) -> CustomerRule:
    kind = canonical_type(field.text("identifierType", "mobile"))
    # Source and account of every identifier of this field, in canonical form.
    example = canonical(kind, "", field.text("source", _DEFAULT_SOURCE), field.text("accountId"))
    return CustomerRule(
        name=field.name,
        kind=kind,
        space=Space(org_id, example.type, example.source, example.account_id),
        adds_missing=field.flag("addCustomerIfNotExists"),
        is_mobile=kind == "mobile",
    )


NO_PLAN: Final = _plan(Definition(0, "", 0, (), ()))
"""Stands for a plan as long as no definition has been found."""
