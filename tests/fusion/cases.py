"""Outfit edits of painted figures, each one thing that a user meets, with what must come and what must stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from segmask.core.types import Image, Mask
from tests.fusion.figures import (
    BLUE,
    GREY,
    HAIR,
    LEFT_SHORT,
    RIGHT_SHORT,
    SKIN,
    TORSO_LEFT,
    TORSO_RIGHT,
    Drawing,
    Part,
    person,
    thick,
)

GREEN, RED, BLACK, WHITE, BROWN = (52, 128, 84), (168, 52, 60), (34, 34, 38), (226, 224, 220), (98, 66, 50)


@dataclass(frozen=True)
class DrawnCase:
    """An original, its edit, and what a user relies on."""

    name: str
    before: Drawing
    after: Drawing
    target: str = "clothing"
    come: tuple[str, ...] = ()
    """Parts of ``after`` that must come whole; those that differ in the target, without."""
    stay: tuple[str, ...] = ("face", "eye 151", "eye 169", "mouth")
    """Parts of ``before`` that must stay."""
    also: Callable[[Image], Image] | None = None
    """What the edit does to the picture besides."""
    grounds: tuple[int, int] = (0, 0)
    """Seeds of the two backgrounds."""

    def __post_init__(self) -> None:
        for kind, names, drawing in (("come", self.come, self.after), ("stay", self.stay, self.before)):
            unknown = set(names) - {part.name for part in drawing.parts}
            if unknown:
                raise ValueError(f"{self.name}: {kind} names parts that the drawing does not have: {sorted(unknown)}")


def _sleeved(drawing: Drawing, colour: tuple, left: tuple = LEFT_SHORT, right: tuple = RIGHT_SHORT) -> Drawing:
    """A shirt of another colour with sleeves of another length."""
    dyed = drawing.dyed("shirt", colour)
    for name, points in (("left sleeve", left), ("right sleeve", right)):
        dyed = dyed.swapped(name, Part(name, "upper", points, colour))
    return dyed


def _dressed(drawing: Drawing, colour: tuple, pattern: str = "") -> Drawing:
    for name in ("shirt", "left sleeve", "right sleeve"):
        drawing = drawing.dyed(name, colour, pattern)
    return drawing


def _sleeveless(drawing: Drawing, colour: tuple) -> Drawing:
    return drawing.dyed("shirt", colour).without("left sleeve", "right sleeve")


def _with_skin(drawing: Drawing, colour: tuple) -> Drawing:
    """The same person with skin of another colour."""
    for name in ("face", "neck", "left arm", "right arm", "left leg", "right leg"):
        drawing = drawing.dyed(name, colour)
    return drawing


def _skirted(drawing: Drawing, hem: float, colour: tuple) -> Drawing:
    skirt = Part("skirt", "lower", ((125, 232), (195, 232), (206, hem), (114, hem)), colour)
    return drawing.swapped("trousers", skirt)


def _faded_wall(image: Image) -> Image:
    """The upper left of the background redrawn with other things."""
    changed = image.copy()
    cv2.rectangle(changed, (20, 40), (120, 150), (210, 120, 60), -1)
    cv2.circle(changed, (60, 560), 40, (60, 150, 190), -1)
    return changed


def _other_face(image: Image) -> Image:
    """Other eyes and a smile, and all of the face warmer."""
    changed = image.copy()
    cv2.ellipse(changed, (240, 122), (31, 42), 0, 0, 360, (222, 168, 130), -1)
    for x in (226, 254):
        cv2.circle(changed, (x, 112), 6, (30, 60, 30), -1)
    cv2.ellipse(changed, (240, 142), (16, 7), 0, 0, 180, (180, 40, 60), -1)
    return changed


_P = person()
_COAT = (
    Part("coat", "outerwear", ((116, 330), (118, 160), (112, 128), (124, 118), (150, 118), (152, 330)), RED),
    Part("coat right", "outerwear", ((204, 330), (202, 160), (208, 128), (196, 118), (170, 118), (168, 330)), RED),
    Part("coat sleeve", "outerwear", ((122, 118), (140, 138), (130, 204), (123, 258), (90, 254), (92, 192)), RED),
    Part(
        "coat sleeve right", "outerwear", ((198, 118), (180, 138), (190, 204), (197, 258), (230, 254), (228, 192)), RED
    ),
)
_LONG_HAIR = (
    thick("left strand", "hair", ((129, 66), (127, 110), (130, 150), (136, 186)), 16, HAIR),
    thick("right strand", "hair", ((191, 66), (193, 110), (190, 150), (184, 186)), 16, HAIR),
)
_SKIRT_PART = Part("skirt", "dress", ((125, 232), (195, 232), (204, 330), (116, 330)), BLUE)
_DRESS = Drawing(
    tuple(replace(p, part="dress") if p.part == "upper" else p for p in _P.swapped("trousers", _SKIRT_PART).parts)
)
_V_NECK = Part("open neck", "skin", ((150, 117), (170, 117), (160, 162)), SKIN)
_BAG = (
    thick("strap", "bag", ((130, 120), (150, 160), (176, 210)), 7, (116, 70, 36)),
    Part("bag", "bag", ((160, 196), (206, 200), (204, 236), (158, 234)), (116, 70, 36)),
)
_HAND = Part("hand", "skin", ((148, 196), (176, 190), (184, 204), (178, 216), (150, 214)), SKIN)
_GLASSES = (
    Part("left lens", "eyewear", ((151, 75), (8, 6)), (190, 30, 90)),
    Part("right lens", "eyewear", ((169, 75), (8, 6)), (190, 30, 90)),
)
_HAT = (
    Part("brim", "headwear", ((160, 42), (50, 8)), (120, 92, 60)),
    Part("crown of the hat", "headwear", ((134, 42), (140, 14), (180, 14), (186, 42)), (120, 92, 60)),
)
_SCARF = Part("scarf", "accessory", ((138, 110), (182, 110), (188, 130), (174, 138), (172, 180), (156, 180), (156, 138),
                                     (134, 130)), (214, 170, 60))  # fmt: skip
_NECKLACE = thick(
    "necklace", "accessory", ((145, 118), (150, 134), (160, 142), (170, 134), (175, 118)), 4, (220, 190, 90)
)
_BEARD = Part("beard", "face", ((139, 88), (150, 96), (170, 96), (181, 88), (178, 112), (160, 128), (142, 112)), HAIR)
_ISLANDS = tuple(
    Part(f"island {index}", "upper", ((x, y), (9, 9)), (58, 84, 160)) for index, (x, y) in
    enumerate(((146, 160), (174, 176), (150, 214)))
)  # fmt: skip


def _seated(colour: tuple) -> Drawing:
    """On a chair: the thighs come forward, the calves hang down."""
    lap = Part("lap", "lower", ((122, 226), (198, 226), (214, 274), (210, 300), (110, 300), (106, 274)), colour)
    calves = tuple(
        Part(f"calf {x}", "lower", ((x, 296), (x + 34, 296), (x + 30, 424), (x + 4, 424)), colour) for x in (114, 172)
    )
    chair = Part("chair", "background", ((104, 300), (216, 300), (220, 400), (100, 400)), (110, 76, 48))
    base = person().without("trousers", "left leg", "right leg", "left arm", "right arm")
    return base.swapped("hair", chair, base["hair"]).over("neck", lap, *calves)


def _portrait(drawing: Drawing) -> Drawing:
    return drawing.moved(-240, -60, 2.5)


def _behind(drawing: Drawing, *parts: Part) -> Drawing:
    """Parts painted last, in front of all."""
    return Drawing((*drawing.parts, *parts))


_TWO = _P.moved(-64, 30, 0.92).and_also(person().moved(86, 34, 0.9, " b"))
_FRIEND = tuple(f"{part.name} b" for part in person().without("left leg", "right leg").parts)  # trousers hide the legs

CASES = (
    DrawnCase("shirt to sleeveless", _P, _sleeveless(_P, GREEN), come=("shirt", "left arm", "right arm")),
    DrawnCase("short to long sleeves", _sleeved(_P, GREEN), _dressed(_P, RED), come=("left sleeve", "right sleeve")),
    DrawnCase("longer hem", _skirted(_P, 300, GREY), _skirted(_P, 380, RED), come=("skirt",)),
    DrawnCase("shorter hem", _skirted(_P, 380, GREY), _skirted(_P, 300, RED), come=("skirt", "left leg", "right leg")),
    DrawnCase("open to closed collar", _P.over("shirt", _V_NECK), _dressed(_P, GREEN), come=("shirt",)),
    DrawnCase("coat over dress", _DRESS, _DRESS.over("right sleeve", *_COAT),
              come=("coat", "coat right", "coat sleeve", "coat sleeve right")),
    DrawnCase("top only, trousers stay", _P, _dressed(_P, GREEN), stay=("face", "trousers", "left shoe", "right shoe")),
    DrawnCase("partial islands", _P, _dressed(_P, GREEN).over("shirt", *_ISLANDS), come=("left sleeve",)),
    DrawnCase("dark on dark", _dressed(_P, (30, 32, 40)), _dressed(_P, (52, 34, 36)), come=("shirt", "left sleeve")),
    DrawnCase("white on white", _dressed(_P, WHITE), _dressed(_P, (206, 212, 226)), come=("shirt", "left sleeve")),
    DrawnCase("patterned", _dressed(_P, BLACK, "stripes"), _dressed(_P, GREEN, "checks"),
              come=("shirt", "left sleeve")),
    DrawnCase("sheer", _P, _dressed(_P, WHITE).swapped("left sleeve", replace(_P["left sleeve"], opacity=0.45,
              colour=WHITE)), come=("shirt",)),
    DrawnCase("long hair over the garment", _behind(_P, *_LONG_HAIR), _behind(_dressed(_P, RED), *_LONG_HAIR),
              stay=("face", "hair")),
    DrawnCase("hand in front", _behind(_P, _HAND), _behind(_dressed(_P, GREEN), _HAND), stay=("face", "hand")),
    DrawnCase("bag in front", _behind(_P, *_BAG), _behind(_dressed(_P, GREEN), *_BAG), stay=("face", "bag")),
    DrawnCase("hat brim", _behind(_P, *_HAT), _behind(_dressed(_P, GREEN), *_HAT),
              stay=("face", "brim", "crown of the hat")),
    DrawnCase("scarf", _behind(_P, _SCARF), _behind(_dressed(_P, GREEN), _SCARF), stay=("face", "scarf")),
    DrawnCase("necklace", _behind(_P, _NECKLACE), _behind(_dressed(_P, GREEN), _NECKLACE), stay=("face", "necklace")),
    DrawnCase("beard over the collar", _behind(_P, _BEARD), _behind(_dressed(_P, RED), _BEARD), stay=("face", "beard")),
    DrawnCase("two people, one changed", _TWO, _dressed(_P.moved(-64, 30, 0.92), GREEN).and_also(
              person().moved(86, 34, 0.9, " b")), come=("shirt",), stay=("face", *_FRIEND)),
    DrawnCase("seated", _seated(GREY), _dressed(_seated(RED), GREEN), come=("lap", "shirt")),
    DrawnCase("portrait cut at the chest", _portrait(_P), _portrait(_dressed(_P, RED)), come=("shirt",)),
    DrawnCase("the background changed too", _P, _dressed(_P, GREEN), come=("shirt", "left sleeve"), also=_faded_wall),
    DrawnCase("another background too", _P, _dressed(_P, GREEN), come=("shirt", "left sleeve"), grounds=(0, 1)),
    DrawnCase("the face changed too", _P, _dressed(_P, GREEN), come=("shirt", "left sleeve"), also=_other_face),
    DrawnCase("nothing of the target", _P, _P, also=_faded_wall),
    DrawnCase("hair", _P, _P.dyed("hair", (190, 150, 90)).dyed("fringe", (190, 150, 90)), "hair",
              come=("hair", "fringe"), stay=("face", "shirt", "trousers")),
    DrawnCase("longer hair", _P, _behind(_P, *_LONG_HAIR), "hair", come=("left strand", "right strand"),
              stay=("face", "trousers")),
    DrawnCase("make-up", _portrait(_P), _portrait(_P.dyed("mouth", (190, 20, 60))), "face", come=("mouth",),
              stay=("shirt", "hair", "fringe")),
    DrawnCase("a scarf is put on", _P, _behind(_P, _SCARF), "accessory", come=("scarf",),
              stay=("face", "trousers", "left sleeve")),
    DrawnCase("a hat is put on", _P, _behind(_P, *_HAT), "headwear,hair", come=("brim", "crown of the hat"),
              stay=("face", "shirt")),
    DrawnCase("glasses are put on", _portrait(_P), _portrait(_behind(_P, *_GLASSES)), "eyewear",
              come=("left lens", "right lens"), stay=("shirt", "hair", "mouth")),
    DrawnCase("the bag changed", _behind(_P, *_BAG), _behind(_P, *(replace(p, colour=GREEN) for p in _BAG)), "bag",
              come=("bag",), stay=("face", "trousers")),
    DrawnCase("footwear", _P, _P.dyed("left shoe", RED).dyed("right shoe", RED), "footwear",
              come=("left shoe", "right shoe"), stay=("face", "trousers", "shirt")),
    DrawnCase("background", _P, _P, "background", stay=("face", "shirt", "trousers"), grounds=(0, 1)),
    DrawnCase("removed sleeves on dark skin", _with_skin(_P, BROWN), _sleeveless(_with_skin(_P, BROWN), WHITE),
              come=("shirt", "left arm")),
    DrawnCase("tunic over trousers", _P, _dressed(_P, GREEN).swapped("shirt", Part("shirt", "upper",
              (*TORSO_LEFT, *TORSO_RIGHT, (200, 300), (120, 300)), GREEN)), come=("shirt",),
              stay=("face", "left shoe")),
)  # fmt: skip


def core(coverage: np.ndarray, radius: float = 4.0) -> Mask:
    """Pixels of a part at least ``radius`` from its seen outline, bool (H, W); of a thin part, its inner half."""
    depth = cv2.distanceTransform((coverage >= 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return depth > min(radius, float(depth.max()) / 2)
