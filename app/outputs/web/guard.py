"""Guard: access control of the web server.

Three ways in which another web page could make a browser fetch the stream, and what prevents each:

* a host name that resolves to this machine (DNS rebinding): the Host header must be an address or an allowed name;
* a script or WebSocket of the page: the Origin header, which browsers always send then, must be this server's;
* a picture or frame inside the page: Sec-Fetch-Site and the headers in `PROTECTION`.
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import hdrs, web
from yarl import URL

from app.outputs.web.access_token import Token

PROTECTION = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Server": "mstnet",
}

OPEN = ("/page.css", "/icon.svg")
"""Paths that need no token: files of the sign-in page."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Passes a request to its handler, or refuses it with one line.

    Args:
        token: required in each request, if given, as `Authorization: Bearer`, `?token=` or the cookie.
        origins: origins of other web pages that may connect, such as `http://localhost:3000`.
        sign_in: the page for a request of `/` without a token.
        hosts: further names of this machine, such as `box.lan`, or the one that a proxy forwards.
    """

    def __init__(
        self, token: Token | None, origins: Iterable[str] = (), sign_in: str = "", hosts: Iterable[str] = ()
    ) -> None:
        self._token, self._origins, self._sign_in = token, frozenset(origins), sign_in
        name = socket.gethostname().lower()
        self._hosts = frozenset(hosts)
        self._names = self._hosts | {"localhost", name, f"{name}.local"}

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a request that is not allowed; pass every other to the handler."""
        if not self._addressed_to_us(request.host):
            return _refusal(403, "This host name is not allowed. Use the address, or allow it with --allow-host.")
        if not self._from_our_page(request):
            return _refusal(403, "This origin is not allowed. Allow it with --allow-origin.")
        if not self._carries_token(request):
            return self._unauthorized(request)
        response = await handler(request)
        if self._token and request.path == "/" and not response.prepared:
            # Lax, not Strict: with Strict, a user who follows a link in a mail would have to sign in.
            response.set_cookie(_cookie(request), self._token.word, httponly=True, samesite="Lax")
        return response

    def _addressed_to_us(self, host: str) -> bool:
        name = _name_of(f"http://{host}")
        return name in self._names or _is_address(name)

    def _from_our_page(self, request: web.Request) -> bool:
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None:
            ours = origin == f"{request.scheme}://{request.host}"
            # A proxy may serve HTTPS for this server; --allow-host with its name allows that page.
            behind_proxy = origin == f"https://{request.host}" and _name_of(origin) in self._hosts
            return ours or behind_proxy or origin in self._origins
        fetch = {name: request.headers.get(f"Sec-Fetch-{name}", "") for name in ("Site", "Mode", "Dest")}
        follows_link = fetch["Mode"] == "navigate" and fetch["Dest"] == "document"
        return fetch["Site"] in ("", "none", "same-origin") or follows_link

    def _carries_token(self, request: web.Request) -> bool:
        if self._token is None or request.path in OPEN:
            return True
        scheme, _, bearer = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        cookie = request.cookies.get(_cookie(request), "")
        given = (bearer if scheme.lower() == "bearer" else "", request.query.get("token", ""), cookie)
        return any(self._token.matches(word) for word in given)

    def _unauthorized(self, request: web.Request) -> web.Response:
        if request.path == "/" and self._sign_in and hdrs.SEC_WEBSOCKET_KEY not in request.headers:
            return web.Response(status=401, text=self._sign_in, content_type="text/html")
        return _refusal(401, "An access token is required: ?token=... or Authorization: Bearer ...")


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that keep other sites from using a response; for `on_response_prepare`."""
    del request
    response.headers.update(PROTECTION)


def _refusal(status: int, line: str) -> web.Response:
    return web.Response(status=status, text=line + "\n")


def _name_of(url: str) -> str:
    """The host of a URL in the form for comparison; empty if it is not a URL."""
    try:
        return (URL(url).host or "").lower().rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookie(request: web.Request) -> str:
    """The name of the token's cookie, with the port, because browsers keep cookies by host only."""
    address = request.transport.get_extra_info("sockname") if request.transport else None
    return f"mstnet-{address[1] if address else 0}"
