"""Which credentials a webhook takes (contract I.28)."""

from hooklog.access.presented import Mechanism
from hooklog.catalog.base import Webhook

__all__ = ["mechanisms_of"]

_BY_NAME = {
    "BASIC": frozenset({Mechanism.BASIC}),
    "OAUTH": frozenset({Mechanism.OAUTH}),
}


def mechanisms_of(webhook: Webhook) -> frozenset[Mechanism]:
    """BASIC takes Basic only, OAUTH a token only; anything else takes nothing: it fails closed."""
    return _BY_NAME.get(webhook.auth_mechanism.upper(), frozenset())
