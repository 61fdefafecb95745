"""Pages as answers to requests: the language of the reader, bytes that are kept, faults in one shape."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from outproduce.errors import OutproduceError
from outproduce.web.addresses import Address
from outproduce.web.faults import Fault, kind_of, status_of
from outproduce.web.kept import Page, Shelf
from outproduce.web.library import Library
from outproduce.web.rendering import LiveLinks, View, page_json, render
from outproduce.web.reviewers import Session
from outproduce.web.tongue import Tongue, choose_code, speak

LANGUAGE_COOKIE = "lang"
YEAR_S = 365 * 24 * 3600
_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Fault, "description": "A value makes no sense."},
    404: {"model": Fault, "description": "There is nothing of the kind."},
    422: {"model": Fault, "description": "A value is of the wrong form."},
    503: {"model": Fault, "description": "It is still being worked out; ask again in a few seconds."},
}


class Site:
    """Turns pages into answers: the language of the reader, bytes that are kept, faults in one shape."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._shelf = Shelf()
        self._png = find_spec("typst") is not None

    def add(self, app: FastAPI, address: Address) -> None:
        """Add a page and its JSON twin."""
        twin = "/index.json" if address.path == "/" else f"{address.path}.json"
        model = inspect.signature(address.make, eval_str=True).return_annotation
        summary = (inspect.getdoc(address.make) or "").split("\n")[0].rstrip(".")
        app.get(twin, response_model=model, responses=_FAULTS, summary=summary, name=address.make.__name__)(
            self._endpoint(address.make, lambda request, make: self.json(request, make))
        )
        app.get(address.path, include_in_schema=False)(
            self._endpoint(address.make, lambda request, make: self.html(request, address, make))
        )

    def _endpoint(self, make: Callable[..., Any], respond: Callable[..., Response]) -> Callable[..., Response]:
        """Make a function with the parameters of `make`, a request in place of its library."""

        def endpoint(request: Request, **given: Any) -> Response:
            return respond(request, lambda: make(self.library, **given))

        _, *rest = inspect.signature(make, eval_str=True).parameters.values()
        first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
        keywords = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in rest]
        endpoint.__signature__ = inspect.Signature([first, *keywords])  # type: ignore[attr-defined]
        endpoint.__name__ = make.__name__
        endpoint.__doc__ = make.__doc__
        return endpoint

    def json(self, request: Request, make: Callable[[], Any]) -> Response:
        """Answer with a page's JSON."""
        page = self._shelf.get(("json", *self._key(request)), lambda: page_json(make()))
        return send(request, page, "application/json")

    def html(self, request: Request, address: Address, make: Callable[[], Any]) -> Response:
        """Answer with a page's HTML in the reader's language."""
        view = self.view(request, address.section)
        key = ("html", view.tongue.code, view.origin, *self._key(request))
        page = self._shelf.get(key, lambda: render(address.template, make(), view).encode("utf-8", "replace"))
        answer = send(request, page, "text/html; charset=utf-8")
        answer.headers["vary"] = "Accept-Encoding, Accept-Language, Cookie"
        answer.headers["content-language"] = view.tongue.code
        _remember(request, answer)
        return answer

    def _key(self, request: Request) -> tuple[object, ...]:
        return request.url.path, request.url.query, self.library.state, self.library.progress

    def view(self, request: Request, section: str, *, has_twin: bool = True, session: Session | None = None) -> View:
        """Say how a page is to be shown to who asks."""
        query = tuple((name, value) for name, value in request.query_params.multi_items() if name != "lang" and value)
        links = LiveLinks(request.url.path, query, has_twin)
        origin = f"{request.url.scheme}://{request.url.netloc}"
        who, secret = (session.who, session.secret) if session else (None, None)
        return View(tongue_of(request), links, section, self.speaker_slug, origin, self._png, who, secret)

    def speaker_slug(self, claim_id: str) -> str | None:
        """Give the part of the address of the speaker of a claim."""
        try:
            return self.library.index().slug_of.get(claim_id)
        except OutproduceError:
            return None

    def add_faults(self, app: FastAPI) -> None:
        """Answer errors in one shape: JSON for JSON, else a page in the reader's language."""

        def expected(request: Request, error: Exception) -> Response:
            assert isinstance(error, OutproduceError)
            return self.fault(request, Fault(kind_of(error), str(error)), status_of(error))

        def invalid(request: Request, error: Exception) -> Response:
            assert isinstance(error, RequestValidationError)
            told = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
            return self.fault(request, Fault("invalid", told), 422)

        def missing(request: Request, error: Exception) -> Response:
            assert isinstance(error, HTTPException)
            return self.fault(request, Fault("missing", str(error.detail)), error.status_code, error.headers)

        app.add_exception_handler(OutproduceError, expected)
        app.add_exception_handler(RequestValidationError, invalid)
        app.add_exception_handler(HTTPException, missing)

    def fault(self, request: Request, fault: Fault, status: int, headers: Any = None) -> Response:
        """Answer with an error."""
        more = dict(headers or {}) | ({"retry-after": "3"} if status == 503 else {}) | {"cache-control": "no-store"}
        if not request.url.path.endswith((".json", ".csv", ".jsonl")):
            view = self.view(request, "", has_twin=False)
            if status == 503:
                more["refresh"] = "3"
            with suppress(OutproduceError):
                return HTMLResponse(render("error.html", fault, view), status, headers=more)
        return JSONResponse({"kind": fault.kind, "error": fault.error}, status, headers=more)


def tongue_of(request: Request) -> Tongue:
    """Choose the reader's language: as asked in the address, as chosen before, as the browser prefers."""
    asked, remembered = request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)
    return speak(choose_code(asked, remembered, request.headers.get("accept-language")))


def _remember(request: Request, answer: Response) -> None:
    """Keep a language that was chosen in a cookie, which holds nothing else."""
    if request.query_params.get("lang") == tongue_of(request).code:
        answer.set_cookie(LANGUAGE_COOKIE, tongue_of(request).code, YEAR_S, httponly=True, samesite="lax")


def send(request: Request, page: Page, media: str) -> Response:
    """Answer with kept bytes, compressed where the reader takes that; with their mark alone where they are known."""
    headers = {"etag": page.mark, "cache-control": "no-cache", "vary": "Accept-Encoding"}
    if page.mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if page.packed is not page.body and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(page.packed, media_type=media, headers=headers | {"content-encoding": "gzip"})
    return Response(page.body, media_type=media, headers=headers)
