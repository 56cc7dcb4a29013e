"""How large and how long: the full table, or a smoke run of the same code that only shows that all of it works."""

import msgspec

__all__ = ["FULL", "SMOKE", "Scale", "scale_of"]


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """`entries` are in the large folder, `entries_small` in the small one that it is compared with.

    A *part* is what the worker settles in one measured run on the large folder, after `warm_up_events`.
    """

    name: str
    runs: int
    customers: int
    entries: int
    entries_small: int
    part_events: int
    warm_up_events: int
    seconds: float
    warm_up: float
    rates: tuple[int, ...]
    sustained_seconds: float
    probes: int
    questions: int
    deep_page: int
    burst_ids: int
    slow_events: int


FULL = Scale(
    name="full",
    runs=3,
    customers=1_000_000,
    entries=10_000_000,
    entries_small=1_000_000,
    part_events=150_000,
    warm_up_events=50_000,
    seconds=5.0,
    warm_up=2.0,
    rates=(1_000, 5_000, 10_000, 15_000),
    sustained_seconds=60.0,
    probes=300,
    questions=1_000,
    deep_page=1_000,
    burst_ids=10_000,
    slow_events=10_000,
)

SMOKE = Scale(
    name="smoke",
    runs=1,
    customers=2_000,
    entries=20_000,
    entries_small=4_000,
    part_events=4_000,
    warm_up_events=1_000,
    seconds=0.7,
    warm_up=0.3,
    rates=(100, 200),
    sustained_seconds=3.0,
    probes=20,
    questions=30,
    deep_page=20,
    burst_ids=500,
    slow_events=300,
)


def scale_of(*, is_smoke: bool, entries: int | None = None) -> Scale:
    """The scale that a command line asks for; another number of entries takes the small folder along."""
    scale = SMOKE if is_smoke else FULL
    if entries is None:
        return scale
    return msgspec.structs.replace(
        scale, name=f"{scale.name}-{entries}", entries=entries, entries_small=max(1, entries // 10)
    )
