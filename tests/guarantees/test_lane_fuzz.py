"""The fast lane on a bench, with random lives: no exception, no answer twice or out of order, nothing kept.

The laws are in hooklog.testing.lane_bench. Lives come from hypothesis, and from atheris where there is one for this
Python and machine; it leads them to lines of the lane that were not reached before.
"""

import importlib.util
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.campaigns import noted
from tests.guarantees.lane_fuzz import play

from hooklog.listeners.lane_queue import AnswerQueue, Due

ROOT = Path(__file__).parents[2]
LIVES_LONG = 1_000_000
needs_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this Python or machine"
)
usual_steps = st.sampled_from(
    [b"\x00\x00", b"\x00\x01", b"\x06\x00", b"\x16\x00", b"\x19", b"\x09", b"\x06\x04"]
)
lives = st.lists(usual_steps | st.binary(min_size=1, max_size=6), max_size=60).map(b"".join)
normal_run = settings(
    max_examples=500, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)


@normal_run
@given(life=lives)
def test_no_made_up_life_breaks_a_law(life: bytes) -> None:
    for status in set(play(life).statuses):
        event(str(status))


def _led(folder: Path, runs: int) -> None:
    seed = secrets.randbelow(1 << 31) + 1
    command = [
        *(sys.executable, "-m", "tests.guarantees.lane_fuzz_led", f"-runs={runs}", f"-seed={seed}"),
        *("-max_len=400", f"-artifact_prefix={folder}/"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=5_000, check=False)
    print(f"-seed={seed}")
    print(done.stderr[-4_000:])
    failed = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert 0 == done.returncode, (done.stdout[-4_000:], failed)
    assert re.search(rf"Done {runs} runs", done.stderr)


@needs_atheris
def test_no_led_life_breaks_a_law(tmp_path: Path) -> None:
    _led(tmp_path, 4_000)


@needs_atheris
@pytest.mark.long
def test_no_led_life_breaks_a_law_in_the_long_run(tmp_path: Path) -> None:
    with noted("G20", "no life led by coverage breaks a law of the fast lane") as counts:
        _led(tmp_path, LIVES_LONG)
        counts["lives"] = LIVES_LONG


def test_an_end_in_the_middle_of_a_request_behind_as_many_as_may_be_due_is_answered() -> None:
    pushes, half_a_head, the_end = b"\x00\x00" * 32, b"\x05G", b"\x0c"
    assert [200] * 32 + [400] == play(pushes + half_a_head + the_end).statuses


def test_an_answer_out_of_order_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def newest_first(self: AnswerQueue, due: Due) -> None:
        self._due.remove(due)
        self._due.appendleft(due)
        self._flush()

    two_pushes_the_second_decided_first = b"\x00\x00\x00\x00\x16\x00"
    play(two_pushes_the_second_decided_first)
    monkeypatch.setattr(AnswerQueue, "ready", newest_first)
    with pytest.raises(AssertionError, match="out of order"):
        play(two_pushes_the_second_decided_first)
