"""What was measured beside the table, as sections of the page."""

import json

from bench.place import ROOT

__all__ = ["studies"]

IMPORT = ROOT / "docs/results/import_customers.json"


def studies() -> str:
    """The sections."""
    said = json.loads(IMPORT.read_text(encoding="utf-8"))
    return f"""## Beside the table

* Importing customers, `python -m bench.import_customers`: 100,000 customers with two identifiers each in one request to
  `POST /v2/directory/customers/import`, from its first byte to the answer: {said["first_seconds"]} s;
  the same again, which changes nothing: {said["again_seconds"]} s (aim 60 s).
* What judging an event costs, stage by stage: `python -m bench.pipeline`.
* What the event log's storage costs and gives, without pipeline, journal and HTTP: `python -m bench.eventlog`.
* What the analytical export costs beside the worker: `python -m bench.export_cost`,
  [decisions/0007](decisions/0007-ei-parquet.md).
* The index of records: `python -m bench.record_index`, [decisions/0006](decisions/0006-record-index.md).
* The same load on another system: [bench/peers](../bench/peers/README.md).
"""
