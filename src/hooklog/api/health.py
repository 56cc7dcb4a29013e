"""`/health/live`, `/health/ready` and `/metrics`, without credentials, for orchestrators and Prometheus."""

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hooklog.api.context import Context
from hooklog.telemetry import REGISTRY

__all__ = ["live", "prometheus", "ready"]


@get("/health/live", name="live")
async def live() -> Response[bytes]:
    """200 while the process serves requests."""
    return _status(200, {"status": "live"})


@get("/health/ready", name="ready")
async def ready(context: Context) -> Response[bytes]:
    """200 while pushes can be taken and the log can be read, else 503 with the reason."""
    why = context.is_ready()
    if why is not None:
        return _status(503, {"status": "not ready", "reason": why})
    position = await context.read(context.log.position)
    return _status(200, {"status": "ready", "position": position})


@get("/metrics", name="metrics")
async def prometheus() -> Response[bytes]:
    """Every metric of this process in Prometheus' text format."""
    return Response(generate_latest(REGISTRY), headers={"content-type": CONTENT_TYPE_LATEST})


def _status(code: int, body: dict[str, object]) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=code, media_type=MediaType.JSON)
