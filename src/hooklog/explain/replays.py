"""What is said of an event that repeats another, or was repeated."""

import msgspec

from hooklog.explain.case import Case, Finding

__all__ = ["with_replays"]


def with_replays(case: Case, said: Finding) -> Finding:
    """A finding with what the event is a replay of, and where its own replays are told."""
    headline, next_step = said.headline, said.next_step
    if case.replay_of is not None:
        headline += f" It is a replay of {case.replay_of}."
    if case.replays:
        newest, count = case.replays[-1], len(case.replays)
        least = "at least " if case.has_more_replays else ""
        times = f"once, as {newest}" if count == 1 else f"{least}{count} times, last as {newest}"
        headline += f" It has been replayed {times}."
        next_step = f"Look at its newest replay first, {newest}. What helped before that: {next_step}"
    return msgspec.structs.replace(said, headline=headline, next_step=next_step)
