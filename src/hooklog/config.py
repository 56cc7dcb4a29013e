"""All settings: each room's own, gathered; from a TOML file, then the environment, then the command line.

In the environment a setting is `HOOKLOG_<SECTION>__<NAME>`, e.g. `HOOKLOG_INGEST__BODY_BYTES_MAX=65536`;
those without a section are `HOOKLOG_<NAME>`, e.g. `HOOKLOG_PORT=8080`.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from hooklog.access.rate_limit import LimitSettings
from hooklog.api.settings import ApiSettings
from hooklog.catalog.settings import CatalogSettings
from hooklog.consumers.ei_settings import EiSettings
from hooklog.consumers.emf_settings import EmfSettings
from hooklog.errors import SettingsError
from hooklog.eventlog.retention import RetentionSettings
from hooklog.ingest.push import IngestSettings
from hooklog.journal.base import JournalSettings
from hooklog.pipeline.settings import PipelineSettings
from hooklog.replay.settings import ReplaySettings
from hooklog.trial.settings import TrialSettings

__all__ = ["Settings", "read_settings"]

_PREFIX = "HOOKLOG_"
# To listen on all of them is no address that a source could push to.
_ALL_ADDRESSES = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on
# These say how the commands reach a server, or what a campaign does, not how a server runs.
_FOR_OTHERS = frozenset(
    {"URL", "API_KEY", "TILL", "PASSWORD", "CLIENT_KEY", "CLIENT_SECRET", "TEST_SEED", "RESULTS"}
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ingest_port` 0 means the main port plus one. `public_ingest_url` is how sources reach the webhooks; ""
    means `http://<host>:<ingest port>` (contract I.28), with the name that a request was made to where `host`
    stands for all addresses of the machine, such as 0.0.0.0.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    ingest_port: int = 0
    public_ingest_url: str = ""
    connections_max: int = 4_096
    header_seconds_max: float = 10.0
    diagnostics: str = "info"
    ingest: IngestSettings = IngestSettings()
    journal: JournalSettings = JournalSettings()
    pipeline: PipelineSettings = PipelineSettings()
    retention: RetentionSettings = RetentionSettings()
    catalog: CatalogSettings = CatalogSettings()
    ei: EiSettings = EiSettings()
    emf: EmfSettings = EmfSettings()
    replay: ReplaySettings = ReplaySettings()
    api: ApiSettings = ApiSettings()
    limits: LimitSettings = LimitSettings()
    trials: TrialSettings = TrialSettings()

    @property
    def ingest_port_used(self) -> int:
        """The ingest listener's port."""
        return self.ingest_port or self.port + 1

    @property
    def ingest_url(self) -> str:
        """Where sources reach the webhooks, without a slash at the end; "" where only a request's Host can say."""
        if self.public_ingest_url:
            return self.public_ingest_url.rstrip("/")
        if self.host in _ALL_ADDRESSES:
            return ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.ingest_port_used}"


def read_settings(
    path: Path | None, environment: Mapping[str, str] = os.environ, **overrides: object
) -> Settings:
    """The settings in force; later sources win: file, environment, command line.

    Args:
        path: a TOML file, or None.
        environment: names and values.
        overrides: from the command line; None means not given.

    Raises:
        SettingsError: a setting is unknown or malformed; the message names it and where it stands.
    """
    merged = _from_file(path) if path is not None else {}
    for name, value in environment.items():
        bare = name.removeprefix(_PREFIX)
        if name.startswith(_PREFIX) and bare not in _FOR_OTHERS:
            _put(merged, bare.lower().split("__"), _value(value))
    merged |= {name: value for name, value in overrides.items() if value is not None}
    try:
        return msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"a setting is wrong: {error}", "docs/reference/settings.md lists every setting with its default"
        ) from error


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as settings: {error}") from error


def _put(merged: dict[str, object], names: list[str], value: object) -> None:
    for name in names[:-1]:
        section = merged.setdefault(name, {})
        if not isinstance(section, dict):
            raise SettingsError(f"setting {name!r} has no parts")
        merged = section
    merged[names[-1]] = value


def _value(text: str) -> object:
    """A table or list is written as JSON; everything else stands as it is."""
    if text[:1] in {"{", "["}:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise SettingsError(f"the value {text!r} is not JSON: {error}") from error
    return text
