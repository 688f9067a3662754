"""What every request must pass before anything of it is read: host, origin, token and size."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segmask.serve.problems import Problem
from segmask.serve.settings import MIB, Settings, is_loopback

OPEN = ("/healthz", "/readyz")
"""Addresses that tell nothing and need no token; the page's files need none either."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer that does not say otherwise: nothing is loaded from elsewhere, framed or kept by caches."""


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.names = {"localhost", "127.0.0.1", "::1", *settings.allowed_hosts}
        if not is_loopback(settings.host) and settings.host not in ("0.0.0.0", "::"):
            self.names.add(settings.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer what is wrong with it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = {name.lower() for name, _ in message.get("headers", [])}
                more = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.lower().encode() not in sent]
                message = {**message, "headers": [*message.get("headers", []), *more]}
            await send(message)

        try:
            self._check(scope, headers)
        except Problem as problem:
            await problem.response()(scope, receive, sealed)
            return
        await self.app(scope, self._measured(receive), sealed)

    def _check(self, scope: Scope, headers: dict[str, str]) -> None:
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        any_address = self.settings.host in ("0.0.0.0", "::") and self.settings.token is not None
        if name not in self.names and not (any_address and _is_address(name)):
            raise Problem(421, "foreign", "the Host is not one of this service's; name it with --allow-host")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            raise Problem(403, "foreign", "another site asked (Origin); only this service's own page may")
        if origin is None and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Problem(403, "foreign", "another site's page asked; only this service's own page may")
        if scope["path"].startswith(("/v1/", "/metrics")) and not self._has_token(headers):
            raise Problem(
                401, "unauthorised", "send the token as 'Authorization: Bearer TOKEN'", {"WWW-Authenticate": "Bearer"}
            )
        length = headers.get("content-length", "0")
        if not length.isdigit():
            raise Problem(400, "malformed", "Content-Length is no number")
        if int(length) > self.settings.max_mib * MIB:
            raise self._too_large()

    def _has_token(self, headers: dict[str, str]) -> bool:
        token = self.settings.token
        given = headers.get("authorization", "")
        return token is None or hmac.compare_digest(given.encode(), f"Bearer {token}".encode())

    def _too_large(self) -> Problem:
        return Problem(413, "too-large", f"a request may have {self.settings.max_mib} MiB; make the files smaller")

    def _measured(self, receive: Receive) -> Receive:
        """The request's body, broken off where it is larger than it may be, whatever its head said."""
        read = 0

        async def measured() -> Message:
            nonlocal read
            message: Any = await receive()
            read += len(message.get("body", b""))
            if read > self.settings.max_mib * MIB:
                raise self._too_large()
            return message

        return measured


def _is_address(name: str) -> bool:
    """An IP address can't be rebound to another name: only names are dangerous."""
    return bool(name) and all(letter in "0123456789abcdef.:" for letter in name)
