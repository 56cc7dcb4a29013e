"""How long the worker lets events gather before the next batch, and what expires before the next step of retention."""

import pytest

from hooklog.pipeline.settings import PipelineSettings
from hooklog.roles.worker import gathering_seconds, retention_seconds

IDLE_P99_SECONDS = 0.030


@pytest.mark.parametrize("settled", [1, 2, 3])
def test_a_push_that_comes_alone_waits_for_nobody(settled: int) -> None:
    assert 0.0 == gathering_seconds(settled)


@pytest.mark.parametrize("settled", [500, 1_000, PipelineSettings().batch_events_max])
def test_a_backlog_is_never_waited_for(settled: int) -> None:
    assert 0.0 == gathering_seconds(settled)


@pytest.mark.parametrize("settled", [4, 20, 100, 499])
def test_a_trickle_gathers_but_stays_visible_in_time(settled: int) -> None:
    assert 0.0 < gathering_seconds(settled) <= IDLE_P99_SECONDS / 2


def test_retention_goes_on_at_once_where_there_may_be_more() -> None:
    assert 0.0 == retention_seconds(500, 500)


@pytest.mark.parametrize("removed", [0, 1, 499])
def test_what_expires_a_few_at_a_time_gathers(removed: int) -> None:
    assert 0.0 < retention_seconds(removed, 500) <= 1.0
