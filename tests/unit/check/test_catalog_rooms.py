"""Damage to what an org has set up beside definitions and webhooks is found: mappings, saved filters, the audit."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.check.conftest import damage, problems_of, report_on

from hooklog.catalog.base import Author, SavedFilter
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.testing.builders import ORG

DAMAGE = {
    "mapping": ("UPDATE mapping SET body = '{'", "mappings", "cannot be decoded"),
    "mapping-event": ("UPDATE mapping SET event = 'other'", "mappings", "there is no such event"),
    "mapping-org": ("UPDATE mapping SET org = 200", "mappings", "says it is of 'visit' of org 100"),
    "filter": ("UPDATE saved_filter SET body = '{'", "filters", "cannot be decoded"),
    "filter-name": ("UPDATE saved_filter SET name = 'other'", "filters", "says it is 'paid' of org 100"),
    "filter-org": ("UPDATE saved_filter SET org = 300", "filters", "org 300 is not in directory.db"),
    "audit": ("UPDATE audit SET after = '{'", "audit", "cannot be decoded"),
    "audit-before": ("UPDATE audit SET before = '5' WHERE before IS NOT NULL", "audit", "cannot be decoded"),
    "audit-kind": ("UPDATE audit SET kind = 'eraseOrgEvent'", "audit", "eraseOrgEvent"),
    "audit-author": ("UPDATE audit SET author = '5' WHERE author IS NOT NULL", "audit", "cannot be decoded"),
    "audit-org": ("UPDATE audit SET org = 300", "audit", "org 300 is not in directory.db"),
    "audit-event": (
        "UPDATE audit SET event = 'other' WHERE event IS NOT NULL",
        "audit",
        "says it is of 'visit'",
    ),
}


@pytest.fixture
def catalog_folder(folder: Path) -> Path:
    """A sound folder with a mapping and a saved filter, too."""
    with (
        closing(SqliteCatalog(folder)) as catalog,
        catalog.changing(Author("till", "till01", "0" * 32)) as changes,
    ):
        changes.map_by_default(ORG, "visit")
        changes.put_filter(SavedFilter(ORG, "paid", "event_name=pay"))
    return folder


def test_sound_mappings_and_audit_are_found_sound(catalog_folder: Path) -> None:
    report = report_on(catalog_folder)
    assert {} == problems_of(report)
    looked_at = {
        finding.what: finding.looked_at for finding in report.findings if finding.where == "catalog.db"
    }
    assert (1, 1, 5) == (looked_at["mappings"], looked_at["filters"], looked_at["audit"])


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_to_mappings_and_audit_is_found(catalog_folder: Path, kind: str) -> None:
    statement, what, problem = DAMAGE[kind]
    damage(catalog_folder, "catalog.db", statement)
    problems = problems_of(report_on(catalog_folder))
    assert problem in problems.get(f"catalog.db {what}", ""), problems
