"""The application: every page as HTML and JSON, the files to download, assets, errors; OpenAPI at /api."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from outproduce import __version__
from outproduce.web.addresses import ADDRESSES
from outproduce.web.answering import YEAR_S, Site, send
from outproduce.web.deciding import Desk
from outproduce.web.downloads import add_downloads
from outproduce.web.guards import Guard, Limits
from outproduce.web.kept import Page
from outproduce.web.library import Library
from outproduce.web.rendering import ASSETS, read_asset
from outproduce.web.reviewers import Reviewers


def make_app(
    library: Library, hosts: Sequence[str] | None = None, limits: Limits | None = None, reviewers: Path | None = None
) -> Any:
    """Make the application over a library, which is closed with it; `hosts` and `limits` are those of `Guard`.

    `reviewers` is the file of those who may review; without it nobody may.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        library.close()

    app = FastAPI(
        title="outproduce",
        version=__version__,
        description="Claims about production, and what is estimated from them. Rates are pieces a month.",
        openapi_url="/api",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    site = Site(library)
    for address in ADDRESSES:
        site.add(app, address)
    add_downloads(app, site)
    if reviewers is not None:
        Desk(site, Reviewers(reviewers)).add_to(app)
    app.get("/assets/{name}", include_in_schema=False)(_asset)
    site.add_faults(app)
    return Guard(app, hosts, limits or Limits())


def _asset(name: str, request: Request) -> Response:
    if name not in ASSETS:
        raise HTTPException(404, f"there is no asset {name!r}")
    answer = send(request, Page.of(read_asset(name)), ASSETS[name])
    answer.headers["cache-control"] = f"public, max-age={YEAR_S}, immutable"
    return answer
