"""Measurements. `make bench` fills the table of docs/benchmarks.md; `python -m bench.ROW` measures one row alone."""
