"""Why some rows of the table are not where they must be, with the figures of the same results."""

import json

from bench.row import RESULTS

__all__ = ["below"]

PROTOTYPE_NGINX, PROTOTYPE_ANSWERS = 211_000, 62_000


def below() -> str:
    """The section: one reason for each row that is below."""
    limits, durable, sustained, newest, alone, lookups, starting = map(
        _medians,
        ("limits", "durable_answers", "sustained", "newest", "worker_alone", "lookups", "starting"),
    )
    nginx, answers = limits["nginx_answers_per_second"], durable["answers_per_second"]
    edge, worker, driver = sustained["edge_cpu_us"], sustained["worker_cpu_us"], durable["driver_cpu_us"]
    ceiling, written = 2e6 / (edge + worker + driver), sustained["written_bytes_per_event"]
    plain_us, claim_bytes = 1e6 / alone["plain_per_second"], alone["unique_written_bytes_per_event"]
    reasons = {
        "durable": f"""* *Durable answers*: {answers / nginx:.0%} of what nginx answers without a disk, where
  the prototype had {PROTOTYPE_ANSWERS / PROTOTYPE_NGINX:.0%}. The edge's one loop takes
  {durable["edge_cpu_us"]:g} us an answer, system calls included ([0017](decisions/0017-commit-here.md)).""",
        "sustained": f"""* *Sustained*: an event takes {edge:g} us of the edge, {worker:g} of the worker and
  {driver:g} of the driver, so two cores end at {ceiling:,.0f} a second; for the rest of the time all three wait
  for one disk, which writes {written:,.0f} bytes for each event.""",
        "alone": f"""* *The worker alone*: one Python thread, {plain_us:.0f} us an event on ten million entries.
  A claim takes a random page in the WAL and one in the file, {claim_bytes:,.0f} bytes a unique event, so the
  disk bounds those.""",
        "newest": f"""* *The newest ten at 10M*: {newest["edge_cpu_us_10m"]:g} us of the edge a
  request, most of them in the server's protocol and the kernel ([profile.md](profile.md)).""",
        "customer": """* *By customer*: the entries of a customer lie in a block each, and each is unpacked
  whole ([0014](decisions/0014-blocks.md)); a value of an attribute has one entry here.""",
        "start": """* *Start to ready*: three interpreters load their libraries on two cores; how many entries
  there are plays no part.""",
    }
    is_below = {
        "durable": answers < 40_000,
        "sustained": sustained["entries_per_second"] < 18_000,
        "alone": alone["plain_per_second"] < 40_000 or alone["unique_per_second"] < 15_000,
        "newest": newest["per_second_10m"] < 5_000,
        "customer": lookups["customer_p99_ms"] > 5,
        "start": starting["ready_seconds"] > 1.5,
    }
    told = "\n".join(text for row, text in reasons.items() if is_below[row])
    return f"""## Below what they must reach, and why

The figures asked for come from prototypes on a machine on which nginx answered the same driver {PROTOTYPE_NGINX:,}
times a second; here it answered {nginx:,.0f} times. What is below:

{told}"""


def _medians(row: str) -> dict[str, float]:
    found: dict[str, float] = json.loads((RESULTS / f"{row}.json").read_text(encoding="utf-8"))["medians"]
    return found
