"""The org's tills and their logins (contract I.14, I.26)."""

import msgspec
from litestar import Response, delete, get, post, put

from hooklog.access.base import TillLogin
from hooklog.access.basic import hash_password
from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context
from hooklog.api.directory_forms import BODY_BYTES_MAX, TillChange, TillForm, read_form
from hooklog.api.directory_operations import (
    PATH,
    answer_of,
    changing,
    creating,
    listing,
    reading,
    removing,
)
from hooklog.api.directory_paging import first_of, found_or_404, id_of, page_of
from hooklog.api.directory_views import TillView, till_view
from hooklog.api.envelope import ApiError, success
from hooklog.directory.base import Till

__all__ = ["change_till", "create_till", "get_till", "list_tills", "remove_till_login"]

_ANSWER = answer_of(TillView)
_TILLS = PATH + "/tills"
_TILL = _TILLS + "/{till_id:str}"
_EXAMPLE = {"tillId": 7001, "code": "store.till01", "password": "a good password", "scopes": ["events:read"]}
_LIST = listing("tills", _ANSWER)
_READ = reading("till", "till_id", int, _ANSWER)
_CREATE = creating(
    *("till", TillForm, _ANSWER, _EXAMPLE),
    description="With a password it can sign in. Codes are unique in an installation.",
)
_CHANGE = changing(
    *("till", "till_id", int, TillChange, _ANSWER, {"password": "another password"}),
    description="A new password or other scopes. The code never changes: webhooks and records name it.",
)
_REMOVE = removing("till-login", "till_id", int, "The till stays; it can sign in no more.")


@get(_TILLS, name="list-tills", opt={"operation": _LIST})
async def list_tills(request: AnyRequest, context: Context) -> Response[bytes]:
    """By id."""
    caller = await context.caller(request, Scope.ADMIN)

    def read(after: str | None, limit: int) -> list[Till]:
        return context.directory.tills(caller.org_id, first_of(after), limit)

    return await page_of(request, context, read, lambda till: till.id, lambda till: _view(context, till))


@get(_TILL, name="get-till", opt={"operation": _READ})
async def get_till(request: AnyRequest, context: Context, till_id: str) -> Response[bytes]:
    """One by its id."""
    caller = await context.caller(request, Scope.ADMIN)
    return success([await context.read(lambda: _view(context, _till(context, caller.org_id, till_id)))])


@post(
    _TILLS,
    name="create-till",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": _CREATE},
)
async def create_till(request: AnyRequest, context: Context) -> Response[bytes]:
    """A new till, with a login where there is a password."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, TillForm)
    if form.scopes is not None and form.password is None:
        raise ApiError(400, "scopes are of a till's login; give a password with them")
    till = Till(caller.org_id, form.till_id, form.code)

    def create() -> TillView:
        if context.directory.till_by_id(till.org_id, till.id) is not None:
            raise ApiError(409, f"till {till.id} is there already")
        if context.directory.till(till.code) is not None or context.access.till_login(till.code) is not None:
            raise ApiError(409, f"till code {till.code!r} is taken; codes are unique in an installation")
        context.directory.put_till(till)
        _put_login(context, till, form)
        return _view(context, till)

    return success([await context.change_directory(create)], warnings)


@put(_TILL, name="change-till", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_till(request: AnyRequest, context: Context, till_id: str) -> Response[bytes]:
    """Its login."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, TillChange)

    def change() -> TillView:
        till = _till(context, caller.org_id, till_id)
        _put_login(context, till, form)
        return _view(context, till)

    return success([await context.change_directory(change)], warnings)


@delete(_TILL + "/login", name="remove-till-login", status_code=200, opt={"operation": _REMOVE})
async def remove_till_login(
    request: AnyRequest,
    context: Context,
    till_id: str,
) -> Response[bytes]:
    """No more signing in."""
    caller = await context.caller(request, Scope.ADMIN)

    def remove() -> None:
        login = _login(context, _till(context, caller.org_id, till_id))
        context.access.remove_till_login(found_or_404(login).code)

    await context.change_directory(remove)
    return success([])


def _put_login(context: Context, till: Till, form: TillChange) -> None:
    """Blocks for a hash where there is a password."""
    login = _login(context, till)
    scopes = None if form.scopes is None else frozenset(form.scopes)
    if form.password is not None:
        login = TillLogin(
            till.org_id,
            till.id,
            till.code,
            hash_password(form.password),
            scopes if scopes is not None or login is None else login.scopes,
        )
    elif scopes is not None and login is not None:
        login = msgspec.structs.replace(login, scopes=scopes)
    elif scopes is not None:
        raise ApiError(400, f"till {till.id} has no login; give a password with its scopes")
    else:
        return
    context.access.put_till_login(login)


def _login(context: Context, till: Till) -> TillLogin | None:
    login = context.access.till_login(till.code)
    return login if login is not None and (login.org_id, login.till_id) == (till.org_id, till.id) else None


def _till(context: Context, org_id: int, text: str) -> Till:
    number = id_of(text)
    return found_or_404(None if number is None else context.directory.till_by_id(org_id, number))


def _view(context: Context, till: Till) -> TillView:
    return till_view(till, context.access)
