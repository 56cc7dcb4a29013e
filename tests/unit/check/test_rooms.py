"""Each kind of damage to the other files makes its alarm ring."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.check.conftest import damage, problems_of, report_on

from hooklog.directory.base import Customer
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.testing.builders import (
    WEBHOOK_ID,
)

ROOMS = {
    "zone": ("directory.db", "UPDATE org SET time_zone = 'Mars/Base'", "orgs", "'Mars/Base' is no time zone"),
    "parent": ("directory.db", "DELETE FROM org WHERE id = 100", "orgs", "its parent 100 is not known"),
    "till": ("directory.db", "UPDATE till SET org = 300", "tills", "its org 300 is not known"),
    "counter": ("directory.db", "UPDATE user_counter SET last = 6", "customers", "stands at 6"),
    "counter-gone": ("directory.db", "DELETE FROM user_counter", "customers", "stands at -1"),
    "counter-passed": (
        "directory.db",
        "INSERT INTO customer VALUES (100, 9223372036854775807)",
        "customers",
        "9223372036854775807 above it is held and not set aside",
    ),
    "customer": ("directory.db", "DELETE FROM customer", "customers", "there is no such customer"),
    "identifier": (
        "directory.db",
        "UPDATE identifier SET value = '+1'",
        "customers",
        "not in canonical form",
    ),
    "group": ("directory.db", "DELETE FROM user_group", "groups", "has members but does not exist"),
    "change": ("directory.db", "UPDATE audit SET kind = 'x'", "audit", "change 1 cannot be decoded"),
    "change-value": ("access.db", "UPDATE audit SET after = '{'", "audit", "cannot be decoded"),
    "change-org": ("access.db", "UPDATE audit SET org = 300", "audit", "org 300 is not in directory.db"),
    "definition": ("catalog.db", "UPDATE definition SET body = '{}'", "definitions", "cannot be decoded"),
    "definition-org": (
        "catalog.db",
        "UPDATE definition SET org = 300",
        "definitions",
        "says it is version 1",
    ),
    "definition-hole": (
        "catalog.db",
        "DELETE FROM definition WHERE version = 1",
        "definitions",
        "version 1 is missing; all are kept",
    ),
    "definition-state": (
        "catalog.db",
        "UPDATE definition SET body = replace(body, 'UNPUBLISHED', 'ASLEEP')",
        "definitions",
        "state 'ASLEEP' is none of",
    ),
    "webhook": ("catalog.db", "UPDATE webhook SET body = '{'", "webhooks", "cannot be decoded"),
    "webhook-org": (
        "catalog.db",
        "UPDATE webhook SET org = 300",
        "webhooks",
        "org 300 is not in directory.db",
    ),
    "webhook-other": (
        "catalog.db",
        "UPDATE webhook SET id = 'other'",
        "webhooks",
        f"says it is {WEBHOOK_ID}",
    ),
    "login": (
        "access.db",
        "UPDATE till_login SET org_id = 300",
        "credentials",
        "org 300 is not in directory.db",
    ),
    "secret": ("access.db", "UPDATE client SET secret_hash = 'x'", "credentials", "not an argon2id hash"),
    "key-hash": ("access.db", "UPDATE api_key SET key_hash = 'x'", "credentials", "not an argon2id hash"),
    "scopes": ("access.db", "UPDATE api_key SET scopes = 'all'", "credentials", "cannot be decoded"),
}


@pytest.mark.parametrize("kind", ROOMS)
def test_damage_to_the_other_files_is_found(folder: Path, kind: str) -> None:
    file, statement, what, problem = ROOMS[kind]
    damage(folder, file, statement)
    assert problem in problems_of(report_on(folder)).get(f"{file} {what}", ""), problems_of(report_on(folder))


def test_entry_of_a_webhook_that_is_gone_is_found(folder: Path) -> None:
    damage(folder, "catalog.db", "DELETE FROM webhook")
    problems = problems_of(report_on(folder))
    assert f"webhook {WEBHOOK_ID} is not in catalog.db" in problems["events.db entries"]
    assert f"webhook {WEBHOOK_ID} is not in catalog.db" in problems["events.db pending"]


@pytest.mark.parametrize("file", ["directory.db", "catalog.db", "access.db"])
def test_missing_file_is_found_and_nothing_else_is_blamed(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert [f"{file} structure"] == list(problems_of(report_on(folder)))


def _torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096])


@pytest.mark.parametrize("file", ["events.db", "journal-1.db", "directory.db", "catalog.db", "access.db"])
@pytest.mark.parametrize("damage", [_torn, _cut, lambda path: path.write_bytes(b"no database")])
def test_torn_file_is_found(folder: Path, file: str, damage: Callable[[Path], None]) -> None:
    damage(folder / file)
    assert f"{file} structure" in problems_of(report_on(folder))


def test_text_that_is_not_utf8_is_found(folder: Path) -> None:
    damage(folder, "directory.db", "UPDATE org SET time_zone = CAST(x'ff' AS TEXT)")
    assert "directory.db structure" in problems_of(report_on(folder))


@pytest.mark.parametrize("name", ["events.db", "keys/installation.key", "server.lock", "journal-1.db"])
def test_file_that_others_can_read_is_found(folder: Path, name: str) -> None:
    (folder / name).touch()
    (folder / name).chmod(0o640)
    assert f"{name} has mode 0640; 0600 is right" in problems_of(report_on(folder))[". modes"]


@pytest.mark.parametrize("name", [".", "keys"])
def test_folder_that_others_can_enter_is_found(folder: Path, name: str) -> None:
    (folder / name).chmod(0o755)
    assert f"{name} has mode 0755; 0700 is right" in problems_of(report_on(folder))[". modes"]


def test_link_in_the_folder_is_found(folder: Path) -> None:
    (folder / "link").symlink_to("events.db")
    assert "link is neither a file nor a folder" in problems_of(report_on(folder))[". modes"]


@pytest.mark.parametrize("name", ["installation.key", "token-k1.pem"])
def test_missing_or_broken_key_is_found(folder: Path, name: str) -> None:
    (folder / "keys" / name).write_bytes(b"x")
    assert f"{name} is not" in problems_of(report_on(folder))["keys keys"]
    (folder / "keys" / name).unlink()
    assert f"{name} is missing" in problems_of(report_on(folder))["keys keys"]


def test_a_user_id_far_above_the_counter_is_no_damage(folder: Path) -> None:
    with closing(SqliteDirectory(folder)) as directory:
        directory.put_customer(Customer(100, 2**63 - 1))
    assert {} == problems_of(report_on(folder))
