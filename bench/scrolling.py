"""Scrolling the console's feed over a million entries, in a real Chromium against the real program.

The wheel is turned as by a hand that does not stop: down at a reader's pace, down as fast as anybody does, then up
again over what was loaded. Chromium says which tasks held its main thread for more than 50 ms; the page notes when
each frame began. Needs Chromium, the built console and the test requirements.

Usage: python -m bench.scrolling [--smoke] [--entries 1000000] [--seconds 10] [--results FOLDER]
"""

import argparse
import os
from pathlib import Path
from typing import Any

import msgspec

from bench.making import make_large
from bench.place import ROOT, Place
from bench.row import RESULTS, Measured, measure_row
from bench.scale import scale_of
from bench.served import served, wait_done
from bench.setting import API_KEY
from hooklog.testing.browser import Surfer, opened_browser, surfing

ENTRIES = 1_000_000
ROW_PX = 34

# Kept in the page: long tasks since `watched`, and the instants at which frames began.
WATCH = """
window.watched = { tasks: [], frames: [], isOver: false };
new PerformanceObserver(list => {
  for (const one of list.getEntries()) window.watched.tasks.push(one.duration);
}).observe({ type: 'longtask' });
const note = at => {
  window.watched.frames.push(at);
  if (!window.watched.isOver) requestAnimationFrame(note);
};
requestAnimationFrame(note);
"""
TAKE = """
() => {
  const { tasks, frames } = window.watched;
  window.watched.tasks = [];
  window.watched.frames = [];
  const table = document.querySelector('[role=table]');
  return { tasks, frames, top: table.scrollTop, ghosts: table.querySelectorAll('[aria-busy]').length };
}
"""


class Gesture(msgspec.Struct, frozen=True):
    """One way to scroll: so many pixels a second, up or down, as a share of the time of the first."""

    name: str
    pixels_per_second: int
    is_up: bool = False


GESTURES = (Gesture("reading", 2_000), Gesture("racing", 12_000), Gesture("back", 12_000, is_up=True))


def measure(place: Place, seconds: float) -> Measured:
    """Each gesture's long tasks and frames, in each run."""
    folder = place.large(make_large)
    measured = Measured(detail={"seconds": seconds, "row_px": ROW_PX})
    with served(folder) as program, opened_browser() as browser:
        wait_done(program)
        # What else the machine does is felt in frames more than anywhere: told with them.
        measured.detail["load_average_before"] = round(os.getloadavg()[0], 1)
        for _ in range(place.scale.runs):
            with surfing(browser, program) as surfer:
                surfer.sign_in_with_key(API_KEY)
                surfer.page.locator("a[role=row]").first.wait_for()
                surfer.page.wait_for_load_state("networkidle")
                measured.runs.append(scrolled(surfer, seconds))
        measured.detail["chromium"] = browser.version
    return measured


def scrolled(surfer: Surfer, seconds: float) -> dict[str, float]:
    """The figures of all gestures, one after the other over one page."""
    page = surfer.page
    box = page.get_by_role("table", name="Events").bounding_box()
    session = page.context.new_cdp_session(page)
    page.evaluate(WATCH)
    found: dict[str, float] = {}
    before: float = page.evaluate(TAKE)["top"]
    for gesture in GESTURES:
        distance = round(gesture.pixels_per_second * seconds)
        session.send(
            "Input.synthesizeScrollGesture",
            {
                "x": box["x"] + box["width"] / 2,
                "y": box["y"] + box["height"] / 2,
                "yDistance": distance if gesture.is_up else -distance,
                "speed": gesture.pixels_per_second,
                "gestureSourceType": "mouse",
                "preventFling": True,
            },
        )
        seen = page.evaluate(TAKE)
        found |= {f"{gesture.name}_{name}": value for name, value in figures(seen, before).items()}
        before = seen["top"]
    page.evaluate("window.watched.isOver = true")
    return found


def figures(seen: dict[str, Any], before: float) -> dict[str, float]:
    """What one gesture did to the page."""
    tasks: list[float] = seen["tasks"]
    gaps = sorted(after - at for at, after in zip(seen["frames"], seen["frames"][1:], strict=False))
    return {
        "rows": round(abs(seen["top"] - before) / ROW_PX),
        "long_tasks": len(tasks),
        "tasks_over_100_ms": sum(task > 100 for task in tasks),
        "worst_task_ms": round(max(tasks, default=0.0), 1),
        "frame_p50_ms": round(gaps[len(gaps) // 2], 1),
        "frame_p99_ms": round(gaps[len(gaps) * 99 // 100], 1),
        "frame_worst_ms": round(gaps[-1], 1),
        "ghosts_at_the_end": seen["ghosts"],
    }


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each way to scroll")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    place = Place(scale_of(is_smoke=options.smoke, entries=None if options.smoke else options.entries))
    seconds = min(options.seconds, 2.0) if options.smoke else options.seconds
    results = ROOT / ".bench/smoke-results" if options.smoke else options.results
    measure_row("scrolling", lambda place: measure(place, seconds), place, results)


if __name__ == "__main__":
    main()
