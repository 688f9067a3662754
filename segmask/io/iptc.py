"""IPTC records in Photoshop's image resources: found there, and wrapped again (IIM 4.2; Adobe's file format page)."""

from __future__ import annotations

IPTC_RESOURCE = 0x0404
SIGNATURE = b"8BIM"


def records_in(resources: bytes) -> bytes | None:
    """The IPTC-IIM records among image resources; None where there are none.

    >>> records_in(resource_of(b"\\x1c\\x02\\x78\\x00\\x02Hi"))
    b'\\x1c\\x02x\\x00\\x02Hi'
    """
    place = 0
    while resources[place : place + 4] == SIGNATURE:
        number = int.from_bytes(resources[place + 4 : place + 6], "big")
        name = resources[place + 6] + 1 if place + 6 < len(resources) else 1
        start = place + 6 + name + name % 2
        size = int.from_bytes(resources[start : start + 4], "big")
        contents = resources[start + 4 : start + 4 + size]
        if number == IPTC_RESOURCE and len(contents) == size:
            return contents or None
        place = start + 4 + size + size % 2
    return None


def resource_of(records: bytes) -> bytes:
    """IPTC-IIM records as the one image resource.

    >>> resource_of(b"")[:4]
    b'8BIM'
    """
    number, nameless = IPTC_RESOURCE.to_bytes(2, "big"), bytes(2)
    return SIGNATURE + number + nameless + len(records).to_bytes(4, "big") + records + bytes(len(records) % 2)
