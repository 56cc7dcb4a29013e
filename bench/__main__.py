"""Measure rows of the table, all of them unless some are named, and write docs/benchmarks.md.

    python -m bench [ROW ...] [--smoke] [--entries N]

A smoke run measures everything in small, writes nothing into docs, and ends with an error where a row did.
"""

import argparse
import importlib
import shutil
import sys
import time
import traceback
from pathlib import Path

from bench.page import PAGE, write_page
from bench.place import Place
from bench.row import RESULTS, measure_row
from bench.scale import scale_of
from bench.table import ROWS


def main() -> None:
    """Rows in the order of the table: the limits first, the large folder before those that ask it."""
    known = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", choices=[[], *known], metavar="ROW", help=", ".join(known))
    parser.add_argument("--smoke", action="store_true", help="small sizes, to see that all of it works")
    parser.add_argument("--entries", type=int, help="in the large folder, instead of ten million")
    options = parser.parse_args()
    begun = time.monotonic()
    place = Place(scale_of(is_smoke=options.smoke, entries=options.entries))
    results = place.path("results") if options.smoke else RESULTS
    page = place.path("benchmarks.md") if options.smoke else PAGE
    failed = [name for name in options.rows or known if not _is_measured(name, place, results)]
    write_page(results, page)
    print(f"{page.name} is written; {time.monotonic() - begun:.0f} s", flush=True)
    if options.smoke:
        shutil.rmtree(place.path(""), ignore_errors=True)
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


def _is_measured(name: str, place: Place, results: Path) -> bool:
    try:
        measure_row(name, importlib.import_module(f"bench.{name}").measure, place, results)
    except Exception:  # noqa: BLE001 - one row that fails does not take the others with it.
        traceback.print_exc()
        return False
    return True


if __name__ == "__main__":
    main()
