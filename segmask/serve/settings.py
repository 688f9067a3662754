"""What the operator of a service can choose."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from segmask.core.errors import OptionError

MIB = 1 << 20


@dataclass(frozen=True)
class Settings:
    """Limits and addresses of a service. OptionError for values that make no sense or would be unsafe.

    >>> Settings(host="0.0.0.0")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    segmask.core.errors.OptionError: host 0.0.0.0 can be reached from other machines: give a --token of ...
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    """What clients must send as ``Authorization: Bearer``; needed where other machines can reach the service."""
    allowed_hosts: tuple[str, ...] = ()
    """Names besides its address under which the service may be called, as behind a proxy."""
    workers: int = 1
    """Processes that decode and decide; each takes one picture at a time."""
    queue: int = 8
    """Requests that wait for a worker; more get 503."""
    max_mib: int = 80
    """Of a request's body."""
    max_pixels: int = 64_000_000
    """That a picture may declare."""
    timeout: float = 120.0
    """Seconds of work on one request; then its worker is replaced."""
    memory_mib: int = 1024
    """Of uploads kept for open pairs; beyond, the ones unused for longest are forgotten."""
    lifetime: float = 30.0
    """Minutes that an open pair or a finished job is kept unused."""
    jobs_mib: int = 2048
    """Of pictures and results of all jobs together."""

    def __post_init__(self) -> None:
        for name in ("workers", "queue", "max_mib", "max_pixels", "timeout", "memory_mib", "lifetime", "jobs_mib"):
            if getattr(self, name) <= 0:
                raise OptionError(f"{name}: expected a number above 0; got {getattr(self, name)}")
        if not 0 <= self.port <= 65535:
            raise OptionError(f"port: expected 0 to 65535; got {self.port}")
        if not is_loopback(self.host) and (self.token is None or len(self.token) < 16):
            raise OptionError(
                f"host {self.host} can be reached from other machines: give a --token of 16 or more characters"
            )


def is_loopback(host: str) -> bool:
    """Is it an address that only this machine reaches?

    >>> is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
