"""The org's API keys (contract I.14): shown once when made, kept as a hash."""

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from hooklog.access.api_keys import api_key_of, make_key_text
from hooklog.access.base import ApiKey
from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, TheContext
from hooklog.api.directory_forms import BODY_BYTES_MAX, ApiKeyChange, ApiKeyForm, read_form, require_held
from hooklog.api.directory_operations import (
    PATH,
    answer_of,
    changing,
    creating,
    listing,
    reading,
    removing,
)
from hooklog.api.directory_paging import found_or_404, one_of_them, page_of
from hooklog.api.directory_views import ApiKeyView, MadeApiKey, api_key_view
from hooklog.api.envelope import ApiError
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import note

__all__ = ["change_api_key", "create_api_key", "get_api_key", "list_api_keys", "remove_api_key"]

_ANSWER = answer_of(ApiKeyView("reports", ["events:read"]))
_MADE = answer_of(MadeApiKey("reports", ["events:read"], "hk_..."))
_KEYS = PATH + "/api_keys"
_KEY = _KEYS + "/{name:str}"
_LIST = listing("api-keys", _ANSWER, "By name.")
_READ = reading("api-key", "name", str, _ANSWER)
_CREATE = creating(
    *("api-key", ApiKeyForm, _MADE, {"name": "reports", "scopes": ["events:read"]}),
    description="The key is made where it is left out, and shown this once. psi:read must be named; admin does "
    "not imply it. Only who holds a scope can give it.",
)
_CHANGE = changing("api-key", "name", str, ApiKeyChange, _ANSWER, {"scopes": ["events:read", "events:write"]})
_REMOVE = removing("api-key", "name", str, "The key holds no more.")


@get(_KEYS, name="list-api-keys", opt={"operation": _LIST})
async def list_api_keys(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """By name."""
    caller = await context.caller(request, Scope.ADMIN)

    def read(after: str | None, limit: int) -> list[ApiKey]:
        return context.access.api_keys_after(caller.org_id, after or "", limit)

    return await page_of(request, context, read, lambda key: key.name, api_key_view)


@get(_KEY, name="get-api-key", opt={"operation": _READ})
async def get_api_key(request: AnyRequest, context: TheContext, name: FromPath[str]) -> Response[bytes]:
    """One by its name."""
    caller = await context.caller(request, Scope.ADMIN)
    key = await context.read(lambda: context.access.api_key(caller.org_id, name))
    return one_of_them(request, api_key_view(found_or_404(key)))


@post(
    _KEYS,
    name="create-api-key",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": _CREATE},
)
async def create_api_key(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new key."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, ApiKeyForm)
    require_held(caller, form.scopes)
    author = author_of(caller)
    made = "" if form.key is not None else make_key_text()

    def create() -> ApiKey:
        if context.access.api_key(caller.org_id, form.name) is not None:
            raise ApiError(409, f"API key {form.name!r} is there already")
        key = api_key_of(caller.org_id, form.name, form.key or made, frozenset(form.scopes))
        context.access.put_api_key(
            key, note(Kind.CREATE_API_KEY, key.org_id, key.name, author, after=api_key_view(key))
        )
        return key

    return changed(author, [api_key_view(await context.change_directory(create), made)], warnings)


@put(_KEY, name="change-api-key", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_api_key(request: AnyRequest, context: TheContext, name: FromPath[str]) -> Response[bytes]:
    """Other scopes."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, ApiKeyChange)
    author = author_of(caller)

    def change() -> ApiKey:
        known = found_or_404(context.access.api_key(caller.org_id, name))
        require_held(caller, form.scopes, known.scopes)
        key = msgspec.structs.replace(known, scopes=frozenset(form.scopes))
        views = (api_key_view(key), api_key_view(known))
        context.access.put_api_key(key, note(Kind.UPDATE_API_KEY, key.org_id, key.name, author, *views))
        return key

    return changed(author, [api_key_view(await context.change_directory(change))], warnings)


@delete(_KEY, name="remove-api-key", status_code=200, opt={"operation": _REMOVE})
async def remove_api_key(request: AnyRequest, context: TheContext, name: FromPath[str]) -> Response[bytes]:
    """It opens nothing any more."""
    caller = await context.caller(request, Scope.ADMIN)

    author = author_of(caller)

    def remove() -> None:
        known = found_or_404(context.access.api_key(caller.org_id, name))
        removal = note(Kind.REMOVE_API_KEY, known.org_id, known.name, author, before=api_key_view(known))
        context.access.remove_api_key(known.org_id, known.name, removal)

    await context.change_directory(remove)
    return changed(author, [])
