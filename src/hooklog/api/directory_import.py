"""Importing customers and groups by the line, in transactions of about 1,000; doing it again changes nothing.

A line that cannot be stored fails alone. What a body held before it broke off is stored.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from litestar import Response, post

from hooklog.access.scopes import Scope
from hooklog.api.author import author_of, changed
from hooklog.api.context import AnyRequest, Context, TheContext
from hooklog.api.directory_forms import CustomerForm, Form, GroupForm, form_of, identifiers_of
from hooklog.api.directory_groups import group_of
from hooklog.api.directory_operations import PATH, answer_of, importing
from hooklog.api.ndjson import BYTES_MAX, LINE_BYTES_MAX, LINES_MAX, Line, batches
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import ImportCount
from hooklog.directory.base import Conflict, Enrolment

__all__ = ["FAILURES_SHOWN_MAX", "Failure", "import_customers", "import_groups"]

FAILURES_SHOWN_MAX = 100


class Failure(msgspec.Struct, frozen=True):
    """A line that was not stored."""

    line: int
    why: str


class ImportView(msgspec.Struct, frozen=True):
    """What became of the lines; the first failures are named."""

    lines: int
    stored: int
    failed: int
    failures: list[Failure]


_ANSWER = answer_of(ImportView(100_000, 99_999, 1, [Failure(17, "identifiers is empty; give at least one")]))
_HOW = (
    f"The body is NDJSON (application/x-ndjson): at most {LINES_MAX} lines and {BYTES_MAX} bytes, a line at most "
    f"{LINE_BYTES_MAX} bytes. Lines are stored in transactions of about 1,000 as they arrive; one that cannot be "
    f"stored fails alone, and the first {FAILURES_SHOWN_MAX} of those are named. Importing again changes nothing. "
)
_CUSTOMERS = importing(
    "customers",
    CustomerForm,
    _ANSWER,
    _HOW + "Without a userId, the customer is known by its identifiers or made.",
    {"userId": 391684893, "identifiers": [{"type": "mobile", "value": "919800000001"}]},
)
_GROUPS = importing(
    "groups",
    GroupForm,
    _ANSWER,
    _HOW + "A group that is there is replaced.",
    {"groupId": 3854766, "externalId": "family-1", "primaryUserId": 391684893, "members": [391684893]},
)

Store = Callable[[Sequence[Line]], list[Failure]]


@post(
    PATH + "/customers/import",
    name="import-customers",
    status_code=200,
    request_max_body_size=None,  # Bounded while it is read.
    opt={"operation": _CUSTOMERS},
)
async def import_customers(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Customers, each with its identifiers."""
    caller = await context.caller(request, Scope.ADMIN)
    account = ImportCount(Kind.IMPORT_CUSTOMERS, caller.org_id, author_of(caller))

    def store(lines: Sequence[Line]) -> list[Failure]:
        good, failures = _parsed(lines, CustomerForm)
        numbers, enrolments = [], []
        for number, form in good:
            identifiers = identifiers_of(form.identifiers)
            if isinstance(identifiers, str):
                failures.append(Failure(number, identifiers))
            else:
                numbers.append(number)
                enrolments.append(Enrolment(form.user_id, identifiers))
        noted = account.noted(len(lines))
        return failures + _conflicts(
            numbers, context.directory.put_customers(caller.org_id, enrolments, noted)
        )

    return await _imported(request, context, account, store)


@post(
    PATH + "/groups/import",
    name="import-groups",
    status_code=200,
    request_max_body_size=None,  # Bounded while it is read.
    opt={"operation": _GROUPS},
)
async def import_groups(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Groups, each with all its members."""
    caller = await context.caller(request, Scope.ADMIN)
    account = ImportCount(Kind.IMPORT_GROUPS, caller.org_id, author_of(caller))

    def store(lines: Sequence[Line]) -> list[Failure]:
        good, failures = _parsed(lines, GroupForm)
        groups = [group_of(caller.org_id, form.group_id, form) for _, form in good]
        noted = account.noted(len(lines))
        return failures + _conflicts(
            [number for number, _ in good], context.directory.put_groups(groups, noted)
        )

    return await _imported(request, context, account, store)


async def _imported(
    request: AnyRequest, context: Context, account: ImportCount, store: Store
) -> Response[bytes]:
    lines, failed = 0, 0
    shown: list[Failure] = []
    async for batch in batches(request):
        failures = await context.change_directory(lambda batch=batch: store(batch))  # type: ignore[misc]
        lines += len(batch)
        failed += len(failures)
        in_order = sorted(failures, key=lambda failure: failure.line)
        shown += in_order[: FAILURES_SHOWN_MAX - len(shown)]
    return changed(account.author, [ImportView(lines, lines - failed, failed, shown)])


def _parsed(lines: Sequence[Line], kind: type[Form]) -> tuple[list[tuple[int, Form]], list[Failure]]:
    """Each good line's number and form, and the others. Runs in a thread."""
    good, failures = [], []
    for line in lines:
        form = _form(line, kind)
        if isinstance(form, str):
            failures.append(Failure(line.number, form))
        else:
            good.append((line.number, form))
    return good, failures


def _form(line: Line, kind: type[Form]) -> Form | str:
    if line.text is None:
        return f"the line has more than {LINE_BYTES_MAX} bytes"
    try:
        body: Any = msgspec.json.decode(line.text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"the line is not JSON: {error}"
    return form_of(body, kind) if isinstance(body, dict) else "the line must be a JSON object"


def _conflicts(numbers: Sequence[int], stored: Sequence[object]) -> list[Failure]:
    return [
        Failure(number, one.why)
        for number, one in zip(numbers, stored, strict=True)
        if isinstance(one, Conflict)
    ]
