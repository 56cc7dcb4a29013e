"""Look-ups in ten million entries over HTTP, one at a time: each kind's tail.

Every kind asks for other things each time, and in each run again: other ids, customers, attributes, days.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from bench.asking import LOGS, ask, why_not_answered
from bench.drive import Figures
from bench.making import Known, known_of, make_large
from bench.place import Place
from bench.row import Measured, alone
from bench.served import API_HEADERS, served, wait_done
from bench.setting import RARE
from hooklog.testing.program import Program


def measure(place: Place) -> Measured:
    """A kind that the API does not answer yet has no figure; its note says why."""
    folder = place.large(make_large)
    known = known_of(place, "large")
    random.Random(5).shuffle(known)
    parts = [known[at :: place.scale.runs] for at in range(place.scale.runs)]
    measured = Measured(runs=[{} for _ in range(place.scale.runs)])
    with served(folder) as program:
        wait_done(program)
        deep = deep_pages(program, place.scale.deep_page)
        kinds = {name: [[make(one) for one in part] for part in parts] for name, make in QUESTIONS.items()}
        for kind, asked in {**kinds, "deep": [deep] * len(parts)}.items():
            why = why_not_answered(program, asked[0][0], may_be_empty=kind == "status_range")
            if why:
                measured.notes.append(f"{kind}: {why}")
                continue
            for run, targets in zip(measured.runs, asked, strict=True):
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


def deep_pages(program: Program, page: int) -> list[str]:
    """The pages behind a page, found by going there from the first one."""
    target, found = LOGS, []
    with httpx.Client(base_url=program.url, headers=API_HEADERS) as client:
        for number in range(1, page + page // 10 + 1):
            if number >= page:
                found.append(target)
            link = client.get(target).links.get("next")
            assert link is not None, f"page {number} is the last one"
            target = link["url"].removeprefix(program.url)
    return found


if __name__ == "__main__":
    alone(measure, __doc__)
