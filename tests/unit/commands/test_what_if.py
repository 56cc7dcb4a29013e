"""`hooklog what-if`: what was found is shown whole and safe to print; drafts are read from files."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.unit.commands.conftest import Answer, Answerer
from typer.testing import Result

Serve = Callable[[Answerer], str]
Run = Callable[..., Result]

TRIAL: dict[str, Any] = {
    "id": "ab" * 16,
    "state": "DONE",
    "startedAt": 1,
    "endedAt": 2,
    "drafts": ["visit\x1b[2J"],
    "total": 1300,
    "looked": 1300,
    "judged": 1290,
    "changed": 12,
    "succeeding": 1278,
    "refused": 9,
    "unreadable": 1,
    "loyaltyUnknown": 3,
    "limitReached": True,
    "matrix": [
        {"from": "EVENT_SUCCESS", "to": "EVENT_SUCCESS", "count": 1278},
        {"from": "EVENT_SUCCESS", "to": "FIELD_VALIDATION_FAILED", "count": 12},
    ],
    "changes": [
        {
            "from": "EVENT_SUCCESS",
            "to": "FIELD_VALIDATION_FAILED",
            "count": 12,
            "sampleIds": ["019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"],
            "reasons": [{"pattern": "Field validation failed: note: isRequired", "count": 12}],
        }
    ],
    "failure": None,
}


def _serve(serve: Serve, *trials: dict[str, Any], asked: list[tuple[str, bytes]] | None = None) -> str:
    left = list(trials)

    def answer(path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
        if asked is not None:
            asked.append((path, body))
        trial = left.pop(0) if len(left) > 1 else left[0]
        return 200, {}, json.dumps({"data": [trial], "warnings": [{"message": "a word"}]}).encode()

    return serve(answer)


def test_changes_are_told_with_reasons_samples_and_what_could_not_be_judged(
    serve: Serve, hooklog: Run
) -> None:
    done = hooklog("what-if", "--url", _serve(serve, TRIAL))
    assert 0 == done.exit_code, done.output
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert "12 of 1,290 entries would end differently by the draft of visit\\x1b[2J" == lines[0]
    for line in (
        "12 x EVENT_SUCCESS → FIELD_VALIDATION_FAILED",
        "  12 x Field validation failed: note: isRequired",
        "  019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05",
        "9 pushes were refused at the door, and are not judged.",
        "1 entries cannot be taken up any more.",
    ):
        assert line in lines
    assert "oldest 1,300" in done.stdout
    assert "3 of those that would succeed" in done.stdout
    assert "a word" in done.stderr


def test_it_is_followed_to_its_end_and_the_answer_printed(serve: Serve, hooklog: Run) -> None:
    asked: list[tuple[str, bytes]] = []
    running = {**TRIAL, "state": "RUNNING", "looked": 5}
    url = _serve(serve, running, running, TRIAL, asked=asked)
    done = hooklog("what-if", "--url", url, "--json", "--status", "!EVENT_SUCCESS", "--attr", "store=A & B")
    assert TRIAL == json.loads(done.stdout)
    (first, body), *later = asked
    assert "/v2/events/what-if?wait=1" == first
    assert {"status": ["!EVENT_SUCCESS"], "attr.store": ["A & B"]} == parse_qs(json.loads(body)["filter"])
    assert {f"/v2/events/what-if/{TRIAL['id']}"} == {urlsplit(path).path for path, _ in later}


def test_one_that_failed_is_an_error(serve: Serve, hooklog: Run) -> None:
    done = hooklog("what-if", "--url", _serve(serve, {**TRIAL, "state": "FAILED", "failure": "no disk"}))
    assert (1, "no disk") == (done.exit_code, str(done.exception).rpartition(": ")[2])


def test_drafts_are_told_apart_by_their_keys(serve: Serve, hooklog: Run, tmp_path: Path) -> None:
    drafts = {"definition": {"eventName": "visit"}, "mapping": {"transformerType": "defaultTransformer"}}
    paths = []
    for kind, draft in drafts.items():
        paths.append(tmp_path / f"{kind}.json")
        paths[-1].write_text(json.dumps(draft), encoding="utf-8")
    asked: list[tuple[str, bytes]] = []
    hooklog("what-if", *map(str, paths), "--url", _serve(serve, TRIAL, asked=asked))
    assert {"filter": "", **drafts} == json.loads(asked[0][1])


@pytest.mark.parametrize(
    ("content", "said"), [("{}", "is no draft"), ("[]", "is no draft"), ("{", "cannot be read as a draft")]
)
def test_a_file_that_is_no_draft_is_named(hooklog: Run, tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "draft.json"
    path.write_text(content, encoding="utf-8")
    done = hooklog("what-if", str(path))
    assert (1, True) == (done.exit_code, said in str(done.exception))


def test_two_drafts_of_a_kind_are_one_too_many(hooklog: Run, tmp_path: Path) -> None:
    path = tmp_path / "draft.json"
    path.write_text('{"eventName": "visit"}', encoding="utf-8")
    assert "second definition" in str(hooklog("what-if", str(path), str(path)).exception)
