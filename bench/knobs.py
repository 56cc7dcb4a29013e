"""What the interpreter's knobs are worth: garbage collection and the switch interval, each against how it is set.

The same load as the rows `durable_answers` and `newest`, and pushes beside a busy reader of the API, with one knob
turned in every process of the program by a `sitecustomize` of ours. Variants take turns, so that all of them meet the
same minutes; medians.

Usage: python -m bench.knobs [--rounds 3] [--smoke]
"""

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from bench.asking import LOGS
from bench.drive import KEY_HEADER, Driver, drive
from bench.machine import machine_facts
from bench.place import ROOT, Place
from bench.row import RESULTS, commit
from bench.scale import FULL, SMOKE
from bench.served import paused, push_options, served, webhook_url

KNOBS = {
    "as it is": "",
    "gc as Python has it": "gc.freeze = lambda: None; gc.set_threshold = lambda *numbers: None",
    "gc off": "gc.set_threshold = lambda *numbers: gc.disable()",
    "switch interval 5 ms": "sys.setswitchinterval = lambda seconds: None",
    "switch interval 0.1 ms": "turn = sys.setswitchinterval; sys.setswitchinterval = lambda seconds: turn(0.0001)",
}
FILE = RESULTS.parent / "knobs.json"

Figures = dict[str, float]


def measure(place: Place, knob: str) -> Figures:
    """One variant, once."""
    with tempfile.TemporaryDirectory() as turned:
        Path(turned, "sitecustomize.py").write_text(f"import gc, sys\n{knob}\n", encoding="utf-8")
        paths = os.pathsep.join([turned, *filter(None, [os.environ.get("PYTHONPATH")])])
        with (
            place.fresh() as folder,
            served(folder, {"PYTHONPATH": paths}) as program,
            push_options(place) as options,
            paused(program),
        ):
            pushes: list[Any] = [webhook_url(program), *options, "--connections", 64]
            asks: list[Any] = [program.url, "--method", "GET", "--header", KEY_HEADER]
            asks += ["--expect", '"warnings":[]', "--connections", 4]
            times: dict[str, Any] = {"seconds": place.scale.seconds, "warm_up": place.scale.warm_up}
            alone = drive(*pushes, **times)
            newest = drive(asks[0] + LOGS, *asks[1:], **times)
            beside = Driver(asks[0] + LOGS, *asks[1:], *_options(times, extra=1.0))
            both = drive(*pushes, **times)
            beside.figures(60.0)
    return {
        "answers_per_second": alone["answers_per_second"],
        "answers_p99_ms": alone["ms"]["p99"],
        "answers_max_ms": alone["ms"]["max"],
        "newest_per_second": newest["answers_per_second"],
        "newest_p99_ms": newest["ms"]["p99"],
        "beside_readers_per_second": both["answers_per_second"],
        "beside_readers_p99_ms": both["ms"]["p99"],
    }


def _options(times: dict[str, Any], extra: float) -> list[Any]:
    return ["--seconds", times["seconds"] + extra, "--warm-up", times["warm_up"]]


def main() -> None:
    """Every variant in turn."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="small sizes, nothing is written")
    options = parser.parse_args()
    scale = SMOKE if options.smoke else msgspec.structs.replace(FULL, seconds=3.0, warm_up=1.0)
    place = Place(scale)
    runs: dict[str, list[Figures]] = {name: [] for name in KNOBS}
    for _ in range(options.rounds):
        for name, knob in KNOBS.items():
            runs[name].append(measure(place, knob))
            print(f"{name}: {runs[name][-1]}", flush=True)
    found = {
        name: {key: statistics.median([run[key] for run in some]) for key in some[0]}
        for name, some in runs.items()
    }
    if not options.smoke:
        said = {"variants": found, "rounds": options.rounds, "commit": commit(), "machine": machine_facts()}
        FILE.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
        print(f"{FILE.relative_to(ROOT)} is written")


if __name__ == "__main__":
    main()
