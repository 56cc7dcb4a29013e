"""Where sources are told to push (contract I.28)."""

import pytest

from hooklog.config import Settings


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), "http://127.0.0.1:8081"),
        (Settings(host="hooks.example", port=80, ingest_port=90), "http://hooks.example:90"),
        (Settings(host="::1"), "http://[::1]:8081"),
        (Settings(public_ingest_url="https://hooks.example/eu/"), "https://hooks.example/eu"),
    ],
)
def test_the_url_is_the_public_one_or_made_of_host_and_port(settings: Settings, expected: str) -> None:
    assert expected == settings.ingest_url
