"""Settings that could never work are refused when they are read."""

import pytest

from hooklog.config import read_settings
from hooklog.errors import SettingsError

URL = "https://loyalty.example/events"


def _read(**settings: str) -> None:
    read_settings(None, {f"HOOKLOG_EMF__{name.upper()}": value for name, value in settings.items()})


def test_an_endpoint_can_be_given_in_the_environment() -> None:
    settings = read_settings(
        None,
        {
            "HOOKLOG_EMF__ENDPOINTS": f'{{"100737":{{"url":"{URL}","secret":"whsec_YWJj"}}}}',
            "HOOKLOG_EMF__ALLOWED_NETWORKS": '["127.0.0.0/8","fd00::/8"]',
            "HOOKLOG_EMF__TIMEOUT_SECONDS": "0.5",
        },
    ).emf
    assert URL == settings.endpoints["100737"].url
    assert ("127.0.0.0/8", "fd00::/8") == settings.allowed_networks
    assert 0.5 == settings.timeout_seconds


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("endpoints", '{"1":{"url":"ftp://loyalty.example/"}}', "http://"),
        ("endpoints", '{"1":{"url":"https:///path"}}', "http://"),
        ("endpoints", '{"1":{"url":"https://löyalty.example/"}}', "ASCII"),
        ("endpoints", '{"1":{"url":"https://a.example/","secret":"whsec_!"}}', "base64"),
        ("endpoints", '{"1":{"url":"https://a.example/","secert":"s"}}', "secert"),
        ("endpoints", '{"demo":{"url":"https://a.example/"}}', "'demo'"),
        ("allowed_networks", '["10.0.0.1/8"]', "10.0.0.1/8"),
        ("allowed_networks", '["internal"]', "internal"),
        ("timeout_seconds", "0", "above 0"),
        ("calls_max", "0", "above 0"),
        ("timeout", "1", "timeout"),
    ],
)
def test_what_cannot_work_is_refused(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _read(**{name: value})
    assert told in str(caught.value)


def test_a_secret_is_not_shown_when_it_is_wrong() -> None:
    with pytest.raises(SettingsError) as caught:
        _read(endpoints=f'{{"1":{{"url":"{URL}","secret":"whsec_hush hush"}}}}')
    assert "hush" not in str(caught.value)
