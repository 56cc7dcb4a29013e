"""Whoever pushes is told to come again, and nothing of the server's insides."""

import pytest

from hooklog.errors import HooklogError, JournalBusy, JournalUnavailable, StorageUnavailable
from hooklog.ingest.tally import Tally
from hooklog.testing.builders import make_id


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            JournalBusy("40 pushes are waiting for the disk already"),
            "40 pushes are waiting for the disk already",
        ),
        (
            JournalUnavailable("/var/lib/x/journal-1.db could not be synced", "check"),
            "the event could not be stored",
        ),
        (StorageUnavailable("/var/lib/x/access.db: disk I/O error"), "the event could not be stored"),
    ],
)
def test_a_push_that_cannot_be_stored_is_to_come_again(error: HooklogError, said: str) -> None:
    answer = Tally(lambda: 0.0, lambda _: None, 7).failed(error, make_id(1))
    assert (503, ("retry-after", "7")) == (answer.code, answer.headers[-1])
    assert f"Try again later: {said}".encode() in answer.body
    assert b"/var/lib" not in answer.body
