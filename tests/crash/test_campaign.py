"""Canaries: a campaign notices what was lost and what counted twice, else its silence would mean nothing."""

from collections.abc import Callable
from contextlib import closing

import pytest
from tests.crash.conftest import Campaign, seed_of

from hooklog.db.sqlite import open_database
from hooklog.eventlog.sqlite_file import FILE_NAME


def _damage(running: Campaign, statement: str) -> None:
    with closing(open_database(running.program.folder / FILE_NAME)) as log:
        log.execute(statement)
        assert log.changes() > 0, statement


def test_campaign_notices_what_counted_twice_and_what_is_lost(
    own_campaign: Callable[[int], Campaign],
) -> None:
    running = own_campaign(seed_of(120))
    with running.pushing() as pushers:
        running.wait_for(pushers, 300)
        _damage(running, "DELETE FROM claim")
        running.wait_for(pushers, 300)
    with pytest.raises(AssertionError, match=r"assert \{\} == \{.*: [2-9]"):
        running.verify()
    _damage(running, "DELETE FROM entry WHERE id IN (SELECT id FROM entry LIMIT 3 OFFSET 100)")
    with pytest.raises(AssertionError, match=r"lost=[1-3]"):
        running.verify()
