"""Look-ups in ten million entries over HTTP, one at a time: each kind's tail.

Every kind asks for other things each time: other ids, customers, attributes, days.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bench.asking import LOGS, ask, why_not_answered
from bench.drive import Figures
from bench.making import Known, known_of, make_large
from bench.place import Place
from bench.row import Measured, alone
from bench.served import get, served, wait_settled
from bench.setting import RARE
from hooklog.testing.program import Program

TARGETS_MAX = 500


def measure(place: Place) -> Measured:
    """A kind that the API does not answer yet has no figure; its note says why."""
    folder = place.large(make_large)
    chooser = random.Random(5)
    known = known_of(place, "large")
    some = chooser.sample(known, min(TARGETS_MAX, len(known)))
    measured = Measured(runs=[{} for _ in range(place.scale.runs)])
    with served(folder) as program:
        wait_settled(program)
        for kind, targets in {
            **{name: [make(one) for one in some] for name, make in QUESTIONS.items()},
            "deep": deep_pages(program, place.scale.deep_page),
        }.items():
            why = why_not_answered(program, targets[0], may_be_empty=kind == "status_range")
            if why:
                measured.notes.append(f"{kind}: {why}")
                continue
            for run in measured.runs:
                run.update(_figures(kind, ask(program, place, targets, 1)))
    return measured


def _figures(kind: str, found: Figures) -> dict[str, float]:
    return {f"{kind}_p50_ms": found["ms"]["p50"], f"{kind}_p99_ms": found["ms"]["p99"]}


def _day(one: Known) -> str:
    return datetime.fromtimestamp(one.at_ms / 1000, UTC).strftime("%Y-%m-%d")


QUESTIONS: dict[str, Callable[[Known], str]] = {
    "rare": lambda one: f"{LOGS}?event_name={RARE}&to_date={_day(one)}",
    "status_range": lambda one: (
        f"{LOGS}?status=FIELD_VALIDATION_FAILED&from_date={_day(one)}&to_date={_day(one)}"
    ),
    "id": lambda one: f"{LOGS}/{one.id}",
    "customer": lambda one: f"{LOGS}?customer=mobile:{one.mobile}",
    "attribute": lambda one: f"{LOGS}?attr.reference={one.reference}",
}


def deep_pages(program: Program, page: int) -> Sequence[str]:
    """The pages behind a page, found by going there from the first one."""
    target, found = LOGS, []
    for number in range(1, page + page // 10 + 1):
        if number >= page:
            found.append(target)
        link = get(program, target).links.get("next")
        assert link is not None, f"page {number} is the last one"
        target = link["url"].removeprefix(program.url)
    return found


if __name__ == "__main__":
    alone(measure, __doc__)
