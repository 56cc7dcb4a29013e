"""Signatures of the Standard Webhooks specification: the receiver can tell who calls, and that nothing was changed."""

import base64
import binascii
import hashlib
import hmac

__all__ = ["secret_bytes", "signed_headers"]

_PREFIX = "whsec_"


def secret_bytes(secret: str) -> bytes:
    """The key behind a secret: base64 behind `whsec_`, else the text itself.

    Raises:
        ValueError: what stands behind the prefix is not base64.
    """
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret that starts with whsec_ must go on in base64") from error


def signed_headers(secret: str, webhook_id: str, at_seconds: int, body: bytes) -> dict[str, str]:
    """The three headers of a call.

    Args:
        secret: shared with the receiver; "" leaves the signature out.
        webhook_id: the same on every attempt.
        at_seconds: epoch seconds of this attempt.
        body: as it is sent.
    """
    headers = {"webhook-id": webhook_id, "webhook-timestamp": str(at_seconds)}
    if secret:
        content = f"{webhook_id}.{at_seconds}.".encode() + body
        digest = hmac.digest(secret_bytes(secret), content, hashlib.sha256)
        headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
    return headers
