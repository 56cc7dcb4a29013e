"""The caller's org and its children (contract I.14, I.26); an org changes itself only."""

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath

from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, Context, TheContext
from hooklog.api.directory_forms import BODY_BYTES_MAX, OrgChange, read_form, why_not_zone
from hooklog.api.directory_operations import PATH, answer_of, changing, listing, reading
from hooklog.api.directory_paging import first_of, found_or_404, id_of, one_of_them, page_of, pages
from hooklog.api.directory_views import OrgView, org_view
from hooklog.api.envelope import ApiError
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import note
from hooklog.directory.base import Org

__all__ = ["change_org", "get_org", "list_orgs"]

_ANSWER = answer_of(OrgView(100737, "Demo", -1, "Asia/Kolkata", basic_auth_enabled=True))
_ORGS = PATH + "/orgs"
_ORG = _ORGS + "/{org_id:str}"
_LIST = listing("orgs", _ANSWER, "The caller's own org and its children.")
_READ = reading("org", "org_id", int, _ANSWER)
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


@put(_ORG, name="change-org", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_org(request: AnyRequest, context: TheContext, org_id: FromPath[str]) -> Response[bytes]:
    """The own org's time zone, and whether it takes Basic."""
    caller = await context.caller(request, Scope.ADMIN)
    found_or_404(caller.org_id if id_of(org_id) == caller.org_id else None)
    form, warnings = await read_form(request, OrgChange)
    why = None if form.time_zone is None else why_not_zone(form.time_zone)
    if why is not None:
        raise ApiError(400, why)

    author = author_of(caller)

    def change() -> Org:
        known = found_or_404(context.directory.org(caller.org_id))
        takes_basic = form.basic_auth_enabled
        org = msgspec.structs.replace(
            known,
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
