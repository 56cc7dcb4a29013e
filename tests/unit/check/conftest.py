"""A data folder with something of everything, and ways to look at it and to damage it."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hooklog.access.base import ApiKey, Client, TillLogin
from hooklog.access.sqlite import SqliteAccessStore
from hooklog.author import operator
from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.check.findings import Report
from hooklog.check.folder import check_folder
from hooklog.db.sqlite import open_database
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import note
from hooklog.directory.base import Customer, Group, Identifier, Org, Till
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.event import Refusal, Status, id_to_text
from hooklog.eventlog.base import Settled
from hooklog.eventlog.retention import RetentionSettings
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.files import prepare_folder
from hooklog.journal.sqlite import SqliteJournalWriter
from hooklog.server import prepare
from hooklog.testing.builders import (
    ORG,
    START_MS,
    make_batch,
    make_definition,
    make_event,
    make_events,
    make_id,
    make_parked,
    make_record,
    make_settled,
    make_webhook,
)

DAY_MS = 24 * 3600 * 1000
NOW_MS = START_MS + DAY_MS
CHILD = 200
KEY = hashlib.md5(b"visit_1", usedforsecurity=False).digest()
PARKED_KEY = hashlib.md5(b"visit_2", usedforsecurity=False).digest()
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"


def make_success(number: int, **changes: object) -> Settled:
    return make_settled(
        number, record=make_record(unique_id=id_to_text(make_id(number))), definition_version=1, **changes
    )


def _fill_rooms(folder: Path) -> None:
    with closing(SqliteDirectory(folder)) as directory:
        directory.put_org(Org(ORG, "shop"))
        directory.put_org(Org(CHILD, "branch", ORG, "Asia/Kolkata"))
        till = Till(ORG, 1, "till01")
        directory.put_till(till, note(Kind.CREATE_TILL, ORG, till.code, operator(), {"code": till.code}))
        directory.put_customer(Customer(ORG, 7, (Identifier("mobile", "917744876415"),)))
        directory.put_group(Group(ORG, 5, "family", 7, (7,)))
    with closing(SqliteCatalog(folder)) as catalog:
        catalog.put_definition(make_definition())
        catalog.put_definition(make_definition(actions=(EI_CONSUMER, EMF_CONSUMER)))
        catalog.put_webhook(make_webhook())
    with closing(SqliteAccessStore(folder)) as access:
        access.put_till_login(TillLogin(ORG, 1, "till01", HASH))
        access.put_client(Client(ORG, 3, "shop", "shop-key", HASH))
        made = note(Kind.CREATE_API_KEY, ORG, "reports", operator(), {"name": "reports"})
        access.put_api_key(ApiKey(ORG, "reports", "beef", HASH, frozenset()), made)


@contextmanager
def open_writer(folder: Path, now_ms: int = NOW_MS) -> Iterator[SqliteEventLogWriter]:
    log = SqliteEventLogWriter(folder, clock_ms=lambda: now_ms)
    log.take_over()
    try:
        yield log
    finally:
        log.end()


def _fill_log(folder: Path) -> bytes:
    """Positions 1 to 6: a plain success, a long input, an owner of a key and its duplicate, a child's, a parked one.

    Then 7, refused by the edge. The two with a key tell a time of their own. Returns the log's id.
    """
    owner, copy = (
        make_record(
            unique_id=KEY.hex(),
            user_id=7,
            group_id=5,
            event_at_ms=START_MS - DAY_MS,
            is_duplicate=is_duplicate,
        )
        for is_duplicate in (False, True)
    )
    refused = make_settled(7, status=Status.UNAUTHORIZED, event_name=None, stages=())
    with open_writer(folder) as log:
        log.commit(make_batch(0, make_success(1), make_success(2, input=b'"' + b"x" * 900 + b'"')))
        log.commit(
            make_batch(
                2,
                make_settled(3, record=owner, definition_version=1, claim_key=KEY),
                make_settled(4, record=copy, definition_version=2),
                make_settled(5, org_id=CHILD, parent_org_id=ORG, status=Status.INVALID_EVENT_NAME),
                make_parked(6, claim_key=PARKED_KEY),
            )
        )
        log.commit(make_batch(6, refused))
        return log.log_id


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with something of everything; the worker has come to position 7 of 9."""
    folder = tmp_path_factory.mktemp("check") / "data"
    prepare_folder(folder)
    prepare(folder)
    _fill_rooms(folder)
    log_id = _fill_log(folder)
    with closing(SqliteJournalWriter(folder, log_id=log_id, position=0)) as journal:
        refused = make_event(7, refusal=Refusal(Status.UNAUTHORIZED, "Unauthorized"))
        journal.append(make_events(1, 3))
        journal.append([*make_events(4, 6), refused])
        journal.append(make_events(8, 9))
    return folder


@pytest.fixture(autouse=True)
def _keys_are_read_quickly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading an RSA key takes longer than everything else together; one test is about it."""
    if "key" not in request.node.name:
        monkeypatch.setattr("hooklog.check.files.load_or_make_keys", lambda _: None)


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(template, copy)
    return copy


def report_on(folder: Path, now_ms: int = NOW_MS) -> Report:
    return check_folder(folder, RetentionSettings(), now_ms)


def problems_of(report: Report) -> dict[str, str]:
    """What is wrong, by the check that says so."""
    return {
        f"{finding.where} {finding.what}": "\n".join(finding.problems)
        for finding in report.findings
        if finding.problems
    }


def damage(folder: Path, file: str, *statements: str) -> None:
    with closing(open_database(folder / file)) as connection:
        connection.pragma("foreign_keys", False)
        for statement in statements:
            connection.execute(statement)
