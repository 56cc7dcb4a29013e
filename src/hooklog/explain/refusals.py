"""What is said of a push that was refused at the door."""

from hooklog.event import Status
from hooklog.explain.advice import RESEND, RESEND_NOW, advice
from hooklog.explain.case import Case, Finding, Today

__all__ = ["refused"]

_HOW = {
    "BASIC": "Basic credentials: a till code with the MD5 of its password",
    "OAUTH": "a token of an OAuth client in X-CAP-API-OAUTH-TOKEN",
}


def refused(case: Case, today: Today) -> Finding:
    """The general words with what the webhook asks for, or what was wrong with the body."""
    general = advice(case.status)
    if case.status is Status.UNAUTHORIZED:
        return _unauthorized(case, today)
    if case.status is Status.WEBHOOK_DISABLED:
        others = [
            one.id
            for one in today.catalog.webhooks(case.org_id)
            if not one.is_disabled and one.id != case.webhook_id
        ]
        more = f" The org has {len(others)} webhooks that take pushes." if len(others) > 1 else ""
        more = f" The webhook {others[0]} of this org takes pushes." if len(others) == 1 else more
        return Finding(general.headline, general.next_step + more)
    why = case.message.partition(": ")[2]
    headline = f"{general.headline.removesuffix('.')}: {why}." if why else general.headline
    return Finding(headline, general.next_step)


def _unauthorized(case: Case, today: Today) -> Finding:
    general = advice(case.status)
    webhook = today.catalog.webhook(case.webhook_id)
    if webhook is None:
        return Finding(general.headline, general.next_step)
    if not webhook.auth_enabled:
        return Finding(
            "The webhook asked for credentials when the push came, and it had none or wrong ones; it asks for none "
            "by now.",
            RESEND_NOW,
        )
    how = _HOW.get(webhook.auth_mechanism.upper(), webhook.auth_mechanism)
    return Finding(
        general.headline, f"Have the source send {how}, of the org {webhook.org_id} itself. {RESEND}"
    )
