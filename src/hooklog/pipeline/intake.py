"""How an event becomes work: fresh from the journal, or taken up again where it was parked."""

import msgspec

from hooklog.catalog.base import Catalog, Webhook
from hooklog.event import Event, Stage, instant_of
from hooklog.eventlog.base import Parked, Record
from hooklog.eventlog.mapped import Mapped, SentIdentifier
from hooklog.pipeline.plan import Plans
from hooklog.pipeline.stage import Work

__all__ = ["Intake", "encode_resume", "mapped_of_parked"]

_decode_payload = msgspec.json.Decoder(dict[str, object]).decode


class _Resume(msgspec.Struct, frozen=True, array_like=True):
    """What a parked event needs to go on; only settled facts, so that every attempt says the same."""

    stage: Stage
    org_id: int
    parent_org_id: int
    event_name: str
    version: int
    record: Record
    unique_key: bytes | None
    is_duplicate: bool
    identifiers: tuple[SentIdentifier, ...] = ()


_decode_resume = msgspec.msgpack.Decoder(_Resume).decode
_encode = msgspec.msgpack.Encoder().encode


class Intake:
    """Takes up the events of one batch; the catalog does not change meanwhile."""

    def __init__(self, catalog: Catalog, plans: Plans) -> None:
        """Args: `catalog`: knows webhooks and definitions; `plans`: of the definitions in use."""
        self._catalog = catalog
        self._plans = plans
        self._webhooks: dict[str, Webhook] = {}

    def fresh(self, event: Event) -> Work:
        """The work of an accepted event. The edge has parsed the body already, so failing here is our own bug."""
        # By position: keywords cost half as much again, once for every event.
        return Work(
            event,
            self._webhooks.get(event.webhook_id) or self._webhook(event),
            instant_of(event.id),
            _decode_payload(event.body),
        )

    def resumed(self, parked: Parked) -> Work:
        """The work of a parked event, judged by the version of the definition that judged it before."""
        resume = _decode_resume(parked.work)
        definition = self._catalog.definition_version(resume.org_id, resume.event_name, resume.version)
        assert definition is not None, f"version {resume.version} of {resume.event_name} is gone"
        return Work(
            event=parked.event,
            webhook=self._webhook(parked.event),
            accepted_ms=instant_of(parked.event.id),
            attempts=parked.attempts,
            timeline=parked.stages,
            resume_at=resume.stage,
            org_id=resume.org_id,
            parent_org_id=resume.parent_org_id,
            event_name=resume.event_name,
            plan=self._plans.of(definition),
            user_id=resume.record.user_id,
            group_id=resume.record.group_id,
            record=resume.record,
            unique_key=resume.unique_key,
            claim_key=parked.claim_key,
            is_duplicate=resume.is_duplicate,
            identifiers=resume.identifiers,
        )

    def _webhook(self, event: Event) -> Webhook:
        webhook = self._catalog.webhook(event.webhook_id)
        assert webhook is not None, f"webhook {event.webhook_id} is gone; webhooks are only ever disabled"
        self._webhooks[webhook.id] = webhook
        return webhook


def encode_resume(work: Work) -> bytes:
    """The opaque state of a work that is being parked; only stages behind the record park."""
    assert work.record is not None
    assert work.event_name is not None
    return _encode(
        _Resume(
            stage=work.resume_at,
            org_id=work.org_id,
            parent_org_id=work.parent_org_id,
            event_name=work.event_name,
            version=work.known_definition.version,
            record=work.record,
            unique_key=work.unique_key,
            is_duplicate=work.is_duplicate,
            identifiers=work.identifiers,
        )
    )


def mapped_of_parked(parked: Parked) -> Mapped | None:
    """What is known of a parked event that ends without being touched again, and so without its record.

    None where its state cannot be read: that may be the very reason why it ends.
    """
    try:
        resume = _decode_resume(parked.work)
    except msgspec.DecodeError:
        return None
    return Mapped(resume.identifiers, resume.record.user_id, resume.record.attributes)
