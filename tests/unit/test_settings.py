"""Bounds with which something would stand still for ever are refused when they are read."""

import pytest

from hooklog.config import read_settings
from hooklog.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("pipeline__batch_events_max", 1),
        ("pipeline__attempts_max", 1),
        ("pipeline__definitions_cached_max", 1),
        ("retention__entries_per_step_max", 1),
        ("retention__days", 0),
        ("retention__feed_days", 0),
        ("replay__backlog_events_max", 1),
        ("ei__file_records_max", 1),
    ],
)
def test_a_bound_below_the_least_is_refused_by_its_name(name: str, least: int) -> None:
    variable = f"HOOKLOG_{name.upper()}"
    read_settings(None, {variable: str(least)})
    for value in (least - 1, -1_000):
        with pytest.raises(SettingsError) as refused:
            read_settings(None, {variable: str(value)})
        assert name.partition("__")[2] in str(refused.value)


@pytest.mark.parametrize("kept", ["orgs", "events"])
def test_no_org_and_no_event_is_kept_for_less_than_nothing(kept: str) -> None:
    variable = f"HOOKLOG_RETENTION__{kept.upper()}"
    read_settings(None, {variable: '{"1": 0}'})
    with pytest.raises(SettingsError, match=f"days in .*{kept}"):
        read_settings(None, {variable: '{"1": -1}'})
