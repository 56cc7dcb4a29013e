"""The org's OAuth clients (contract I.14). A secret is accepted once or made and shown once."""

import secrets

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from hooklog.access.base import Client
from hooklog.access.hashing import hash_secret
from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, Context, TheContext
from hooklog.api.directory_forms import BODY_BYTES_MAX, ClientChange, ClientForm, read_form, require_held
from hooklog.api.directory_notes import noted_client
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
from hooklog.api.directory_views import ClientView, MadeClient, client_view
from hooklog.api.envelope import ApiError
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import note

__all__ = ["change_client", "create_client", "get_client", "list_clients", "remove_client"]

_KEY_BYTES = 16
_SECRET_BYTES = 32
_SHOP = (101, "shop", "3f6c...", "store.till01", 300, ["events:read"], False)
_ANSWER = answer_of(ClientView(*_SHOP))
_MADE = answer_of(MadeClient(*_SHOP, "..."))
_CLIENTS = PATH + "/clients"
_CLIENT = _CLIENTS + "/{client_id:str}"
_EXAMPLE = {"clientId": 101, "name": "shop", "defaultTill": "store.till01", "ttlSeconds": 300}
_LIST = listing("clients", _ANSWER)
_READ = reading("client", "client_id", int, _ANSWER)
_CREATE = creating(
    *("client", ClientForm, _MADE, _EXAMPLE),
    description="Key and secret are made where they are left out; a secret that was made is shown this once.",
)
_CHANGE = changing(
    *("client", "client_id", int, ClientChange, _MADE, {"newSecret": True}),
    description="`newSecret` has a secret made, which is shown this once and ends the old one and its tokens.",
)
_REMOVE = removing("client", "client_id", int, "The client and its tokens hold no more.")


@get(_CLIENTS, name="list-clients", opt={"operation": _LIST})
async def list_clients(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """By id."""
    caller = await context.caller(request, Scope.ADMIN)

    def read(after: str | None, limit: int) -> list[Client]:
        return context.access.clients(caller.org_id, first_of(after), limit)

    return await page_of(request, context, read, lambda client: client.id, client_view)


@get(_CLIENT, name="get-client", opt={"operation": _READ})
async def get_client(request: AnyRequest, context: TheContext, client_id: FromPath[str]) -> Response[bytes]:
    """One by its id."""
    caller = await context.caller(request, Scope.ADMIN)
    return one_of_them(
        request, client_view(await context.read(lambda: _client(context, caller.org_id, client_id)))
    )


@post(
    _CLIENTS,
    name="create-client",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": _CREATE},
)
async def create_client(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new client, with key and secret made where they are not given."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, ClientForm)
    require_held(caller, form.scopes or ())
    author = author_of(caller)
    made = "" if form.secret is not None else _make_secret()

    def create() -> Client:
        key = form.key or secrets.token_urlsafe(_KEY_BYTES)
        if context.access.client_by_id(caller.org_id, form.client_id) is not None:
            raise ApiError(409, f"client {form.client_id} is there already")
        if context.access.client(key) is not None:
            raise ApiError(409, f"client key {key!r} is taken; keys are unique in an installation")
        _check_till(context, caller.org_id, form.default_till)
        client = Client(
            org_id=caller.org_id,
            id=form.client_id,
            name=form.name,
            key=key,
            secret_hash=hash_secret(form.secret or made),
            default_till=form.default_till or "",
            ttl_seconds=form.ttl_seconds,
            scopes=None if form.scopes is None else frozenset(form.scopes),
            falls_back_to_default_till=form.fallback_to_default_till,
        )
        context.access.put_client(
            client, note(Kind.CREATE_CLIENT, client.org_id, client.id, author, after=client_view(client))
        )
        return client

    return changed(author, [client_view(await context.change_directory(create), made)], warnings)


@put(_CLIENT, name="change-client", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_client(
    request: AnyRequest, context: TheContext, client_id: FromPath[str]
) -> Response[bytes]:
    """Whatever is given; the rest stays."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, ClientChange)
    if form.new_secret and form.secret is not None:
        raise ApiError(400, "secret: give one, or have one made with newSecret, not both")
    made = _make_secret() if form.new_secret else ""
    secret = form.secret or made
    author = author_of(caller)

    def change() -> Client:
        known = _client(context, caller.org_id, client_id)
        _check_till(context, caller.org_id, form.default_till)
        given = {
            "name": form.name,
            "default_till": form.default_till,
            "ttl_seconds": form.ttl_seconds,
            "scopes": None if form.scopes is None else frozenset(form.scopes),
            "falls_back_to_default_till": form.fallback_to_default_till,
        }
        kept = {name: value for name, value in given.items() if value is not None}
        client = msgspec.structs.replace(known, **kept)
        # Who sets the secret can do all that the client may.
        require_held(caller, client.scopes or (), () if secret else known.scopes or ())
        if secret:
            client = msgspec.structs.replace(client, secret_hash=hash_secret(secret))
        views = (noted_client(client, is_secret_changed=bool(secret)), noted_client(known))
        context.access.put_client(client, note(Kind.UPDATE_CLIENT, client.org_id, client.id, author, *views))
        return client

    return changed(author, [client_view(await context.change_directory(change), made)], warnings)


@delete(_CLIENT, name="remove-client", status_code=200, opt={"operation": _REMOVE})
async def remove_client(
    request: AnyRequest, context: TheContext, client_id: FromPath[str]
) -> Response[bytes]:
    """No more tokens, and those that are out hold no more."""
    caller = await context.caller(request, Scope.ADMIN)

    author = author_of(caller)

    def remove() -> None:
        known = _client(context, caller.org_id, client_id)
        removal = note(Kind.REMOVE_CLIENT, known.org_id, known.id, author, before=client_view(known))
        context.access.remove_client(known.key, removal)

    await context.change_directory(remove)
    return changed(author, [])


def _client(context: Context, org_id: int, text: str) -> Client:
    number = id_of(text)
    return found_or_404(None if number is None else context.access.client_by_id(org_id, number))


def _check_till(context: Context, org_id: int, code: str | None) -> None:
    till = None if code is None else context.directory.till(code)
    if code is not None and (till is None or till.org_id != org_id):
        raise ApiError(400, f"defaultTill: {code!r} is no till of the org")


def _make_secret() -> str:
    return "hs_" + secrets.token_urlsafe(_SECRET_BYTES)
