"""XMP that agrees with the pixels: upright, of their size, and without word of pictures that are not there any more."""

from __future__ import annotations

import re
from xml.etree import ElementTree

TIFF = "http://ns.adobe.com/tiff/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
XMP = "http://ns.adobe.com/xap/1.0/"
XMP_NOTE = "http://ns.adobe.com/xmp/note/"
GAIN_MAP = ("http://ns.adobe.com/hdr-gain-map/1.0/", "http://ns.apple.com/HDRGainMap/1.0/")
OTHER_PICTURES = (
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.google.com/photos/1.0/camera/",
    "http://ns.google.com/photos/1.0/depthmap/",
    "http://ns.google.com/photos/1.0/image/",
    "http://ns.google.com/photos/1.0/audio/",
)
"""Say what else lies in the file: a gain map, a film, a depth map. None of it is written again."""


def text_of(data: bytes) -> str | None:
    """An XMP packet as text; None for what is none, or declares entities, which no XMP does and bombs do."""
    for encoding in ("utf-8", "utf-16"):
        try:
            text = data.decode(encoding).strip("\0 \r\n\t\ufeff")
        except UnicodeDecodeError:
            continue
        if "<!DOCTYPE" not in text and "<!ENTITY" not in text and _well_formed(text):
            return text
    return None


def _well_formed(text: str) -> bool:
    try:
        ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return False
    return True


def orientation_of(text: str) -> int | None:
    """1 to 8 where the packet says how the picture is stored."""
    for prefix in prefixes(text, TIFF):
        found = re.search(rf"""\b{prefix}:Orientation\s*(?:=\s*["']|>)\s*([1-8])\b""", text)
        if found:
            return int(found[1])
    return None


def announces_gain_map(text: str) -> bool:
    """Does it describe an HDR gain map?

    >>> announces_gain_map("<x:xmpmeta/>")
    False
    """
    return any(name in text for name in GAIN_MAP) or 'Semantic="GainMap"' in text


def agreeing(text: str, size_wh: tuple[int, int], orientation: int = 1) -> tuple[str | None, tuple[str, ...]]:
    """The packet for pixels of a size, upright or stored as ``orientation`` says; None if it breaks.

    Besides, what it named that the file won't hold.
    """
    width, height = size_wh
    for namespace, name, value in (
        (TIFF, "Orientation", orientation),
        (TIFF, "ImageWidth", width),
        (TIFF, "ImageLength", height),
        (EXIF, "PixelXDimension", width),
        (EXIF, "PixelYDimension", height),
    ):
        for prefix in prefixes(text, namespace):
            text = re.sub(rf"""(\b{prefix}:{name}\s*=\s*["'])[^"'<]*""", rf"\g<1>{value}", text)
            text = re.sub(rf"(<{prefix}:{name}[^>/]*>)[^<]*", rf"\g<1>{value}", text)
    before, left_out = text, []
    for prefix in prefixes(text, XMP):
        text = without(text, prefix, "Thumbnails")
    if text != before:
        left_out.append("the XMP thumbnails, which show the original")
    for prefix in prefixes(text, XMP_NOTE):
        text = without(text, prefix, "HasExtendedXMP")
    before = text
    for namespace in (*GAIN_MAP, *OTHER_PICTURES):
        for prefix in prefixes(text, namespace):
            text = without(text, prefix, r"[\w.-]+")
    if text != before:
        left_out.append("what the XMP says of further pictures in the file")
    return (text if _well_formed(text) else None), tuple(left_out)


def prefixes(text: str, namespace: str) -> list[str]:
    """What a packet calls a namespace, ready for a regular expression."""
    found = re.findall(rf"""\bxmlns:([\w.-]+)\s*=\s*["']{re.escape(namespace)}["']""", text)
    return [re.escape(prefix) for prefix in dict.fromkeys(found)]


def without(text: str, prefix: str, name: str) -> str:
    """A packet without the properties of a name, as elements or as attributes."""
    text = re.sub(rf"<({prefix}:{name})(?:\s[^<>]*)?(?<!/)>.*?</\1\s*>\s*", "", text, flags=re.DOTALL)
    text = re.sub(rf"<{prefix}:{name}(?:\s[^<>]*)?/>\s*", "", text)
    return re.sub(rf"""(?<=\s){prefix}:{name}\s*=\s*(?:"[^"]*"|'[^']*')\s*""", "", text)
