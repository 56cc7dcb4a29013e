"""From the source's names to our own: the mapped form of an event (contract I.5 (a), II.6)."""

from collections.abc import Sequence

from hooklog.event import USUAL_MESSAGES, Stage, Status
from hooklog.pipeline.stage import NAME_KEY, PASS, RESOLVER_KEY, Outcome, Work, reject

__all__ = ["Transform"]

_DEFAULT_TRANSFORMER = "defaulttransformer"
_NO_MAPPING = reject(
    Status.INVALID_META_TRANSFORMER_MAPPINGS, USUAL_MESSAGES[Status.INVALID_META_TRANSFORMER_MAPPINGS]
)


class Transform:
    """The default transformer passes names through and never needs a mapping; others fail without one."""

    stage = Stage.TRANSFORM

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        return [_transform(work) for work in batch]


def _transform(work: Work) -> Outcome:
    name = work.payload.get(NAME_KEY)
    if not isinstance(name, str) or work.webhook.transformer.lower() != _DEFAULT_TRANSFORMER:
        return _NO_MAPPING
    work.event_name = name
    work.attributes = {
        key: value for key, value in work.payload.items() if key not in {NAME_KEY, RESOLVER_KEY}
    }
    return PASS
