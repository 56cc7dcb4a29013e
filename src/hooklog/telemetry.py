"""Every metric and the shape of every diagnostic line, in one place. What the program says about itself is
diagnostics; "log" means the product's event log.

Levels by who must act: error = an operator now; warning = look today; info = life of a process.
"""

import logging
import sys
from bisect import bisect_right
from collections.abc import Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["REGISTRY", "Metrics", "configure_diagnostics", "metrics"]

REGISTRY = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class BulkHistogram(Histogram):
    """A histogram that takes many observations at the price of one."""

    def observe_all(self, values: Sequence[float]) -> None:
        """Observe each of the values."""
        ordered = sorted(values)
        self._sum.inc(sum(ordered))
        below = 0
        for bucket, bound in zip(self._buckets, self._upper_bounds, strict=True):
            up_to = bisect_right(ordered, bound)
            if up_to > below:
                bucket.inc(up_to - below)
                below = up_to


class Metrics:
    """All metrics of the product; names are documented in docs/reference/metrics.md (generated)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Args: `registry`: where they are registered."""
        self.pushes = Counter(
            "hooklog_pushes",
            "Pushes answered, by HTTP status code; each event of a batch counts as one",
            ["code"],
            registry=registry,
        )
        self.refusals_uncounted = Counter(
            "hooklog_refusals_not_logged",
            "Refused pushes without an entry (unknown webhook, overload, beyond 10 a second)",
            ["reason"],
            registry=registry,
        )
        self.rate_limited = Counter(
            "hooklog_rate_limited",
            "Requests and pushes answered 429, by who came too often: api_key, client, till, webhook, sign_in",
            ["kind"],
            registry=registry,
        )
        self.replayed_events = Counter(
            "hooklog_replayed_events", "Events that were replayed, one by one and by jobs", registry=registry
        )
        self.append_seconds = BulkHistogram(
            "hooklog_append_seconds",
            "From a push being read to its event being durable",
            buckets=_SECONDS,
            registry=registry,
        )
        self.group_events = Histogram(
            "hooklog_group_events",
            "Events that shared one commit",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000),
            registry=registry,
        )
        self.batch_events = Histogram(
            "hooklog_batch_events",
            "Events of one batch that were accepted together",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000),
            registry=registry,
        )
        self.backlog_events = Gauge(
            "hooklog_backlog_events", "Events accepted and not yet worked on", registry=registry
        )
        self.disk_free_bytes = Gauge(
            "hooklog_disk_free_bytes", "Free space where the data folder lies", registry=registry
        )
        self.log_requests = Counter(
            "hooklog_api_requests",
            "API requests, by route and HTTP status",
            ["route", "code"],
            registry=registry,
        )


metrics = Metrics(REGISTRY)


def configure_diagnostics(level: str = "info", *, as_json: bool | None = None) -> None:
    """Send diagnostics to standard error: JSON lines, or readable text where that is a terminal.

    Args:
        level: debug, info, warning or error.
        as_json: force one form; None decides by the terminal.
    """
    renderer: structlog.typing.Processor
    if as_json if as_json is not None else not sys.stderr.isatty():
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
