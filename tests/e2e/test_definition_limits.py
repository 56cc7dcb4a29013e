"""An operator can raise or lower the limits of what orgs define (contract I.8)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, Engineer, set_to
from hooklog.testing.program import running, till_auth

LIMITS = {"HOOKLOG_CATALOG__PUBLISHED_EVENTS_MAX": "1", "HOOKLOG_CATALOG__ATTRIBUTES_MAX": "3"}
OPEN = "aa" * 16


def test_limits_are_settings(tmp_path: Path) -> None:
    content = Content()
    content.org(1001)
    content.till(1001, "till01")
    content.webhook(1001, OPEN, "till01")
    with (
        running(tmp_path / "data", content.file, LIMITS) as program,
        Engineer(program, till_auth("till01", "secret")) as engineer,
    ):
        fields = [set_to("string", name, isRequired="false") for name in "abc"]
        for name in ("first", "second"):
            engineer.define(name, *fields[:2])
            engineer.outcome(OPEN, {"event_name": name})
        body = engineer.definition("third", *fields)
        assert "at most 3" in engineer.refused("POST", EVENTS, json=body).message
        targets = [f"{EVENTS}/publish?event_name={name}" for name in ("first", "second")]
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(lambda target: engineer.send("PUT", target), targets))
        assert [200, 400] == sorted(answer.status_code for answer in answers), "one only, also at once"
        refused = engineer.refused("PUT", targets[answers[0].status_code == 200])
        assert (400, 1802) == refused[:2]
        assert "may have 1" in refused.message
