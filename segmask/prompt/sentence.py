"""An instruction as a list of words, and where the known words stand in it; used by ``segmask.prompt.read``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from segmask.prompt.grammar import (
    BESIDE,
    CONTRACTED,
    DETERMINERS,
    FUNCTION,
    JOINTS,
    PEOPLE,
    SEPARATORS,
)
from segmask.prompt.words import LONGEST, Entry, find

CHANGE, KEEP, SKIP = "change", "keep", "skip"


@dataclass
class Mention:
    """A known word or phrase, and where it stands: words ``start`` to ``end`` (half-open)."""

    start: int
    end: int
    entry: Entry
    text: str
    mode: str = CHANGE


@dataclass
class Sentence:
    """The words of an instruction, and the known ones among them."""

    words: list[str]
    mentions: list[Mention] = field(default_factory=list)

    def word(self, index: int) -> str:
        """The word at an index; beyond both ends it is a full stop."""
        return self.words[index] if 0 <= index < len(self.words) else "."

    def phrase_start(self, mention: Mention) -> int:
        """The index where the determiners and adjectives before a mention begin."""
        index = mention.start
        while index > 0 and not self._ends_phrase(index - 1):
            index -= 1
            if self.words[index] in DETERMINERS:
                break
        return index

    def _ends_phrase(self, index: int) -> bool:
        word = self.words[index]
        inside = any(other.start <= index < other.end for other in self.mentions)
        return inside or word in FUNCTION or word in JOINTS or word in BESIDE or word in PEOPLE


def tokens(prompt: str) -> list[str]:
    """Words in lower case and punctuation; contractions are written out, possessives dropped.

    >>> tokens("Don't change the girl's T-shirt!")
    ['do', 'not', 'change', 'the', 'girl', 't-shirt', '!']
    """
    text = prompt.lower().replace("\u2019", "'").replace("can't", "can not").replace("won't", "will not")
    for contraction, whole in CONTRACTED.items():
        text = re.sub(rf"(?<=[a-z]){re.escape(contraction)}\b", whole, text)
    return re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|[,.;:!?]", text)


def mentions_in(sentence: Sentence) -> list[Mention]:
    """The known words and phrases of a sentence; the longest phrase wins, and of a compound the last noun.

    >>> [mention.text for mention in mentions_in(Sentence(tokens("the suit jacket and a silk tie")))]
    ['suit jacket', 'tie']
    """
    found: list[Mention] = []
    index = 0
    while index < len(sentence.words):
        mention = _mention_at(sentence, index)
        if mention is None:
            index += 1
            continue
        index = mention.end
        if mention.entry.kind == "other":
            continue
        if found and found[-1].end == mention.start and mention.entry.kind != "detail":
            found.pop()
        elif found and found[-1].end == mention.start:
            continue
        found.append(mention)
    return [mention for mention in found if _is_noun(sentence, mention)]


def _mention_at(sentence: Sentence, index: int) -> Mention | None:
    for length in range(min(LONGEST, len(sentence.words) - index), 0, -1):
        words = tuple(sentence.words[index : index + length])
        entry = find(words)
        if entry is not None:
            return Mention(index, index + length, entry, " ".join(words))
    return None


def _is_noun(sentence: Sentence, mention: Mention) -> bool:
    """Whether a word is used as a noun: not in *dress her*, *tie it back*, *street dress* or *blonde woman*."""
    before, after = sentence.word(mention.start - 1), sentence.word(mention.end)
    if mention.text == "dress" and (after in DETERMINERS | {"him", "them", "up"}):
        return before not in SEPARATORS | JOINTS | {"to", "please", "now", "just", "let"}
    if mention.text in ("tie", "ties"):
        return after not in {"her", "his", "their", "the", "it", "back", "up"}
    if mention.entry.kind == "scene":
        return after in FUNCTION | JOINTS
    if mention.entry.kind == "blonde":
        return after not in PEOPLE
    return True
