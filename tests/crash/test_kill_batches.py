"""G18: each acknowledged event of a batch is in the log exactly once, whatever process is killed and when.

A round is one of test_kill.py, with batches of up to 200 events in place of single pushes. Of a batch whose answer was
cut off some events may be in the log, all, or none: nothing was said about it.
"""

from collections.abc import Callable

import pytest
from tests.crash.conftest import Campaign, seed_of
from tests.crash.test_kill import ROLES, kill

ROUNDS = 2
BATCH_EVENTS_MAX = 200
CLIENTS = 8


@pytest.mark.parametrize("victim", ROLES)
def test_acknowledged_events_of_batches_are_in_the_log_once_after_a_kill(
    victim: str, campaign: Callable[[int], Campaign]
) -> None:
    running = campaign(seed_of(60 + ROLES.index(victim)))
    for number in range(1, ROUNDS + 1):
        with running.pushing(CLIENTS, BATCH_EVENTS_MAX) as pushers:
            running.wait_for(pushers, running.random.randrange(500, 4_000))
            kill(running, victim)
            running.wait_for(pushers, running.random.randrange(200, 1_000))
        assert pushers.codes[200]
        running.verify(whole=number == ROUNDS)
    print(victim, running.figures)
