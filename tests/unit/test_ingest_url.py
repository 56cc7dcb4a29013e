"""Where sources are told to push (contract I.28)."""

import socket

import pytest

from hooklog.catalog.base import Webhook
from hooklog.config import Settings
from hooklog.testing.builders import WEBHOOK_ID
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID
from hooklog.testing.system import MemorySystem


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), "http://127.0.0.1:8081"),
        (Settings(host="hooks.example", port=80, ingest_port=90), "http://hooks.example:90"),
        (Settings(host="::1"), "http://[::1]:8081"),
        # No source could push there; the request's own host is asked instead.
        (Settings(host="0.0.0.0"), ""),
        (Settings(host="::"), ""),
        (Settings(host="0.0.0.0", public_ingest_url="https://hooks.example"), "https://hooks.example"),
        (Settings(public_ingest_url="https://hooks.example/eu/"), "https://hooks.example/eu"),
    ],
)
def test_the_url_is_the_public_one_or_made_of_host_and_port(settings: Settings, expected: str) -> None:
    assert expected == settings.ingest_url


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("hooks.example", "hooks.example"),
        ("hooks.example:8080", "hooks.example"),
        ("192.0.2.7:8080", "192.0.2.7"),
        ("[2001:db8::7]:8080", "[2001:db8::7]"),
        ("[2001:db8::7]", "[2001:db8::7]"),
        ("", socket.gethostname()),
    ],
)
def test_a_server_on_all_addresses_tells_the_host_that_it_was_asked_by(host: str, expected: str) -> None:
    system = MemorySystem()
    system.catalog.put_webhook(Webhook(ORG_ID, WEBHOOK_ID, "defaultTransformer", "till01"))
    with served(system, ingest_url="") as api:
        _, body = api.get("/v2/events/webhooks", headers={"host": host})
        _, audit = api.get("/v2/events/audit_logs", headers={"host": host})
    uris = {one["webHookUri"] for one in body["data"] if one["webHookId"] == WEBHOOK_ID}
    assert {f"http://{expected}:8081/webhooks/{WEBHOOK_ID}"} == uris
    assert f"http://{expected}:8081/webhooks/{WEBHOOK_ID}" in str(audit["data"])
