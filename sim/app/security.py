"""
Who may ask, and what an answer may do in a browser.

- Requests must name the host that the application listens on: a page elsewhere cannot point a name of its own at it.
- Requests that change something must come from the application's own pages.
- Bound to another address than loopback, every request carries the token, as cookie after the first visit.
- Bodies have a largest size. - Pages may load from the application only.
"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "sim_token"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BODY_BYTES_MOST = 60_000_000
"""Largest body of a request; uploads have limits of their own below it."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """
    Stands before every page.

    Parameters
    ----------
    app
        The application.
    token
        What every request has to carry; None on loopback.
    hosts
        Names that requests may address, without port; empty: any, when there is a token.
    """

    def __init__(self, app: ASGIApp, token: str | None = None, hosts: tuple[str, ...] = LOOPBACK) -> None:
        self.app, self.token, self.hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with a limit on the body and headers on the answer."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope)
        refusal = self._refusal(request)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        await self.app(scope, _limited(receive), _with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if self.hosts and host not in self.hosts:
            return _no(421, f"host: expected one of {', '.join(self.hosts)}, found {host[:80]!r}")
        if self.token is not None:
            given = request.query_params.get("token")
            if given is not None and _same(given, self.token):
                return self._enter(request)
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not _same(request.cookies.get(COOKIE, ""), self.token) and not _same(bearer, self.token):
                return _no(401, "token: expected the one that was printed when the application started")
        if request.method not in ("GET", "HEAD") and not _is_own_page(request.headers):
            return _no(403, "origin: requests that change something must come from the application's own pages")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES_MOST:
            return _no(413, f"body: expected at most {BODY_BYTES_MOST} bytes, found {length[:20]}")
        return None

    def _enter(self, request: Request) -> Response:
        """The token leaves the address bar and becomes a cookie that scripts cannot read."""
        rest = urlencode([pair for pair in parse_qsl(request.url.query) if pair[0] != "token"])
        path = "/" + request.url.path.lstrip("/\\")
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), status_code=303)
        answer.set_cookie(COOKIE, self.token or "", httponly=True, samesite="strict")
        return answer


def _is_own_page(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is None:
        return headers.get("x-sim") == "1"  # a program on this machine, not a page: pages cannot set it across origins
    return urlsplit(origin).netloc == headers.get("host", "")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _no(status: int, message: str) -> Response:
    return JSONResponse({"faults": [message]}, status_code=status)


def _limited(receive: Receive) -> Receive:
    """Bodies without a stated length are counted as they come."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_BYTES_MOST:
            return {"type": "http.disconnect"}
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
