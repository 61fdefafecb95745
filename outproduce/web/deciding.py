"""Signing in and deciding on claims: the only addresses that write. Everything sent must carry the session's secret."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from outproduce.errors import UsageError
from outproduce.ledger import review
from outproduce.ledger.review import Reviewer
from outproduce.reviewing import others_of_story, parse_settings
from outproduce.web.answering import Site
from outproduce.web.faults import Fault
from outproduce.web.pages.claims import claim_page
from outproduce.web.pages.review import review_page
from outproduce.web.rendering import render
from outproduce.web.reviewers import SIGNED_IN_S, Reviewers, Session, Sessions

COOKIE = "reviewer"
DECISIONS = ("accept", "reject", "correct", "merge", "join", "split")
Text = Annotated[str, Form(max_length=2000)]
_REFUSED = Fault("refused", "sign in as a reviewer first; 'outproduce reviewer add NAME' makes a token")
_FORGED = Fault("refused", "this was not sent from a page of this server; open the review page and send it again")


class Desk:
    """Where reviewers sign in and decide."""

    def __init__(self, site: Site, reviewers: Reviewers) -> None:
        self._site, self._reviewers, self._sessions = site, reviewers, Sessions()

    def add_to(self, app: FastAPI) -> None:
        """Add the addresses; their parameters are those of the methods."""
        app.get("/review", include_in_schema=False)(self.queue)
        app.post("/sign-in", include_in_schema=False)(self.sign_in)
        app.post("/sign-out", include_in_schema=False)(self.sign_out)
        app.post("/review/{claim_id}", include_in_schema=False)(self.decide)
        app.get("/review/{claim_id}", include_in_schema=False)(self.one)

    def queue(self, request: Request, skip: Annotated[int, Query(ge=0, le=100_000)] = 0) -> Response:
        """Show the queue to a reviewer, to anybody else where to sign in."""
        session = self._session(request)
        if session is None:
            return self._page(request, "sign_in.html", {"wrong": False})
        return self._page(request, "review.html", review_page(self._site.library, skip), session)

    def one(self, request: Request, claim_id: str) -> Response:
        """Show one claim with what can be decided on it."""
        session = self._session(request)
        if session is None:
            return self._page(request, "sign_in.html", {"wrong": False})
        return self._page(request, "claim.html", claim_page(self._site.library, claim_id), session)

    def sign_in(self, request: Request, token: Text = "") -> Response:
        """Begin a session for whoever has the token of a reviewer."""
        if not _is_ours(request):
            return self._site.fault(request, _FORGED, 403)
        who = self._reviewers.who(token.strip())
        if who is None:
            return self._page(request, "sign_in.html", {"wrong": True}, status=403)
        answer = RedirectResponse("/review", 303)
        secure = request.url.scheme == "https"
        key, age = self._sessions.begin(who), int(SIGNED_IN_S)
        answer.set_cookie(COOKIE, key, age, httponly=True, samesite="strict", secure=secure)
        return answer

    def sign_out(self, request: Request, secret: Text = "") -> Response:
        """End a session."""
        session = self._session(request)
        if session is None or not self._may(request, session, secret):
            return self._site.fault(request, _FORGED, 403)
        self._sessions.end(request.cookies.get(COOKIE))
        answer = RedirectResponse("/review", 303)
        answer.delete_cookie(COOKIE)
        return answer

    def decide(
        self,
        request: Request,
        claim_id: str,
        decision: Text = "",
        secret: Text = "",
        why: Text = "",
        setting: Text = "",
        other: Text = "",
        skip: Annotated[int, Form(ge=0, le=100_000)] = 0,
    ) -> Response:
        """Write a decision and go on with the queue."""
        session = self._session(request)
        if session is None:
            return self._site.fault(request, _REFUSED, 403)
        if not self._may(request, session, secret):
            return self._site.fault(request, _FORGED, 403)
        by = Reviewer(session.who, why.strip() or None)
        self._write(decision, claim_id, by, setting if decision == "correct" else other.strip())
        return RedirectResponse(f"/review?skip={skip}" if skip else "/review", 303)

    def _write(self, decision: str, claim_id: str, by: Reviewer, given: str) -> None:
        ledger, pack = self._site.library.ledger, self._site.library.pack
        if decision == "accept":
            review.accept(ledger, claim_id, by)
        elif decision == "reject":
            review.reject(ledger, claim_id, by)
        elif decision == "correct":
            review.correct(ledger, claim_id, parse_settings(given.split("|"), pack), by)
        elif decision == "merge":
            review.merge(ledger, claim_id, given, by)
        elif decision == "join":
            review.join(ledger, claim_id, given, by)
        elif decision == "split":
            review.split(ledger, claim_id, others_of_story(ledger, claim_id, pack.parents), by)
        else:
            raise UsageError(f"decision {decision!r} is not one of {', '.join(DECISIONS)}")

    def _session(self, request: Request) -> Session | None:
        """Give the session of a request, if its reviewer still is one."""
        session = self._sessions.find(request.cookies.get(COOKIE))
        return session if session is not None and session.who in self._reviewers.names() else None

    def _may(self, request: Request, session: Session, secret: str) -> bool:
        return _is_ours(request) and hmac.compare_digest(secret.encode(), session.secret.encode())

    def _page(
        self, request: Request, template: str, page: Any, session: Session | None = None, status: int = 200
    ) -> Response:
        view = self._site.view(request, "review", has_twin=False, session=session)
        return HTMLResponse(render(template, page, view), status, headers={"cache-control": "no-store"})


def _is_ours(request: Request) -> bool:
    """Whether a request was sent from a page of this server, as far as the browser says where from."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    host = request.headers.get("host", "")
    return site in (None, "same-origin", "none") and origin in (None, f"http://{host}", f"https://{host}")
