"""An export that is ahead of the feed, or of another event log, makes its alarm ring."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.check.conftest import damage, open_writer, problems_of, report_on

from hooklog.consumers.ei_store import FILE_NAME, EiStore


@pytest.fixture
def folder(folder: Path) -> Path:
    """The folder, with an export that stands at 2 of 3 and has planned the rest."""
    with open_writer(folder) as log, closing(EiStore(folder, log.log_id)) as store:
        store.advance(2)
        store.plan(3)
    return folder


def test_export_that_follows_is_sound(folder: Path) -> None:
    assert {} == problems_of(report_on(folder))


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE state SET log_id = x'00'", "it belongs to event log 00"),
        ("UPDATE state SET cursor = -1", "its cursor is -1; the feed goes from 1 to 3"),
        ("UPDATE state SET cursor = 4, planned = NULL", "its cursor is 4; the feed goes from 1 to 3"),
        ("UPDATE state SET planned = 2", "files are planned up to 2; its cursor is 2, the feed's end 3"),
        ("UPDATE state SET planned = 4", "files are planned up to 4; its cursor is 2, the feed's end 3"),
    ],
)
def test_damage_to_the_export_is_found(folder: Path, statement: str, problem: str) -> None:
    damage(folder, FILE_NAME, statement)
    assert problem in problems_of(report_on(folder))["ei.db state"]


def test_export_that_is_at_the_end_is_sound(folder: Path) -> None:
    damage(folder, FILE_NAME, "UPDATE state SET cursor = 3, planned = NULL")
    assert {} == problems_of(report_on(folder))
