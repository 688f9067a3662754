"""Says in a picture's metadata that a part of it was made by a generative model: IPTC's digital source type, in XMP."""

from __future__ import annotations

import re
from dataclasses import replace

from segmask.io.picture import Metadata
from segmask.io.xmp import prefixes, text_of, without

IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC NewsCodes: a composite with parts that a trained model made."""
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    "</rdf:RDF></x:xmpmeta>"
)


def marked(metadata: Metadata) -> Metadata:
    """The same metadata, its XMP saying that the picture is a composite with generated parts.

    What the XMP held stays; another digital source type in it is replaced. A packet that is none is not kept.

    >>> b"compositeWithTrainedAlgorithmicMedia" in marked(Metadata()).xmp
    True
    """
    if is_marked(metadata.xmp):
        return metadata
    text = None if metadata.xmp is None else text_of(metadata.xmp)
    return replace(metadata, xmp=_with_source_type(text or PACKET).encode())


def is_marked(packet: bytes | None) -> bool:
    """Does an XMP packet say so?"""
    return packet is not None and COMPOSITE.encode() in packet


def _with_source_type(text: str) -> str:
    for prefix in prefixes(text, IPTC_EXT):
        text = without(text, prefix, "DigitalSourceType")
    about = re.search(r"""\brdf:about\s*=\s*("[^"<]*"|'[^'<]*')""", text)
    said = (
        f'<rdf:Description xmlns:rdf="{RDF}" rdf:about={about[1] if about else chr(34) * 2} '
        f'xmlns:Iptc4xmpExt="{IPTC_EXT}" Iptc4xmpExt:DigitalSourceType="{COMPOSITE}"/>'
    )
    for prefix in prefixes(text, RDF):
        if f"</{prefix}:RDF>" in text:
            return text.replace(f"</{prefix}:RDF>", f"{said}</{prefix}:RDF>", 1)
        opened = re.search(rf"<{prefix}:RDF([^>]*)/>", text)
        if opened:
            whole = f"<{prefix}:RDF{opened[1]}>{said}</{prefix}:RDF>"
            return text[: opened.start()] + whole + text[opened.end() :]
    return _with_source_type(PACKET)
