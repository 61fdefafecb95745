"""Files to download: the chart as SVG and PNG, months and claims as CSV, claims as JSON lines; and pages to embed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from outproduce.ledger.catalogue import Shown, list_claims
from outproduce.ledger.links import Linker
from outproduce.report.export import csv_cell
from outproduce.report.files import claim_row, write_csv, write_json_lines
from outproduce.report.printed import chart_png
from outproduce.web.addresses import Day, Filters, Name, race_of
from outproduce.web.answering import Site
from outproduce.web.pages.claims import Asked, filter_of
from outproduce.web.pages.race import RacePage
from outproduce.web.rendering import chart_file, render
from outproduce.web.rows import slug

_BATCH = 200  # rows written at once


def add_downloads(app: FastAPI, site: Site) -> None:
    """Add the files and the pages to embed."""

    @app.get("/race/{a}/{b}/{item}/chart.svg", include_in_schema=False)
    def chart_svg(request: Request, a: Name, b: Name, item: Name, as_of: Day = None) -> Response:
        page = race_of(site.library, a, b, item, as_of)
        return _file(chart_file(page, site.view(request, "race").tongue.code), "image/svg+xml", page, "svg")

    @app.get("/race/{a}/{b}/{item}/chart.png", include_in_schema=False)
    def chart_as_png(request: Request, a: Name, b: Name, item: Name, as_of: Day = None) -> Response:
        page = race_of(site.library, a, b, item, as_of)
        drawn = chart_file(page, site.view(request, "race").tongue.code)
        return _file(chart_png(drawn.decode()), "image/png", page, "png")

    @app.get("/race/{a}/{b}/{item}/months.csv", include_in_schema=False)
    def months(a: Name, b: Name, item: Name, as_of: Day = None) -> Response:
        page = race_of(site.library, a, b, item, as_of)
        return _file(months_csv(page).encode(), "text/csv; charset=utf-8", page, "csv")

    @app.get("/embed/race/{a}/{b}/{item}", include_in_schema=False)
    def embed(request: Request, a: Name, b: Name, item: Name, as_of: Day = None) -> Response:
        page = race_of(site.library, a, b, item, as_of)
        return HTMLResponse(render("embed.html", page, site.view(request, "race", has_twin=False)))

    @app.get("/race", include_in_schema=False)
    def ask(a: Annotated[str, Query(max_length=200)] = "", b: Annotated[str, Query(max_length=200)] = "",
            item: Annotated[str, Query(max_length=200)] = "") -> Response:  # fmt: skip
        chosen = "/".join(slug(name) for name in (a, b))
        return RedirectResponse(f"/race/{chosen}/{slug(item).replace('-', '_')}" if a and b and item else "/", 303)

    _add_lists(app, site)


def _add_lists(app: FastAPI, site: Site) -> None:
    def listed(suffix: str, write: Any, media: str) -> None:
        @app.get(f"/claims.{suffix}", include_in_schema=False, name=f"claims_{suffix}")
        def claims(asked: Filters) -> Response:
            named = {"content-disposition": f'attachment; filename="claims.{suffix}"'}
            return StreamingResponse(_written(site, asked, write), media_type=media, headers=named)

    listed("csv", write_csv, "text/csv; charset=utf-8")
    listed("jsonl", write_json_lines, "application/jsonl; charset=utf-8")


def _written(site: Site, asked: Asked, write: Any) -> Iterator[bytes]:
    """Check the filter at once, then write the claims that fit, in the order shown, as they come."""
    wanted, shown = filter_of(site.library, asked), Shown(asked.order)
    linker = Linker(site.library.ledger)

    def pieces() -> Iterator[bytes]:
        buffer, header = io.StringIO(), True
        for number, claim in enumerate(list_claims(site.library.ledger, wanted, shown), 1):
            part = io.StringIO()
            write([claim_row(claim, linker.link(claim))], part)
            text = part.getvalue()
            buffer.write(text if header or write is not write_csv else text.split("\n", 1)[1])
            header = False
            if number % _BATCH == 0:
                yield buffer.getvalue().encode("utf-8", "replace")
                buffer.seek(0)
                buffer.truncate()
        if header:
            write([], buffer)
        yield buffer.getvalue().encode("utf-8", "replace")

    return pieces()


def months_csv(page: RacePage) -> str:
    """Write the months of a race as a table, one row a month, rates in pieces a month."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    bands = [f"{side}_{end}" for side in "ab" for end in ("median", "low", "high")]
    writer.writerow(["month", *bands, "probability_a_ahead"])
    for row in page.race.months if page.race else ():
        rates = [f"{value:.4g}" for band in (row.a, row.b) for value in (band.median, band.low, band.high)]
        writer.writerow([csv_cell(cell) for cell in (row.month, *rates, f"{row.probability_a_ahead:.4f}")])
    return stream.getvalue()


def _file(content: bytes, media: str, page: RacePage, suffix: str) -> Response:
    race = page.race
    name = f"{slug(race.a)}-{slug(race.b)}-{race.item}-{race.as_of}" if race else "race"
    named = {"content-disposition": f'attachment; filename="{name}.{suffix}"', "cache-control": "no-cache"}
    return Response(content, media_type=media, headers=named)
