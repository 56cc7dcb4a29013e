"""Ten thousand questions to more than a thousand made-up logs: many short tests, each of which names its seed."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, seed, settings
from tests.properties.log_questions import logs
from tests.properties.test_query_oracle import LOGS, QUESTIONS, answers_agree, normal_run, questions

from hooklog.eventlog.base import Settled
from hooklog.eventlog.query import Query

SEEDS = range(1, 21)
RESULTS = Path(__file__).parents[2] / "docs/results"


class Figures(msgspec.Struct):
    """What the seeds that have passed asked."""

    seeds: int = 0
    logs: int = 0
    questions: int = 0
    seconds: float = 0.0


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    """Written where results are asked for, once every seed has passed."""
    figures = Figures()
    yield figures
    if "HOOKLOG_RESULTS" in os.environ and figures.seeds == len(SEEDS):
        _write_results(figures)


@pytest.mark.long
@pytest.mark.parametrize("number", SEEDS)
def test_ten_thousand_pages_are_what_looking_at_every_entry_gives(number: int, figures: Figures) -> None:
    @seed(number)
    @settings(normal_run, max_examples=LOGS)
    @given(logs, questions)
    def ask(log: list[Settled], asked: list[Query]) -> None:
        answers_agree(log, asked)
        figures.logs += 1
        figures.questions += len(asked)

    began = time.monotonic()
    ask()
    figures.seconds += time.monotonic() - began
    figures.seeds += 1


def _write_results(figures: Figures) -> None:
    lines = [
        "# Ten thousand filters against brute force",
        "",
        f"`HOOKLOG_RESULTS=1 make test-long`: {figures.seeds} seeds make {figures.logs:,} logs; each is asked",
        f"{QUESTIONS} questions, in SQLite and in memory. One that differs fails the run: nothing is written here.",
        "",
        "| Questions | Differences to looking at every entry | Seconds |",
        "|--:|--:|--:|",
        f"| {figures.questions:,} | 0 | {figures.seconds:.0f} |",
    ]
    (RESULTS / "filters.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
