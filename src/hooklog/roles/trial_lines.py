"""What the edge and a trial's process say to each other, a line of JSON each: all that the edge loads of a trial."""

import msgspec

from hooklog.pipeline.settings import PipelineSettings
from hooklog.trial.base import Findings, Question

__all__ = ["Report", "Task"]


class Task(msgspec.Struct, frozen=True):
    """What the edge sends: the question, the orgs that have a loyalty endpoint, the worker's settings."""

    question: Question
    calling: frozenset[int]
    pipeline: PipelineSettings
    diagnostics: str = "info"


class Report(msgspec.Struct, frozen=True):
    """One line of the answer; the last one `is_last`. `failure` says why it could not go on."""

    findings: Findings
    is_last: bool = False
    failure: str = ""
