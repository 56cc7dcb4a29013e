"""G1: an acknowledged event is in the log exactly once, whatever process is killed and when.

A round: 32 clients push, a process is killed in the middle of it, the clients go on (or try to) until the program is
back and has taken some more, then the log is read to its end by cursor and held against all that was acknowledged.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.crash.conftest import Campaign, Figures, seed_of
from tests.crash.exported import verify_export

ROLES = ["server", "edge", "worker", "group"]
ROUNDS, ROUNDS_LONG = 3, 50
AGAIN_SHARE = 0.3
RESULTS = Path(__file__).parents[2] / "docs/results"


def _kill_rounds(campaign: Campaign, victim: str, rounds: int) -> None:
    for number in range(1, rounds + 1):
        _kill_round(campaign, victim)
        campaign.verify(whole=number == rounds)
    verify_export(campaign)


def _kill_round(campaign: Campaign, victim: str) -> None:
    with campaign.pushing() as pushers:
        campaign.wait_for(pushers, campaign.random.randrange(50, 600))
        kill(campaign, victim)
        if campaign.random.random() < AGAIN_SHARE:
            # Once more while it is still recovering from the first.
            time.sleep(campaign.random.random())
            kill(campaign, victim)
        campaign.wait_for(pushers, campaign.random.randrange(20, 200))


def kill(campaign: Campaign, victim: str) -> None:
    """Kill and see to it that the program goes on: by itself where it lost a role, else by another start."""
    program = campaign.program
    if victim in {"server", "group"}:
        program.kill(victim)
        program.start()
    else:
        before = program.role_pid(victim)
        program.kill(victim)
        program.role_pid(victim, other_than=before)


@pytest.mark.parametrize("victim", ROLES)
def test_acknowledged_events_are_in_the_log_once_after_a_kill(
    victim: str, campaign: Callable[[int], Campaign]
) -> None:
    running = campaign(seed_of(20 + ROLES.index(victim)))
    _kill_rounds(running, victim, ROUNDS)
    print(victim, running.figures)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("victim", ROLES)
def test_acknowledged_events_are_in_the_log_once_after_many_kills(
    victim: str, own_campaign: Callable[[int], Campaign]
) -> None:
    running = own_campaign(seed_of(40 + ROLES.index(victim)))
    _kill_rounds(running, victim, ROUNDS_LONG)
    print(victim, running.figures)
    if "HOOKLOG_RESULTS" in os.environ:
        _write_results(victim, running.figures)


def _write_results(victim: str, figures: Figures) -> None:
    path = RESULTS / "crash.json"
    known = msgspec.json.decode(path.read_bytes(), type=dict[str, Figures]) if path.exists() else {}
    known[victim] = figures
    ordered = {role: known[role] for role in ROLES if role in known}
    path.write_text(json.dumps(msgspec.to_builtins(ordered), indent=1) + "\n", encoding="utf-8")
    lines = [
        "# Killed at any instant",
        "",
        "`HOOKLOG_RESULTS=1 make test-long`: 32 clients push while a process is killed with SIGKILL; after each round",
        "the whole log is read by cursor and held against every request id that was acknowledged so far. At the end",
        "every success is in exactly one file of the analytical export, and `hooklog check` finds the folder sound.",
        "",
        "| Killed | Rounds | Acknowledged | Entries | Lost | Duplicated | Broken requests | Seconds |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for role, one in ordered.items():
        cells = (one.rounds, one.acknowledged, one.entries, one.lost, one.duplicated, one.broken_requests)
        lines.append(f"| {role} | {' | '.join(f'{cell:,}' for cell in cells)} | {one.seconds:,.0f} |")
    lines += [
        "",
        "There are more entries than acknowledged pushes: refused pushes have one too, and some were accepted but",
        "killed before their answer. Those, and requests whose connection was cut, are the broken ones; their clients",
        "send again.",
    ]
    (RESULTS / "crash.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
