"""The whole API by its own document: generated calls find no 5xx and no answer outside its schema.

Every operation is called with made-up input, good and bad, as a caller with every scope. A failure prints the
call as curl and the seed to repeat it with.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hooklog.testing.program import Program, demo_file, running, till_auth

CALLS, CALLS_LONG = 6, 60
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SEED = int(os.environ.get("HOOKLOG_TEST_SEED", "0")) or random.SystemRandom().randrange(1 << 32)


@schemathesis.serializer("application/x-ndjson")
def _ndjson(_context: Any, value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The demo org, with a till that may do everything."""
    content = demo_file()
    scopes = ["events:read", "events:write", "webhooks:write", "psi:read", "admin"]
    content["tills"] = [{**till, "scopes": scopes} for till in content["tills"]]
    with running(tmp_path_factory.mktemp("contract") / "data", content) as one:
        yield one


def _call_all(program: Program, calls: int) -> Counter[str]:
    """Call every operation so many times; returns how many calls each got. All are tried before one fails."""
    print(f"HOOKLOG_TEST_SEED={SEED}")
    made: Counter[str] = Counter()
    failures = []
    schema = schemathesis.openapi.from_url(f"{program.url}/openapi.json")
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        try:
            _call(program, operation, calls, made)
        except (Exception, FailureGroup) as error:  # noqa: BLE001 - the other operations are tried too
            failures.append(f"{operation.label}: {_plain(error)}")
    assert [] == failures, "\n\n".join(failures)
    return made


def _call(program: Program, operation: Any, calls: int, made: Counter[str]) -> None:
    auth = till_auth("rutuja_capillary", "demo")

    @seed(SEED)
    @settings(
        max_examples=calls,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        made[operation.label] += 1
        case.call_and_validate(base_url=program.url, auth=auth, checks=CHECKS, timeout=20)

    call()


def _plain(error: BaseException) -> str:
    inner = getattr(error, "exceptions", ())
    return "\n".join([str(error), *(_plain(one) for one in inner)])[:3_000]


def test_every_operation_answers_as_its_document_says(program: Program) -> None:
    made = _call_all(program, CALLS)
    assert made


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_thousand_calls_find_nothing(program: Program) -> None:
    made = _call_all(program, CALLS_LONG)
    assert 2_000 <= made.total()
    results = os.environ.get("HOOKLOG_RESULTS")
    if results:
        lines = "\n".join(f"| `{label}` | {count} |" for label, count in sorted(made.items()))
        text = (
            f"# Generated calls\n\n{made.total()} calls, seed {SEED}, none answered outside its document.\n\n"
        )
        Path(results, "schemathesis.md").write_text(
            text + "| Operation | Calls |\n|---|---|\n" + lines + "\n"
        )
