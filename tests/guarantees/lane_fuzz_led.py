"""Lets atheris look for a life that breaks a law of the fast lane, led by the lines of the lane that it reaches.

    python -m tests.guarantees.lane_fuzz_led -runs=100000 [a folder of earlier inputs]

A failing input is written to a file; naming that file instead plays it again.
"""

import sys

import atheris

with atheris.instrument_imports(include=["hooklog.listeners", "hooklog.ingest"]):
    from tests.guarantees.lane_fuzz import play


def one_life(life: bytes) -> None:
    play(life)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_life)
    atheris.Fuzz()
