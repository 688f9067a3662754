from __future__ import annotations

import pytest

from segmask.core.errors import OptionError
from segmask.core.labels import CLOTHING, PARTS
from segmask.prompt.read import read_prompt

CLOTHES = " ".join(CLOTHING)
WORN = f"{CLOTHES} footwear headwear bag accessory"
ALL = " ".join(PARTS)

PROMPTS = [  # instruction, parts that change
    ("replace the blue denim shirt with a leather jacket", "upper outerwear"),
    ("Replace the grey T-shirt with a white linen blouse", "upper"),
    ("Change the T-shirt to a striped turtleneck", "upper"),
    ("swap her jeans for a pleated skirt", "lower"),
    ("Turn the hoodie into a wool coat", "upper outerwear"),
    ("put a green raincoat on the woman", "outerwear"),
    ("make the man wear a navy suit", "upper outerwear lower"),
    ("Dress her in a red evening gown", "upper dress lower"),
    ("Put the woman in a long blue dress", "upper dress lower"),
    ("make the dress yellow", "dress"),
    ("change the colour of her dress from green to blue", "dress"),
    ("Replace the dress with jeans and a sweater", "upper dress lower"),
    ("change the outfit to a medieval costume", CLOTHES),
    ("Give him new clothes", CLOTHES),
    ("Restyle everything she wears in black", WORN),
    ("change what he is wearing to hiking gear", CLOTHES),
    ("turn the trousers into shorts", "lower"),
    ("from jeans to chinos", "lower"),
    ("change the skirt from denim to leather", "lower"),
    ("add a scarf", "accessory"),
    ("add a pearl necklace and matching earrings", "accessory"),
    ("remove the earrings", "accessory"),
    ("give her a wide-brimmed hat", "headwear"),
    ("add a red beret and round sunglasses", "headwear eyewear"),
    ("remove his glasses", "eyewear"),
    ("a portrait without a hat", "headwear"),
    ("he is not wearing glasses", "eyewear"),
    ("replace the sneakers with black boots", "footwear"),
    ("white high heels instead of the loafers", "footwear"),
    ("swap the handbag for a backpack", "bag"),
    ("put gloves on her hands", "accessory"),
    ("knee socks with stripes", "legwear"),
    ("change the leggings to tights", "lower legwear"),
    ("make her hair blonde", "hair"),
    ("make her a redhead", "hair"),
    ("give the man a ponytail", "hair"),
    ("tie her hair back in a braid", "hair"),
    ("change the blonde woman's jacket to green", "outerwear"),
    ("apply natural make-up", "face"),
    ("add red lipstick and eyeliner", "face"),
    ("make him smile", "face"),
    ("shave the beard", "hair face"),
    ("put sunglasses on her face", "eyewear"),
    ("replace the background with a beach at sunset", "background"),
    ("Move her to a busy street", "background"),
    ("change the scene to a library", "background"),
    ("Give her a beach dress and a sky blue hat", "upper dress lower headwear"),
    ("a street style outfit for the office, please", f"{CLOTHES} background"),
    ("change the shirt but keep the shoes", "upper"),
    ("Change the outfit, but not the jacket", "upper dress lower legwear"),
    ("replace the coat with a parka and leave the background alone", "outerwear"),
    ("change the shirt to red. Don't change the hair.", "upper"),
    ("do not touch the face, make the jacket red", "outerwear"),
    ("recolour the trousers without changing the shoes or the bag", "lower"),
    ("keep the face, hair and background, replace the sweater with a vest", "upper outerwear"),
    ("replace the blouse with a hoodie; face, hair and background stay the same", "upper"),
    ("new shoes, hair unchanged", "footwear"),
    ("the jacket becomes a trench coat while the scarf remains as it is", "outerwear"),
    ("Make sure the hair does not change and turn the top into a corset", "upper"),
    ("change everything except the face and the hair", " ".join(p for p in PARTS if p not in ("face", "hair"))),
    ("keep everything but the jacket", "outerwear"),
    ("change nothing except the hair", "hair"),
    ("don't change anything other than the shoes", "footwear"),
    ("keep everything the same, only change the shirt", "upper"),
    ("keep the coat but make it red", "outerwear"),
    ("keep the coat but in blue", "outerwear"),
    ("change only the shirt; leave the rest of the outfit", "upper"),
    ("replace the shirt with a tunic, leave the other clothes", "upper"),
    ("change the shirt under the jacket", "upper"),
    ("add a cardigan over her dress", "upper outerwear"),
    ("make the bag match the shoes", "bag"),
    ("change the jacket of the man with the hat", "outerwear"),
    ("give the woman in the red coat short hair", "hair"),
    ("make the suit jacket pinstriped", "outerwear"),
    ("put dress shoes on him", "footwear"),
    ("longer sleeves", "upper outerwear dress"),
    ("give the shirt short sleeves", "upper"),
    ("change the T\u2011shirt\u2019s collar", "upper"),
    ("TWO SCARVES AND A BOW TIE", "accessory"),
    ("same person, same face, wearing a velvet blazer", "outerwear"),
    ("a coat instead of the jacket, not a cape", "outerwear"),
    ("put the logo on top of the jumper", "upper"),
    ("make her skin tone warmer and add a tattoo", "skin"),
    ("replace the whole image", ALL),
    ("a photo of the woman wearing a summer dress in a garden", "background upper dress lower"),
    ("no changes to her face or hair, new outfit", CLOTHES),
    ("The shirt should be white; the trousers should not be changed.", "upper"),
    ("Keep the same hairstyle but make it purple", "hair"),
    ("she wears a raincoat instead of the wool coat. Her hair is wet.", "hair outerwear"),
    ("the top left corner should be blue, and the skirt green", "lower"),
]


@pytest.mark.parametrize(("prompt", "parts"), PROMPTS, ids=[prompt for prompt, _ in PROMPTS])
def test_an_instruction_names_what_changes(prompt: str, parts: str) -> None:
    assert read_prompt(prompt).parts == tuple(part for part in PARTS if part in parts.split())


def test_what_was_understood_can_be_read() -> None:
    read = read_prompt("Replace the blue denim shirt with leather jackets, keep her shoes and the bag")
    assert read.matched == (("shirt", ("upper",)), ("jackets", ("outerwear",)))
    assert read.kept == (("shoes", ("footwear",)), ("bag", ("bag",)))


@pytest.mark.parametrize("prompt", ["make it nicer", "en rouge, s'il vous plaît", "paint the street lamp"])
def test_no_known_word_is_an_error_that_lists_them(prompt: str) -> None:
    with pytest.raises(OptionError, match=r"nothing that segmask knows.*outerwear: jacket.*hair: hair"):
        read_prompt(prompt)


def test_naming_only_what_stays_is_an_error() -> None:
    with pytest.raises(OptionError, match=r"only what stays \(shoes\)"):
        read_prompt("keep the shoes")
    with pytest.raises(OptionError, match="changes and that it stays"):
        read_prompt("change the shirt, keep the shirt")


@pytest.mark.parametrize("prompt", ["", "  ", 5])
def test_a_prompt_is_words(prompt: object) -> None:
    with pytest.raises(OptionError, match="expected an edit instruction"):
        read_prompt(prompt)  # type: ignore[arg-type]
