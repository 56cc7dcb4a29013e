"""The org's customers (contract I.22). Identifiers are added, never taken away: records name the customer.

Where the org has marked any field as sensitive, only who holds psi:read sees identifiers (contract I.7, I.24).
"""

from collections.abc import Sequence

from litestar import Response, get, post, put
from litestar.params import FromPath

from hooklog.access.scopes import Caller, Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.directory_forms import (
    BODY_BYTES_MAX,
    CustomerChange,
    CustomerForm,
    IdentifierForm,
    identifiers_of,
    read_form,
)
from hooklog.api.directory_operations import PATH, answer_of, changing, creating, listing, reading
from hooklog.api.directory_paging import first_of, found_or_404, id_of, one_of_them, page_of, pages
from hooklog.api.directory_views import CustomerView, IdentifierView, customer_view
from hooklog.api.envelope import ApiError
from hooklog.api.masking import mask_for
from hooklog.api.operation import query
from hooklog.api.parameters import parameter
from hooklog.author import Author
from hooklog.directory.audit import DirectoryChange, note
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.base import Conflict, Customer, Enrolment, Identifier

__all__ = ["change_customer", "create_customer", "get_customer", "is_masked", "list_customers"]

_ANSWER = answer_of(CustomerView(391684893, [IdentifierView("mobile", "919800000001", "INSTORE", "")]))
_CUSTOMERS = PATH + "/customers"
_CUSTOMER = _CUSTOMERS + "/{user_id:str}"
_EXAMPLE = {"userId": 391684893, "identifiers": [{"type": "mobile", "value": "919800000001"}]}
_MASKED = "Identifiers are masked without psi:read where the org has marked any field as sensitive."
_IDENTIFIER = "identifier"
_LIST = listing(
    *("customers", _ANSWER, f"{_MASKED} Who sees them masked finds nobody by them."),
    query(
        _IDENTIFIER,
        "Only those known by `<identifierType>:<value>`, whatever the source and account.",
        example="mobile:919800000001",
    ),
)
_READ = reading("customer", "user_id", int, _ANSWER)
_CREATE = creating(
    *("customer", CustomerForm, _ANSWER, _EXAMPLE), description="The user id is made where it is left out."
)
_CHANGE = changing(
    *("customer", "user_id", int, CustomerChange, _ANSWER, {"identifiers": _EXAMPLE["identifiers"]}),
    description="Identifiers are added; those that are there stay.",
)


@get(_CUSTOMERS, name="list-customers", opt={"operation": _LIST})
async def list_customers(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """By user id."""
    caller = await context.caller(request, Scope.ADMIN)
    hides = is_masked(context, caller)
    asked = parameter(parameters_of(request), _IDENTIFIER)
    wanted = None if asked is None else _identifier(asked)

    def read(after: str | None, limit: int) -> list[Customer]:
        if wanted is None:
            return context.directory.customers(caller.org_id, first_of(after), limit)
        known = [] if hides else context.directory.customers_named(caller.org_id, wanted.type, wanted.value)
        here = pages(known, lambda user_id: user_id, first_of(after), limit)
        found = (context.directory.customer(caller.org_id, user_id) for user_id in here)
        return [one for one in found if one is not None]

    def show(customer: Customer) -> CustomerView:
        return customer_view(customer, is_masked=hides)

    return await page_of(request, context, read, lambda customer: customer.user_id, show, _IDENTIFIER)


@get(_CUSTOMER, name="get-customer", opt={"operation": _READ})
async def get_customer(request: AnyRequest, context: TheContext, user_id: FromPath[str]) -> Response[bytes]:
    """One by its user id."""
    caller = await context.caller(request, Scope.ADMIN)
    customer = await context.read(lambda: _customer(context, caller.org_id, user_id))
    return one_of_them(request, customer_view(customer, is_masked=is_masked(context, caller)))


@post(
    _CUSTOMERS,
    name="create-customer",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": _CREATE},
)
async def create_customer(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new customer."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, CustomerForm)
    identifiers = _identifiers(form.identifiers)
    author = author_of(caller)

    def create() -> Customer:
        user_id = form.user_id
        if user_id is not None and context.directory.customer(caller.org_id, user_id) is not None:
            raise ApiError(409, f"customer {user_id} is there already")
        for one in identifiers:
            holder = context.directory.find_customer(caller.org_id, one)
            if holder is not None:
                raise ApiError(409, f"{one.type} {one.value!r} already belongs to customer {holder}")
        return _enrol(context, author, caller.org_id, user_id, identifiers)

    customer = await context.change_directory(create)
    return changed(author, [customer_view(customer, is_masked=is_masked(context, caller))], warnings)


@put(_CUSTOMER, name="change-customer", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_customer(
    request: AnyRequest, context: TheContext, user_id: FromPath[str]
) -> Response[bytes]:
    """More identifiers."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, CustomerChange)
    identifiers = _identifiers(form.identifiers)
    author = author_of(caller)

    def change() -> Customer:
        known = _customer(context, caller.org_id, user_id)
        return _enrol(context, author, caller.org_id, known.user_id, identifiers, known)

    customer = await context.change_directory(change)
    return changed(author, [customer_view(customer, is_masked=is_masked(context, caller))], warnings)


def _enrol(
    context: Context,
    author: Author,
    org_id: int,
    user_id: int | None,
    identifiers: tuple[Identifier, ...],
    known: Customer | None = None,
) -> Customer:
    def noted(stored: Sequence[int | Conflict]) -> DirectoryChange | None:
        if isinstance(stored[0], Conflict):
            return None
        before = () if known is None else known.identifiers
        after = Customer(org_id, stored[0], tuple(dict.fromkeys((*before, *identifiers))))
        views = [None if one is None else customer_view(one, is_masked=False) for one in (after, known)]
        kind = Kind.CREATE_CUSTOMER if known is None else Kind.UPDATE_CUSTOMER
        return note(kind, org_id, stored[0], author, *views)

    if user_id is None and not identifiers:
        raise ApiError(400, "identifiers are missing; a customer has a userId or at least one of them")
    (stored,) = context.directory.put_customers(org_id, [Enrolment(user_id, identifiers)], noted)
    if isinstance(stored, Conflict):
        raise ApiError(409, stored.why)
    return found_or_404(context.directory.customer(org_id, stored))


def _identifiers(forms: list[IdentifierForm]) -> tuple[Identifier, ...]:
    identifiers = identifiers_of(forms)
    if isinstance(identifiers, str):
        raise ApiError(400, identifiers)
    return identifiers


def _identifier(text: str) -> Identifier:
    kind, _, value = text.partition(":")
    if not value:
        raise ApiError(400, f"query parameter identifier is {text!r}; it must be <identifierType>:<value>")
    (identifier,) = _identifiers([IdentifierForm(kind, value)])
    return identifier


def _customer(context: Context, org_id: int, text: str) -> Customer:
    number = id_of(text)
    return found_or_404(None if number is None else context.directory.customer(org_id, number))


def is_masked(context: Context, caller: Caller) -> bool:
    """Whether a caller may not see identifiers of the org's customers."""
    mask = mask_for(caller, context.catalog, context.directory)
    return mask is not None and bool(mask.names(caller.org_id, None))
