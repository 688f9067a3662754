"""The English words that an edit instruction may use, and the targets that they name."""

from __future__ import annotations

from dataclasses import dataclass

from segmask.core.labels import CLOTHING, PARTS

WHOLE = ("dress", "upper", "lower")  # what a dress that is put on may replace


@dataclass(frozen=True)
class Entry:
    """What a word or phrase stands for."""

    word: str
    """As listed: singular, words separated by blanks."""
    parts: tuple[str, ...]
    kind: str = "thing"
    """One of six kinds:

    - ``thing``: names its parts wherever it stands;
    - ``one piece``: a dress; one that is put on replaces top and bottom, too;
    - ``detail``: part of a garment; counts only where no garment is named;
    - ``scene``: a place; counts unless it is an adjective (*beach dress*);
    - ``blonde``: a person's hair; before a person it is an adjective (*blonde woman*) and does not count;
    - ``other``: a phrase that names nothing, though a word in it would (*top of*)."""


# Targets, kind, words. A word names every part that a parser may take the thing for: a cardigan is upper or outerwear.
_TABLE: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (CLOTHING, "thing",
     "clothing, clothes, outfit, attire, apparel, garment, costume, uniform, wardrobe, kimono, robe, sari, "
     "pajamas, pyjamas, tracksuit, armour, armor, streetwear, sportswear, workwear, menswear, womenswear, what she "
     "wears, what he wears, what they wear, what she is wearing, what he is wearing, what they are wearing"),
    ((*CLOTHING, "footwear", "headwear", "bag", "accessory"), "thing",
     "everything she wears, everything he wears, everything they wear, everything she is wearing, everything he is "
     "wearing, everything they are wearing, everything worn, head to toe"),
    (("upper",), "thing",
     "shirt, t-shirt, tshirt, tee, tee shirt, blouse, top, tank top, crop top, sweater, jumper, pullover, "
     "turtleneck, hoodie, sweatshirt, jersey, polo, polo shirt, dress shirt, tunic, camisole, corset, bodysuit"),
    (("upper", "outerwear"), "thing",
     "cardigan, vest, waistcoat, gilet, sweater vest"),
    (("outerwear",), "thing",
     "jacket, suit jacket, coat, overcoat, raincoat, trench, trench coat, blazer, parka, anorak, windbreaker, "
     "bomber, cape, cloak, poncho"),
    (("upper", "outerwear", "lower"), "thing",
     "suit, tuxedo, pantsuit, trouser suit"),
    (("dress",), "one piece",
     "dress, gown, sundress, ball gown, evening gown, wedding dress, sweater dress, shirt dress"),
    (("dress", "upper", "lower"), "thing",
     "jumpsuit, romper, playsuit, overalls, dungarees"),
    (("lower",), "thing",
     "trousers, trouser, pants, dress pants, sweatpants, jeans, chinos, slacks, joggers, culottes, cargos, shorts, "
     "skirt, miniskirt, kilt, bottoms"),
    (("lower", "legwear"), "thing",
     "leggings"),
    (("legwear",), "thing",
     "sock, stocking, tights, pantyhose, hosiery, knee socks"),
    (("footwear",), "thing",
     "shoe, dress shoe, boot, sneaker, trainers, sandal, heels, high heels, stiletto, pumps, flats, loafer, "
     "slipper, moccasin, clogs, espadrille, footwear, oxfords, brogues"),
    (("headwear",), "thing",
     "hat, top hat, cap, beanie, beret, fedora, helmet, headscarf, hijab, turban, bandana, headband, crown, tiara, "
     "bonnet, veil, headwear, sombrero"),
    (("eyewear",), "thing",
     "glasses, eyeglasses, sunglasses, spectacles, goggles, shades, eyewear, monocle"),
    (("bag",), "thing",
     "bag, handbag, purse, backpack, rucksack, clutch, tote, satchel, suitcase, briefcase, luggage"),
    (("accessory",), "thing",
     "accessory, scarf, shawl, tie, necktie, bow tie, bowtie, belt, glove, mitten, watch, bracelet, bangle, ring, "
     "necklace, pendant, earring, brooch, jewellery, jewelry, jewel, chain, choker, suspenders, sash, hair clip, "
     "hair accessory, cufflink"),
    (("hair",), "thing",
     "hair, hairstyle, hairdo, haircut, hair colour, hair color, fringe bangs, bangs, ponytail, pigtail, braid, "
     "dreadlocks, afro, wig, updo, highlights"),
    (("hair",), "blonde",
     "blonde, blond, brunette, redhead"),
    (("hair", "face"), "thing",
     "beard, moustache, mustache, stubble, goatee, sideburns, facial hair"),
    (("face",), "thing",
     "face, make-up, makeup, make up, lipstick, eyeliner, eyeshadow, eye shadow, mascara, blush, foundation, "
     "eyebrow, eyelash, eye, lip, smile, facial expression, freckle, wrinkle"),
    (("skin",), "thing",
     "skin, skin tone, tan, tattoo, nail, nail polish, manicure"),
    (("background",), "thing",
     "background, backdrop, scene, scenery, surroundings, environment, location, landscape, setting"),
    (("background",), "scene",
     "wall, sky, floor, street, road, city, park, garden, forest, woods, field, meadow, beach, sea, ocean, lake, "
     "river, mountain, desert, studio, room, kitchen, bedroom, living room, office, restaurant, cafe, café, bar, "
     "library, museum, stage, bridge, castle, church, sunset, skyline, rooftop"),
    (PARTS[1:], "thing",
     "whole person, entire person, whole figure, entire figure"),
    (PARTS, "thing",
     "everything, anything, whole picture, whole image, whole photo, entire picture, entire image, entire photo"),
    (("upper", "outerwear", "dress"), "detail",
     "sleeve, collar, neckline, lapel, cuff, hood, zipper, v-neck, crew-neck"),
    ((), "other",
     "on top, top of, top left, top right, top half, top part, at the top, shade of, shades of, wine glass, wine "
     "glasses, glasses of, pair of glasses of, street style, face the camera, face the viewer, face forward, face "
     "left, face right, face away, bags under, suit her, suit him, setting sun, in place, eye level, eye contact, "
     "skin tight, ring light, flats of"),
)  # fmt: skip

ENTRIES: dict[tuple[str, ...], Entry] = {
    tuple(word.split()): Entry(word, parts, kind)
    for parts, kind, words in _TABLE
    for word in (listed.strip() for listed in words.split(","))
}
LONGEST = max(map(len, ENTRIES))  # words of a phrase


def find(words: tuple[str, ...]) -> Entry | None:
    """The entry of a phrase; None for an unknown one. Its last word may be a plural or end a hyphenated compound.

    >>> find(("tank", "tops")).parts, find(("denim-jacket",)).parts, find(("truck",))
    (('upper',), ('outerwear',), None)
    """
    *head, last = words
    for form in _forms(last):
        entry = ENTRIES.get((*head, form))
        if entry is not None:
            return entry
    if not head and "-" in last:  # trench-coat, shirt-dress: English compounds end in what they are
        return find((last.rsplit("-", 1)[1],))
    return None


def _forms(word: str) -> list[str]:
    """A word, and the singulars that it may be the plural of."""
    forms = [word]
    if word.endswith("ves"):
        forms.append(word[:-3] + "f")
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s"):
        forms.append(word[:-1])
    return forms


def known_words() -> str:
    """The known words in one line for messages, grouped by the first part that they name; phrases are left out.

    >>> "eyewear: glasses, eyeglasses" in known_words()
    True
    """
    lists: dict[str, list[str]] = {}
    for entry in ENTRIES.values():
        if entry.kind != "other" and " " not in entry.word:
            lists.setdefault({CLOTHING: "clothing", PARTS: "all"}.get(entry.parts, entry.parts[0]), []).append(
                entry.word
            )
    return "; ".join(f"{target}: {', '.join(words)}" for target, words in lists.items())
