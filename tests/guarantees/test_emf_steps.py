"""Killed between any two steps of claim, call and commit, a worker leaves one entry and one webhook-id a sale."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hooklog.testing.fatal_steps import STEPS, environment_for, order_death
from hooklog.testing.program import wait_until
from hooklog.testing.receiver import Received, Reply
from hooklog.testing.shop import POINTS, TAKEN, Shop

# Where the receiver has been called already, it is called once more: the outcome of the first call is unknown.
_CALLED_AGAIN = {
    "after the answer has come",
    "before the answer is judged",
    "before the outcome is committed",
    "while the outcome is committed",
}


@pytest.mark.parametrize("steps", [STEPS[::2], STEPS[1::2]], ids=["even", "odd"])
def test_killed_between_any_two_steps_a_sale_has_one_entry_and_one_id(
    shop: Callable[..., Shop], tmp_path: Path, steps: tuple[str, ...]
) -> None:
    folder = tmp_path / "steps"
    opened = shop(lambda _: TAKEN, environment=environment_for(folder), timeout_seconds=0.5)
    sold = {}
    for step in steps:
        has_died = order_death(folder, step, step)
        sold[step] = opened.sell(step)
        wait_until(f"the worker has died {step}", has_died)
    for step, entry in zip(steps, opened.settled(*sold.values()), strict=True):
        assert "EVENT_SUCCESS" == entry["status"], f"{step}: {entry['message']}"
        assert POINTS == entry["record"]["clickEventSideEffects"]["sideEffects"], step
        # Later deaths may have swallowed further calls.
        calls_min = 2 if step in _CALLED_AGAIN else 1
        assert calls_min <= len(opened.receiver.calls(entry["id"])), step
    assert set(sold.values()) == {one.webhook_id for one in opened.receiver.received}
    duplicates = opened.settled(*(opened.sell(step) for step in steps))
    assert all(one["record"]["additonalAttributes"]["isDuplicate"] for one in duplicates), "each key is taken"


def test_killed_while_the_receiver_works_a_sale_has_one_entry_and_one_id(shop: Callable[..., Shop]) -> None:
    opened: Shop

    def answer(received: Received) -> Reply:
        if received.number == 1:
            opened.program.kill("worker")
        return TAKEN

    opened = shop(answer, timeout_seconds=0.5)
    sold = opened.sell()
    opened.succeeded(sold, calls=2)
    assert {sold} == {one.webhook_id for one in opened.receiver.received}


def test_killed_behind_a_refusal_a_sale_keeps_its_key(shop: Callable[..., Shop], tmp_path: Path) -> None:
    """The refusal comes again, so it is definite still; the first call's outcome was lost, so the key stays taken."""
    folder, step = tmp_path / "steps", "before the answer is judged"
    opened = shop(lambda _: Reply(400), environment=environment_for(folder), timeout_seconds=0.5)
    has_died = order_death(folder, step, "wrong")
    sold = opened.sell("wrong")
    wait_until(f"the worker has died {step}", has_died)
    opened.failed(sold, "answered 400")
    assert 2 == len(opened.receiver.calls(sold))
    (again,) = opened.settled(opened.sell("wrong"))
    assert again["record"]["additonalAttributes"]["isDuplicate"]
