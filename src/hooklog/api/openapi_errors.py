"""The shapes of errors for the OpenAPI document: one for each family of envelopes (contract I.1)."""

from typing import Any, Final

import msgspec

from hooklog.api.operation import Family

__all__ = ["ERROR_SHAPES", "PushAnswer"]


class Problem(msgspec.Struct, frozen=True):
    """One error of a v2 answer."""

    status: bool
    code: int
    message: str


class Remark(msgspec.Struct, frozen=True):
    """One warning."""

    message: str


class V2Error(msgspec.Struct, frozen=True):
    """A v2 answer that is an error."""

    errors: list[Problem]
    warnings: list[Remark]
    data: list[Any] = []


class V3Problem(msgspec.Struct, frozen=True):
    """One error of a v3 answer."""

    code: int
    message: str


class V3Error(msgspec.Struct, frozen=True):
    """A v3 answer that is an error."""

    data: None
    errors: list[V3Problem]
    warnings: None


class PushStatus(msgspec.Struct, frozen=True):
    """How a push went."""

    code: int
    message: str


class PushAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """What a push is answered, accepted or refused."""

    status: PushStatus
    request_id: str


ERROR_SHAPES: Final[dict[Family, type]] = {
    Family.V2: V2Error,
    Family.V3: V3Error,
    Family.PUSH: PushAnswer,
    Family.PLAIN: V2Error,
}
