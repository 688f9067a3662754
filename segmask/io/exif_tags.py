"""Which EXIF tags say something about the photo, and their types (Exif 2.32, tables 4 to 8; TIFF 6.0)."""

from __future__ import annotations

EXIF_POINTER, GPS_POINTER, INTEROP_POINTER = 0x8769, 0x8825, 0xA005
BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL, FLOAT = 1, 2, 3, 4, 5, 7, 10, 11

STORAGE_TAGS = frozenset(
    {*range(254, 260), 262, 263, 264, 265, 266, 273, *range(277, 285), 287, *range(288, 293), 296, 297, 301, 317}
    | {*range(320, 348), 351, *range(512, 533), 700, 32781, 32932, 33723, 34377, 34675, 37724, 50341, 59932}
)
"""How a file stores its samples, its resolution, its profile: the writer's business, or carried by itself."""

MAIN_TYPES = {
    269: ASCII,  # DocumentName
    270: ASCII,  # ImageDescription
    271: ASCII,  # Make
    272: ASCII,  # Model
    285: ASCII,  # PageName
    305: ASCII,  # Software
    306: ASCII,  # DateTime
    315: ASCII,  # Artist
    316: ASCII,  # HostComputer
    318: RATIONAL,  # WhitePoint
    319: RATIONAL,  # PrimaryChromaticities
    18246: SHORT,  # Rating
    18249: SHORT,  # RatingPercent
    33432: ASCII,  # Copyright
    **dict.fromkeys(range(0x9C9B, 0x9CA0), BYTE),  # title, comment, author, keywords, subject of Windows
}

EXIF_TYPES = {
    **dict.fromkeys((0x8824, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292, 0xA004), ASCII),
    **dict.fromkeys((0xA420, 0xA430, 0xA431, 0xA433, 0xA434, 0xA435), ASCII),
    **dict.fromkeys((0x8822, 0x8827, 0x8830, 0x9207, 0x9208, 0x9209, 0x9214, 0xA001, 0xA210, 0xA214), SHORT),
    **dict.fromkeys((0xA217, 0xA401, 0xA402, 0xA403, 0xA405, *range(0xA406, 0xA40B), 0xA40C, 0xA460, 0xA461), SHORT),
    **dict.fromkeys((0x8831, 0x8832, 0x8833, 0x8834, 0x8835), LONG),
    **dict.fromkeys((0x829A, 0x829D, 0x9102, 0x9202, 0x9205, 0x9206, 0x920A, 0xA20B, 0xA20E, 0xA20F), RATIONAL),
    **dict.fromkeys((0xA215, 0xA404, 0xA432, 0xA500, 0x9401, 0x9402, 0x9404), RATIONAL),
    **dict.fromkeys((0x9201, 0x9203, 0x9204, 0x9400, 0x9403, 0x9405), SRATIONAL),
    **dict.fromkeys((0x8828, 0x9000, 0x9101, 0x927C, 0x9286, 0xA000, 0xA20C, 0xA300, 0xA301, 0xA302), UNDEFINED),
    **dict.fromkeys((0xA40B, 0xA462), UNDEFINED),
}

GPS_TYPES = {
    **dict.fromkeys((0, 5), BYTE),
    **dict.fromkeys((1, 3, 8, 9, 10, 12, 14, 16, 18, 19, 21, 23, 25, 29), ASCII),
    **dict.fromkeys((2, 4, 6, 7, 11, 13, 15, 17, 20, 22, 24, 26, 31), RATIONAL),
    **dict.fromkeys((27, 28), UNDEFINED),
    30: SHORT,
}
