"""The org's user groups (contract I.5)."""

from collections.abc import Sequence

from litestar import Response, get, post, put
from litestar.params import FromPath

from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.directory_forms import BODY_BYTES_MAX, GroupChange, GroupForm, read_form
from hooklog.api.directory_operations import PATH, answer_of, changing, creating, listing, reading
from hooklog.api.directory_paging import first_of, found_or_404, id_of, one_of_them, page_of, pages
from hooklog.api.directory_views import GroupView, group_view
from hooklog.api.envelope import ApiError
from hooklog.api.operation import query
from hooklog.api.parameters import parameter
from hooklog.author import Author
from hooklog.directory.audit import DirectoryChange, note
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.base import Conflict, Group

__all__ = ["change_group", "create_group", "get_group", "group_of", "list_groups"]

_ANSWER = answer_of(GroupView(3854766, "family-1", 391684893, [391684893]))
_GROUPS = PATH + "/groups"
_GROUP = _GROUPS + "/{group_id:str}"
_EXAMPLE = {"groupId": 3854766, "externalId": "family-1", "primaryUserId": 391684893, "members": [391684893]}
_EXTERNAL_ID = "external_id"
_LIST = listing(
    "groups", _ANSWER, "", query(_EXTERNAL_ID, "Only the group of this external id.", example="family-1")
)
_READ = reading("group", "group_id", int, _ANSWER)
_CREATE = creating("group", GroupForm, _ANSWER, _EXAMPLE)
_CHANGE = changing(
    *("group", "group_id", int, GroupChange, _ANSWER, {"externalId": "family-1", "members": [391684893]}),
    description="The whole group anew; members that are left out leave it.",
)


@get(_GROUPS, name="list-groups", opt={"operation": _LIST})
async def list_groups(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """By id."""
    caller = await context.caller(request, Scope.ADMIN)
    asked = parameter(parameters_of(request), _EXTERNAL_ID)

    def read(after: str | None, limit: int) -> list[Group]:
        first = first_of(after)
        if asked is None:
            return context.directory.groups(caller.org_id, first, limit)
        group = context.directory.group_by_external_id(caller.org_id, asked)
        return pages([] if group is None else [group], lambda one: one.id, first, limit)

    return await page_of(request, context, read, lambda group: group.id, group_view, _EXTERNAL_ID)


@get(_GROUP, name="get-group", opt={"operation": _READ})
async def get_group(request: AnyRequest, context: TheContext, group_id: FromPath[str]) -> Response[bytes]:
    """One by its id."""
    caller = await context.caller(request, Scope.ADMIN)
    return one_of_them(
        request, group_view(await context.read(lambda: _group(context, caller.org_id, group_id)))
    )


@post(
    _GROUPS,
    name="create-group",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": _CREATE},
)
async def create_group(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new group."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, GroupForm)
    author = author_of(caller)

    def create() -> Group:
        if context.directory.group(caller.org_id, form.group_id) is not None:
            raise ApiError(409, f"group {form.group_id} is there already")
        return _put(context, author, group_of(caller.org_id, form.group_id, form))

    return changed(author, [group_view(await context.change_directory(create))], warnings)


@put(_GROUP, name="change-group", request_max_body_size=BODY_BYTES_MAX, opt={"operation": _CHANGE})
async def change_group(request: AnyRequest, context: TheContext, group_id: FromPath[str]) -> Response[bytes]:
    """The whole group anew."""
    caller = await context.caller(request, Scope.ADMIN)
    form, warnings = await read_form(request, GroupChange)
    author = author_of(caller)

    def change() -> Group:
        known = _group(context, caller.org_id, group_id)
        return _put(context, author, group_of(caller.org_id, known.id, form), known)

    return changed(author, [group_view(await context.change_directory(change))], warnings)


def group_of(org_id: int, group_id: int, form: GroupChange) -> Group:
    """The group that a form describes."""
    return Group(org_id, group_id, form.external_id, form.primary_user_id, tuple(sorted({*form.members})))


def _put(context: Context, author: Author, group: Group, known: Group | None = None) -> Group:
    kind = Kind.CREATE_GROUP if known is None else Kind.UPDATE_GROUP
    views = [None if one is None else group_view(one) for one in (group, known)]

    def noted(stored: Sequence[Conflict | None]) -> DirectoryChange | None:
        return note(kind, group.org_id, group.id, author, *views) if stored == [None] else None

    (conflict,) = context.directory.put_groups([group], noted)
    if conflict is not None:
        raise ApiError(409, conflict.why)
    return group


def _group(context: Context, org_id: int, text: str) -> Group:
    number = id_of(text)
    return found_or_404(None if number is None else context.directory.group(org_id, number))
