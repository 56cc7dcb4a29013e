"""The org's tills and their logins (contract I.14, I.26)."""

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from hooklog.access.base import TillLogin
from hooklog.access.basic import hash_password
from hooklog.access.scopes import Caller, Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, Context, TheContext
from hooklog.api.directory_forms import BODY_BYTES_MAX, TillChange, TillForm, read_form, require_held
from hooklog.api.directory_notes import noted_login, noted_till
from hooklog.api.directory_operations import (
    PATH,
    answer_of,
    changing,
    creating,
    listing,
    reading,
    removing,
)
from hooklog.api.directory_paging import first_of, found_or_404, id_of, one_of_them, page_of
from hooklog.api.directory_views import TillView, till_view
from hooklog.api.envelope import ApiError
from hooklog.author import Author
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import note
from hooklog.directory.base import Till

__all__ = ["change_till", "create_till", "get_till", "list_tills", "remove_till_login"]

_ANSWER = answer_of(TillView(7001, "store.till01", can_sign_in=True, scopes=["events:read"]))
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
async def list_tills(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """By id."""
    caller = await context.caller(request, Scope.ADMIN)

    def read(after: str | None, limit: int) -> list[Till]:
        return context.directory.tills(caller.org_id, first_of(after), limit)

    return await page_of(request, context, read, lambda till: till.id, lambda till: _view(context, till))


@get(_TILL, name="get-till", opt={"operation": _READ})
async def get_till(request: AnyRequest, context: TheContext, till_id: FromPath[str]) -> Response[bytes]:
    """One by its id."""
    caller = await context.caller(request, Scope.ADMIN)
    return one_of_them(
        request, await context.read(lambda: _view(context, _till(context, caller.org_id, till_id)))
    )


@post(
    _TILLS,
    name="create-till",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": _CREATE},
)
async def create_till(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new till, with a login where there is a password."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, TillForm)
    if form.scopes is not None and form.password is None:
        raise ApiError(400, "scopes are of a till's login; give a password with them")
    till = Till(caller.org_id, form.till_id, form.code)
    author = author_of(caller)

    def create() -> TillView:
        if context.directory.till_by_id(till.org_id, till.id) is not None:
            raise ApiError(409, f"till {till.id} is there already")
        if context.directory.till(till.code) is not None or context.access.till_login(till.code) is not None:
            raise ApiError(409, f"till code {till.code!r} is taken; codes are unique in an installation")
        login = _changed_login(caller, till, form, None)
        context.directory.put_till(
            till, note(Kind.CREATE_TILL, till.org_id, till.code, author, after=noted_till(till))
        )
        _put_login(context, author, login, None, form)
        return _view(context, till)

    return changed(author, [await context.change_directory(create)], warnings)


@put(_TILL, name="change-till", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_till(request: AnyRequest, context: TheContext, till_id: FromPath[str]) -> Response[bytes]:
    """Its login."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, TillChange)
    author = author_of(caller)

    def change() -> TillView:
        till = _till(context, caller.org_id, till_id)
        known = _login(context, till)
        _put_login(context, author, _changed_login(caller, till, form, known), known, form)
        return _view(context, till)

    return changed(author, [await context.change_directory(change)], warnings)


@delete(_TILL + "/login", name="remove-till-login", status_code=200, opt={"operation": _REMOVE})
async def remove_till_login(
    request: AnyRequest,
    context: TheContext,
    till_id: FromPath[str],
) -> Response[bytes]:
    """No more signing in."""
    caller = await context.caller(request, Scope.ADMIN)

    author = author_of(caller)

    def remove() -> None:
        known = found_or_404(_login(context, _till(context, caller.org_id, till_id)))
        removal = note(Kind.REMOVE_TILL_LOGIN, known.org_id, known.code, author, before=noted_login(known))
        context.access.remove_till_login(known.code, removal)

    await context.change_directory(remove)
    return changed(author, [])


def _changed_login(caller: Caller, till: Till, form: TillChange, known: TillLogin | None) -> TillLogin | None:
    """The login as the form has it, None for none. Blocks for a hash where there is a password."""
    if known is None and form.password is None:
        if form.scopes is not None:
            raise ApiError(400, f"till {till.id} has no login; give a password with its scopes")
        return None
    held = None if known is None else known.scopes
    scopes = held if form.scopes is None else frozenset(form.scopes)
    # Who sets the password can do all that the till may.
    require_held(caller, scopes or (), () if form.password is not None else held or ())
    if form.password is not None:
        return TillLogin(till.org_id, till.id, till.code, hash_password(form.password), scopes)
    return None if known is None else msgspec.structs.replace(known, scopes=scopes)


def _put_login(
    context: Context, author: Author, login: TillLogin | None, known: TillLogin | None, form: TillChange
) -> None:
    if login is None:
        return
    kind = Kind.CREATE_TILL_LOGIN if known is None else Kind.UPDATE_TILL_LOGIN
    after = noted_login(login, is_password_changed=known is not None and form.password is not None)
    before = None if known is None else noted_login(known)
    context.access.put_till_login(login, note(kind, login.org_id, login.code, author, after, before))


def _login(context: Context, till: Till) -> TillLogin | None:
    login = context.access.till_login(till.code)
    return login if login is not None and (login.org_id, login.till_id) == (till.org_id, till.id) else None


def _till(context: Context, org_id: int, text: str) -> Till:
    number = id_of(text)
    return found_or_404(None if number is None else context.directory.till_by_id(org_id, number))


def _view(context: Context, till: Till) -> TillView:
    return till_view(till, context.access)
