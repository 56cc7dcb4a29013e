"""The stages in the order an event passes them. This list is the pipeline."""

from collections.abc import Callable

from hooklog.catalog.base import Catalog
from hooklog.consumers.base import Consumer
from hooklog.directory.known import AskedDirectory, KnownDirectory
from hooklog.pipeline.batch import Line
from hooklog.pipeline.consume import consume_ei, consume_emf, consume_parent
from hooklog.pipeline.find_definition import FindDefinition
from hooklog.pipeline.plan import Plans
from hooklog.pipeline.resolve_customer import ResolveCustomer
from hooklog.pipeline.resolve_group import ResolveGroup
from hooklog.pipeline.resolve_till import ResolveTill
from hooklog.pipeline.route_org import RouteOrg
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stage import PipelineStage
from hooklog.pipeline.transform import Transform
from hooklog.pipeline.uniqueness import KnowsClaims, Uniqueness
from hooklog.pipeline.validate import Validate

__all__ = ["build_line"]


def build_line(
    *,
    catalog: Catalog,
    directory: AskedDirectory,
    log: KnowsClaims,
    ei: Consumer,
    emf: Consumer,
    settings: PipelineSettings,
    clock_us: Callable[[], int],
) -> Line:
    """All stages, ready to judge batches. `clock_us` tells epoch microseconds."""

    def clock_ms() -> int:
        return clock_us() // 1000

    known, plans = KnownDirectory(directory), Plans(settings.definitions_cached_max)
    uniqueness = Uniqueness(log, clock_ms, settings.uniqueness_window_seconds)
    stages: list[PipelineStage] = [
        RouteOrg(known),
        Transform(catalog),
        FindDefinition(catalog, plans),
        Validate(known),
        ResolveTill(known),
        ResolveCustomer(known),
        ResolveGroup(known),
        uniqueness,
        consume_ei(ei),
        consume_emf(emf, clock_ms),
        consume_parent(emf, clock_ms),
    ]
    return Line(stages, uniqueness, known, plans, clock_us=clock_us, attempts_max=settings.attempts_max)
