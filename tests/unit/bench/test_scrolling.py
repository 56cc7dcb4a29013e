"""What a gesture did to the page, out of what the page noted."""

from bench.scrolling import ROW_PX, figures


def test_a_gestures_figures_are_those_of_its_tasks_and_frames() -> None:
    seen = {"tasks": [60.0, 130.5], "frames": [0.0, 16.0, 33.0, 150.0], "top": 100 * ROW_PX, "ghosts": 2}
    assert {
        "rows": 60,
        "long_tasks": 2,
        "tasks_over_100_ms": 1,
        "worst_task_ms": 130.5,
        "frame_p50_ms": 17.0,
        "frame_p99_ms": 117.0,
        "frame_worst_ms": 117.0,
        "ghosts_at_the_end": 2,
    } == figures(seen, 160 * ROW_PX)


def test_a_page_without_long_tasks_has_none() -> None:
    seen = {"tasks": [], "frames": [0.0, 16.0], "top": 0, "ghosts": 0}
    found = figures(seen, 0)
    assert (0, 0, 0.0) == (found["long_tasks"], found["tasks_over_100_ms"], found["worst_task_ms"])
