"""The caller's org and its children (contract I.14, I.26); an org makes children and changes itself only."""

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath

from hooklog.access.api_keys import api_key_of, make_key_text
from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, Context, TheContext
from hooklog.api.directory_forms import BODY_BYTES_MAX, OrgChange, OrgForm, read_form, why_not_zone
from hooklog.api.directory_operations import PATH, answer_of, changing, creating, listing, reading
from hooklog.api.directory_paging import first_of, found_or_404, id_of, one_of_them, page_of, pages
from hooklog.api.directory_views import MadeApiKey, MadeOrg, OrgView, api_key_view, org_view
from hooklog.api.envelope import ApiError
from hooklog.author import Author
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import note
from hooklog.directory.base import Org
from hooklog.event import NO_PARENT

__all__ = ["change_org", "create_org", "get_org", "list_orgs"]

_ANSWER = answer_of(OrgView(100737, "Demo", -1, "Asia/Kolkata", basic_auth_enabled=True))
_ORGS = PATH + "/orgs"
_ORG = _ORGS + "/{org_id:str}"
_LIST = listing("orgs", _ANSWER, "The caller's own org and its children.")
_MADE = answer_of(
    MadeOrg(1116, "Pune", 100737, "Asia/Kolkata", True, MadeApiKey("setup", ["admin"], "hk_..."))
)
_READ = reading("org", "org_id", int, _ANSWER)
_CREATE = creating(
    *(
        "org",
        OrgForm,
        _MADE,
        {"orgId": 1116, "name": "Pune", "timeZone": "Asia/Kolkata", "apiKeyName": "setup"},
    ),
    description="A child of the caller's own org, which must not be a child itself. With apiKeyName the child gets "
    "a first API key with the scope admin, shown this once: whoever has it sets up the rest. Without, only the "
    "operator of the installation can give it one.",
)
_CHANGE = changing(
    *("org", "org_id", int, OrgChange, _ANSWER, {"timeZone": "Asia/Kolkata", "basicAuthEnabled": False}),
    description="The caller's own org only. Without Basic, no till of the org can sign in or push.",
)


@get(_ORGS, name="list-orgs", opt={"operation": _LIST})
async def list_orgs(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The own org and its children, by id."""
    caller = await context.caller(request, Scope.ADMIN)

    def read(after: str | None, limit: int) -> list[Org]:
        first = first_of(after)
        return pages(_family(context, caller.org_id), lambda org: org.id, first, limit)

    return await page_of(request, context, read, lambda org: org.id, org_view)


@get(_ORG, name="get-org", opt={"operation": _READ})
async def get_org(request: AnyRequest, context: TheContext, org_id: FromPath[str]) -> Response[bytes]:
    """The own org or one of its children."""
    caller = await context.caller(request, Scope.ADMIN)
    wanted = id_of(org_id)

    def read() -> Org | None:
        return next((one for one in _family(context, caller.org_id) if one.id == wanted), None)

    return one_of_them(request, org_view(found_or_404(await context.read(read))))


@post(
    _ORGS,
    name="create-org",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": _CREATE},
)
async def create_org(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new child of the own org."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, OrgForm)
    _require_zone(form.time_zone)
    org = Org(form.org_id, form.name, caller.org_id, form.time_zone, form.basic_auth_enabled)
    author = author_of(caller)

    def create() -> MadeOrg:
        parent = found_or_404(context.directory.org(caller.org_id))
        if parent.parent_org_id != NO_PARENT:
            raise ApiError(
                409, f"org {parent.id} is a child itself; only an org without a parent can have children"
            )
        if context.directory.org(org.id) is not None:
            raise ApiError(409, f"org {org.id} is there already")
        # The key first: killed in between, the same call made again finds no org and replaces the key.
        made = _first_key(context, org.id, form.api_key_name, author) if form.api_key_name else None
        view = org_view(org)
        context.directory.put_org(org, note(Kind.CREATE_ORG, parent.id, org.id, author, after=view))
        return MadeOrg(**msgspec.structs.asdict(view), api_key=made)

    return changed(author, [await context.change_directory(create)], warnings)


@put(_ORG, name="change-org", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_org(request: AnyRequest, context: TheContext, org_id: FromPath[str]) -> Response[bytes]:
    """The own org's name, its time zone, and whether it takes Basic."""
    caller = await context.caller(request, Scope.ADMIN)
    found_or_404(caller.org_id if id_of(org_id) == caller.org_id else None)
    form, warnings = await read_form(request, OrgChange)
    if form.time_zone is not None:
        _require_zone(form.time_zone)
    author = author_of(caller)

    def change() -> Org:
        known = found_or_404(context.directory.org(caller.org_id))
        takes_basic = form.basic_auth_enabled
        org = msgspec.structs.replace(
            known,
            name=known.name if form.name is None else form.name,
            time_zone=form.time_zone or known.time_zone,
            is_basic_auth_enabled=known.is_basic_auth_enabled if takes_basic is None else takes_basic,
        )
        views = (org_view(org), org_view(known))
        context.directory.put_org(org, note(Kind.UPDATE_ORG, org.id, org.id, author, *views))
        return org

    return changed(author, [org_view(await context.change_directory(change))], warnings)


def _family(context: Context, org_id: int) -> list[Org]:
    own = context.directory.org(org_id)
    return sorted([*([own] if own else []), *context.directory.children(org_id)], key=lambda org: org.id)


def _require_zone(name: str) -> None:
    why = why_not_zone(name)
    if why is not None:
        raise ApiError(400, why)


def _first_key(context: Context, org_id: int, name: str, author: Author) -> MadeApiKey:
    text = make_key_text()
    key = api_key_of(org_id, name, text, frozenset({Scope.ADMIN}))
    context.access.put_api_key(key, note(Kind.CREATE_API_KEY, org_id, name, author, after=api_key_view(key)))
    return api_key_view(key, text)
