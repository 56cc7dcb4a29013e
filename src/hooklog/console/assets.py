"""The console's built files: read once, served with their compressed form, under a strict Content-Security-Policy.

The build gives every file but the page itself a name that changes with its content, so browsers may keep them for
good. The page is asked for each time; it carries a nonce for the style sheets that its components write.
"""

import asyncio
import gzip
import secrets
from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from hooklog.api.context import AnyRequest
from hooklog.api.envelope import NOT_FOUND, ApiError

__all__ = ["BUILT", "Asset", "asset_routes", "load_assets"]

BUILT: Final = "built"
_PAGE: Final = "index.html"
_NONCE: Final = b"__NONCE__"
_FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
_GUARDS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_MISSING: Final = (
    b"<!doctype html><title>Hooklog</title><p>The console has not been built here. "
    b"Run <code>make console</code> and start again.</p>"
)


class Asset:
    """One file, plain and compressed. Compressing takes up to 40 ms, so it is done when first asked for."""

    def __init__(self, content: bytes, media_type: str) -> None:
        """A file as it was built."""
        self.content = content
        self.media_type = media_type

    @cached_property
    def compressed(self) -> bytes:
        """As gzip."""
        return gzip.compress(self.content, 9, mtime=0)


def load_assets() -> dict[str, Asset]:
    """The built files by their path below the console; empty where it has not been built. Blocks."""
    folder = resources.files("hooklog.console") / BUILT
    found = {} if not folder.is_dir() else dict(_walk(folder, ""))
    return {
        path: Asset(content, media_type)
        for path, content in found.items()
        if (media_type := _TYPES.get(path.rpartition(".")[2])) is not None
    }


def _walk(folder: Traversable, below: str) -> list[tuple[str, bytes]]:
    found = []
    for item in folder.iterdir():
        if item.is_dir():
            found += _walk(item, f"{below}{item.name}/")
        else:
            found.append((below + item.name, item.read_bytes()))
    return found


def asset_routes(assets: Mapping[str, Asset]) -> list[HTTPRouteHandler]:
    """The console at `/console/`, and `/` leading there. A path that is no file is the page: it routes by itself."""
    page = assets.get(_PAGE)

    @get("/", name="console-root")
    async def root() -> Redirect:
        return Redirect("/console/")

    @get(["/console", "/console/{path:path}"], name="console")
    async def console(request: AnyRequest, path: FromPath[str] = "") -> Response[bytes]:
        name = path.lstrip("/")
        asset = assets.get(name)
        if asset is not None and name != _PAGE:
            return await _file(request, asset)
        if name.startswith("assets/"):
            raise ApiError(404, NOT_FOUND)
        return _page(page)

    return [root, console]


async def _file(request: AnyRequest, asset: Asset) -> Response[bytes]:
    headers = {**_GUARDS, "cache-control": _FOREVER, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.content, media_type=asset.media_type, headers=headers)
    headers["content-encoding"] = "gzip"
    compressed = await asyncio.to_thread(lambda: asset.compressed)
    return Response(compressed, media_type=asset.media_type, headers=headers)


def _page(page: Asset | None) -> Response[bytes]:
    nonce = secrets.token_urlsafe(16)
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    content = _MISSING if page is None else page.content.replace(_NONCE, nonce.encode("ascii"))
    headers = {**_GUARDS, "content-security-policy": policy, "cache-control": "no-store"}
    return Response(
        content, status_code=503 if page is None else 200, media_type=_TYPES["html"], headers=headers
    )
