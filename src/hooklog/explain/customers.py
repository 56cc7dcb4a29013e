"""What is said where the customer is the trouble: not sent, malformed, unknown, or not to be added."""

from hooklog.catalog.base import Field
from hooklog.directory.identifier import IDENTIFIER_TYPES, canonical, canonical_type, is_malformed
from hooklog.event import Stage
from hooklog.explain.advice import RESEND, RESEND_NOW, advice
from hooklog.explain.case import Case, FailingField, Finding, Today, listed, quoted
from hooklog.explain.identifiers import FORMS, look_like_customer, why_malformed

__all__ = [
    "creation_failed",
    "customer_kind",
    "malformed_customer",
    "missing_customer",
    "resolved_user",
    "with_customer_missing",
]


def with_customer_missing(case: Case, today: Today, headline: str) -> Finding:
    """A headline and why there was no customer."""
    found = missing_customer(case, today)
    return Finding(f"{headline} {found.headline}", f"{found.next_step} {RESEND}", found.errors)


def missing_customer(case: Case, today: Today) -> Finding:
    """Why an event that passed `resolve_customer` has no customer, without a word on sending it again."""
    field = case.customer_field
    if field is None:
        return Finding("Its definition has no customer field.", "Add a customer field to the definition.")
    value = case.sent(field.name)
    if value is None:
        return _not_sent(case, field)
    kind, text = customer_kind(field), str(value)
    user_id = _known_today(case, today, field, text)
    pointer = case.pointer_to(field.name)
    if user_id is not None:
        error = FailingField(
            field.name, "customer", text, f"user {user_id} has it by now; send again", pointer
        )
        return Finding(
            f"No customer had the {kind} {quoted(text)} when it came; user {user_id} has it by now.",
            "The customer is known by now.",
            (error,),
        )
    other = _known_as(case, today, field, text)
    if other is not None:
        other_kind, user_id = other
        hint = f"the value is the {other_kind} of user {user_id}"
        return Finding(
            f"No customer has the {kind} {quoted(text)}, but it is the {other_kind} of user {user_id}.",
            f"Have the customer's {kind} sent, or let {quoted(field.name)} find customers by {other_kind} "
            "(identifierType).",
            (FailingField(field.name, "identifierType", text, hint, pointer),),
        )
    hint = f"register the customer, or set addCustomerIfNotExists of {field.name}"
    return Finding(
        f"No customer has the {kind} {quoted(text)}, and {quoted(field.name)} does not add unknown ones.",
        f"Register the customer with this {kind}, or let {quoted(field.name)} add unknown ones "
        "(addCustomerIfNotExists).",
        (FailingField(field.name, "customer", text, hint, pointer),),
    )


def _not_sent(case: Case, field: Field) -> Finding:
    kind, name = customer_kind(field), case.source_of(field.name)
    declared = frozenset() if case.definition is None else case.definition.field_names
    values = {} if case.mapped is None else case.mapped.values
    others = look_like_customer(
        {other: value for other, value in values.items() if other not in declared}, kind
    )
    headline = f"The input has no {quoted(name)}, the field that names the customer"
    instead = ""
    if others:
        names = [case.source_of(other) for other in others[:3]]
        headline += f"; {listed(names)} could be the customer's {kind}"
        instead = f" instead of {listed(names, by='or')}"
    hint = f"send the customer's {kind} as {name}"
    return Finding(
        headline + ".",
        f"Have the customer's {kind} sent as {quoted(name)}{instead}.",
        (FailingField(field.name, "customer", "nothing", hint, case.pointer_to(field.name)),),
    )


def malformed_customer(case: Case, _today: Today) -> Finding:
    """INVALID_CUSTOMER_IDENTIFIER: why the value cannot be one of its type."""
    general = advice(case.status)
    field = case.customer_field
    if field is None:
        return Finding(general.headline, general.next_step)
    kind, value = customer_kind(field), case.sent(field.name)
    text = value if isinstance(value, str) else quoted(value).strip("`")
    why = why_malformed(kind, text) or "it must be a text or a whole number"
    form = FORMS.get(kind, "a text or a whole number")
    return Finding(
        f"The customer's {kind} {quoted(text)} is malformed: {why}.",
        f"Send {form} as {quoted(case.source_of(field.name))}; if the value is another kind of identifier, change "
        f"identifierType of {quoted(field.name)} in the definition. {RESEND}",
        (FailingField(field.name, "identifierType", text, f"send {form}", case.pointer_to(field.name)),),
    )


def creation_failed(case: Case, today: Today) -> Finding:
    """CUSTOMER_CREATION_FAILED: a userId that nobody has."""
    general = advice(case.status)
    field = case.customer_field
    if field is None:
        return Finding(general.headline, general.next_step)
    text = str(case.sent(field.name))
    user_id = _known_today(case, today, field, text)
    headline = f"No customer has the userId {quoted(text)}, and a userId cannot be added by an event."
    hint = "register the customer first, or identify customers by mobile or email"
    if user_id is not None:
        headline = f"No customer had the userId {quoted(text)} when the event came; it exists by now."
        hint = "the customer exists by now; send again"
    error = FailingField(field.name, "addCustomerIfNotExists", text, hint, case.pointer_to(field.name))
    return Finding(headline, RESEND_NOW if user_id is not None else general.next_step, (error,))


def customer_kind(field: Field) -> str:
    """The identifier type by which a customer field finds customers, in its documented spelling."""
    return canonical_type(field.text("identifierType", "mobile"))


def _known_as(case: Case, today: Today, field: Field, text: str) -> tuple[str, int] | None:
    """Another identifier type by which somebody has the value, and who: most often the definition asks for the wrong
    one.
    """
    for kind in IDENTIFIER_TYPES:
        if kind not in {customer_kind(field), "userId"}:
            identifier = canonical(kind, text, field.text("source", "INSTORE"), field.text("accountId"))
            user_id = today.directory.find_customer(case.org_id, identifier)
            if user_id is not None:
                return kind, user_id
    return None


def _known_today(case: Case, today: Today, field: Field, text: str) -> int | None:
    kind = customer_kind(field)
    if is_malformed(kind, text):
        return None
    if kind == "userId":
        found = today.directory.customer(case.org_id, int(text))
        return None if found is None else found.user_id
    identifier = canonical(kind, text, field.text("source", "INSTORE"), field.text("accountId"))
    return today.directory.find_customer(case.org_id, identifier)


def resolved_user(case: Case) -> int | None:
    """The customer that the event was resolved to."""
    user_id = case.detail(Stage.RESOLVE_CUSTOMER).get("userId")
    return user_id if isinstance(user_id, int) else None
