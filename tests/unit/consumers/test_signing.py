"""Calls are signed as the Standard Webhooks specification says."""

import base64
import hashlib
import hmac

import pytest

from hooklog.consumers.signing import secret_bytes, signed_headers

# The example that the specification's own libraries test against.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_signed_as_published() -> None:
    assert {
        "webhook-id": ID,
        "webhook-timestamp": str(AT),
        "webhook-signature": SIGNATURE,
    } == signed_headers(SECRET, ID, AT, BODY)


@pytest.mark.parametrize(
    ("webhook_id", "at", "body"), [("other", AT, BODY), (ID, AT + 1, BODY), (ID, AT, BODY + b" ")]
)
def test_every_part_of_a_call_is_signed(webhook_id: str, at: int, body: bytes) -> None:
    assert signed_headers(SECRET, webhook_id, at, body)["webhook-signature"] != SIGNATURE


def test_a_body_that_is_no_text_is_signed_byte_for_byte() -> None:
    digest = hmac.new(b"plain", b"id.1.\xff\x00", hashlib.sha256).digest()
    assert (
        "v1," + base64.b64encode(digest).decode()
        == signed_headers("plain", "id", 1, b"\xff\x00")["webhook-signature"]
    )


def test_without_a_secret_there_is_no_signature() -> None:
    assert {"webhook-id", "webhook-timestamp"} == set(signed_headers("", ID, AT, BODY))


def test_a_secret_is_base64_behind_its_prefix_only() -> None:
    assert b"abc" == secret_bytes("whsec_YWJj")
    assert b"YWJj" == secret_bytes("YWJj")
    with pytest.raises(ValueError, match="base64"):
        secret_bytes("whsec_no base64!")
