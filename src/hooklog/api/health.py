"""`/health/live`, `/health/ready` and `/metrics`, without credentials, for orchestrators and Prometheus."""

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hooklog.api.context import TheContext
from hooklog.api.operation import Family, Operation
from hooklog.telemetry import REGISTRY

__all__ = ["live", "prometheus", "ready"]


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it is; `reason` where it is not ready, `position` where it is."""

    status: str
    reason: str = ""
    position: int = 0


LIVE = Operation(
    id="live",
    summary="200 while the process serves requests",
    tag="Operations",
    family=Family.PLAIN,
    answer=Health,
    answer_example=msgspec.to_builtins(Health("live")),
    is_extension=True,
)
READY = Operation(
    id="ready",
    summary="200 while pushes can be taken and the log can be read, else 503",
    tag="Operations",
    family=Family.PLAIN,
    answer=Health,
    answer_example=msgspec.to_builtins(Health("ready", position=1_234)),
    own_errors={503: Health("not ready", reason="the journal is unavailable")},
    is_extension=True,
)
METRICS = Operation(
    id="metrics",
    summary="Metrics in Prometheus' text format",
    tag="Operations",
    family=Family.PLAIN,
    media_type="text/plain",
    is_extension=True,
)


@get("/health/live", name="live", opt={"operation": LIVE})
async def live() -> Response[bytes]:
    """200 while the process serves requests."""
    return _answer(200, Health("live"))


@get("/health/ready", name="ready", opt={"operation": READY})
async def ready(context: TheContext) -> Response[bytes]:
    """200 while pushes can be taken and the log can be read, else 503 with the reason."""
    why = context.is_ready()
    if why is not None:
        return _answer(503, Health("not ready", reason=why))
    position = await context.read(context.log.position)
    return _answer(200, Health("ready", position=position))


@get("/metrics", name="metrics", opt={"operation": METRICS})
async def prometheus() -> Response[bytes]:
    """Every metric of this process in Prometheus' text format."""
    return Response(generate_latest(REGISTRY), headers={"content-type": CONTENT_TYPE_LATEST})


def _answer(code: int, health: Health) -> Response[bytes]:
    return Response(msgspec.json.encode(health), status_code=code, media_type=MediaType.JSON)
