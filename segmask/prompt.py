"""From an edit instruction in English to the parts that may come from the edit.

Rules over a vocabulary, no language model: words name parts, verbs before them and remarks after them say whether
they change or stay. docs/prompt.md lists both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from segmask.errors import OptionError
from segmask.labels import GROUPS, PARTS
from segmask.vocabulary import LONGEST, WHOLE, Entry, find, known_words

CHANGE, KEEP, SKIP = "change", "keep", "skip"


@dataclass(frozen=True)
class Understood:
    """What an instruction says."""

    parts: tuple[str, ...]
    """Canonical parts that may come from the edit."""
    matched: tuple[tuple[str, tuple[str, ...]], ...]
    """Words that name what changes, in their order, each with its parts."""
    kept: tuple[tuple[str, tuple[str, ...]], ...]
    """Words that name what stays."""


def _verbs(stems: str) -> frozenset[str]:
    """All forms of regular verbs: change, changes, changed, changing."""
    forms: set[str] = set()
    for stem in stems.split():
        root = stem[:-1] if stem.endswith("e") else stem
        forms |= {stem, stem + "s", root + "ed", root + "ing", root + "es"}
    return frozenset(forms)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CHANGING = _verbs(
    "replace change turn add wear transform convert edit modify alter recolor recolour dye paint remove switch "
    "redesign restyle style place move exchange substitute update adjust shorten lengthen show use touch affect color "
    "colour apply insert render clothe redraw erase delete"
) | _words(
    "make makes making made put puts putting give gives giving gave swap swaps swapping swapped wore worn take takes "
    "taking let set try become becomes becoming cut have get gets trim trimmed"
)
KEEPING = _verbs("preserve maintain retain protect") | _words("keep keeps keeping kept leave leaves leaving")
REMAINING = _words("unchanged untouched unaltered intact stay stays staying remain remains remaining alone")
NEGATION = _words("not never cannot avoid avoids avoiding")
SEPARATORS = _words(", . ; : ! ?")
CONTRASTS = _words("but while whereas though although however yet")
JOINTS = _words("and then also plus or")
DETERMINERS = _words("the a an her his their its my your this that these those any some all every both another")
DEFINITE = _words("the her his their its my your this that these those")
AUXILIARIES = _words("should must does will may shall is are can could be")
OTHERS = _words("other rest remaining")
ALL_OF_IT = _words("everything anything all nothing")
PEOPLE = _words(
    "woman man girl boy person lady guy model lady's one someone women men people girls boys persons child kid bride "
    "groom couple player singer actor actress dancer doctor"
)
LINKS = _words("in with wearing holding carrying who")
BESIDE = _words("over under underneath beneath above below behind like as match matches matching")
FUNCTION = (
    _words(
        "with to into in on at of for from by as and or but is are was be behind instead so while where during through "
        "under over near without before after not should that which who then than if using via please"
    )
    | SEPARATORS
    | CHANGING
    | KEEPING
    | REMAINING
)
CONTRACTED = {"n't": " not", "'re": " are", "'ll": " will", "'s": ""}


@dataclass
class _Mention:
    """A known word in its place."""

    start: int
    end: int
    entry: Entry
    text: str
    mode: str = CHANGE


@dataclass
class _Sentence:
    """Words and what was found among them."""

    words: list[str]
    mentions: list[_Mention] = field(default_factory=list)

    def word(self, index: int) -> str:
        """The word at an index; a full stop beyond both ends."""
        return self.words[index] if 0 <= index < len(self.words) else "."

    def phrase_start(self, mention: _Mention) -> int:
        """Where the determiners and adjectives before a mention begin."""
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


def read_prompt(prompt: str) -> Understood:
    """The parts that an edit instruction in English names.

    >>> read_prompt("replace the blue denim shirt with a leather jacket, keep the hair").parts
    ('upper', 'outerwear')

    Raises OptionError, listing the known words, where nothing that changes is named.
    """
    if not isinstance(prompt, str) or not prompt.strip():
        raise OptionError(f"prompt: expected an edit instruction in English; got {prompt!r}")
    sentence = _Sentence(_tokens(prompt))
    sentence.mentions = _mentions(sentence)
    _set_modes(sentence)
    _look_around(sentence)
    return _summed(sentence, prompt)


def _tokens(prompt: str) -> list[str]:
    text = prompt.lower().replace("\u2019", "'").replace("can't", "can not").replace("won't", "will not")
    for contraction, meant in CONTRACTED.items():
        text = re.sub(rf"(?<=[a-z]){re.escape(contraction)}\b", meant, text)
    return re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|[,.;:!?]", text)


def _mentions(sentence: _Sentence) -> list[_Mention]:
    """Known words and phrases, the longest first; of compounds (suit jacket, hat brim) the noun that counts."""
    found: list[_Mention] = []
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


def _mention_at(sentence: _Sentence, index: int) -> _Mention | None:
    for length in range(min(LONGEST, len(sentence.words) - index), 0, -1):
        words = tuple(sentence.words[index : index + length])
        entry = find(words)
        if entry is not None:
            return _Mention(index, index + length, entry, " ".join(words))
    return None


def _is_noun(sentence: _Sentence, mention: _Mention) -> bool:
    """Is it the thing: not *dress her*, *tie it back*, a *street dress* or the *blonde woman*?"""
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


def _set_modes(sentence: _Sentence) -> None:
    """Say of each mention whether it changes or stays, by the verbs before it and the remarks after it."""
    mode, since_verb, contrast = CHANGE, 0, False
    starts = {mention.start: mention for mention in sentence.mentions}
    for index, word in enumerate(sentence.words):
        if word in (".", ";", "!", "?") or (word in CONTRASTS and not _is_exception(sentence, index)):
            mode, since_verb, contrast = CHANGE, index, word in CONTRASTS
        mode = _mode_after(sentence, index, mode)
        if _remains(sentence, index):
            _keep_list_before(sentence, index, since_verb)
        if word in KEEPING or (word in CHANGING and not (word == "make" and sentence.word(index + 1) == "sure")):
            since_verb = index
        if mode == CHANGE and _means_what_was_kept(sentence, index, contrast):
            _change_last_kept(sentence, index)
        if index in starts:
            starts[index].mode = mode


def _mode_after(sentence: _Sentence, index: int, mode: str) -> str:
    """The mode behind a word."""
    word, following = sentence.word(index), sentence.word(index + 1)
    if _is_exception(sentence, index):
        return KEEP if mode == CHANGE else CHANGE
    if word in KEEPING:
        return CHANGE if _negated(sentence, index) else KEEP
    if word in CHANGING:
        return KEEP if _negated(sentence, index) and not word.startswith("wear") else CHANGE
    if word == "," and (mode == SKIP or following in ("a", "an", "new")):
        return CHANGE
    if word == "nothing" or (word == "no" and following in ("change", "changes")):
        return KEEP
    if word == "same":
        return KEEP
    if word == "not":
        if following in ("a", "an"):
            return SKIP
        return KEEP if following in DETERMINERS or find((following,)) else mode
    if word in ("instead", "without", "with", "into") and mode == SKIP:
        return CHANGE
    return mode


def _negated(sentence: _Sentence, index: int) -> bool:
    """Is the verb at an index denied: *do not*, *without*, *never*, *no changes*?"""
    before = sentence.words[max(0, index - 3) : index]
    for word in reversed(before):
        if word in NEGATION or word in ("without", "no"):
            return True
        if word in SEPARATORS | CONTRASTS or word in CHANGING or find((word,)):
            return False
    return False


def _is_exception(sentence: _Sentence, index: int) -> bool:
    """*except*, *apart from*, *other than*, *everything but*."""
    word, before, following = sentence.word(index), sentence.word(index - 1), sentence.word(index + 1)
    if word in ("except", "excepting", "excluding", "besides", "minus"):
        return True
    if (word, following) in (("apart", "from"), ("aside", "from"), ("other", "than"), ("save", "for")):
        return True
    return word == "but" and before in ALL_OF_IT


def _remains(sentence: _Sentence, index: int) -> bool:
    """*stays*, *unchanged*, *as is*, *should not change*: a remark on what was named before."""
    word = sentence.word(index)
    if word in REMAINING or (word == "as" and sentence.words[index + 1 : index + 3] in (["it", "is"], ["they", "are"])):
        return True
    return (word == "as" and sentence.word(index + 1) == "is") or _denies_its_subject(sentence, index)


def _denies_its_subject(sentence: _Sentence, index: int) -> bool:
    """*the hair should not change*, *the shoes do not change*; not the imperative *do not change the hair*."""
    before = sentence.words[:index]
    if sentence.word(index) not in CHANGING or "not" not in before[-2:]:
        return False
    at = len(before) - 1 - before[::-1].index("not")
    named = any(mention.end == at - 1 for mention in sentence.mentions)
    return sentence.word(at - 1) in AUXILIARIES or (sentence.word(at - 1) == "do" and named)


def _keep_list_before(sentence: _Sentence, index: int, since: int) -> None:
    """Keep what was named since the last verb or contrast, and the list that it ends: *hair, face and bag stay*."""
    border = index
    for mention in reversed([m for m in sentence.mentions if since <= m.start < index]):
        between = sentence.words[mention.end : border]
        if any(word in SEPARATORS for word in between) and (border == index or not _is_bare(sentence, mention)):
            return
        mention.mode = KEEP
        border = mention.start


def _is_bare(sentence: _Sentence, mention: _Mention) -> bool:
    """Is it an item of a list, alone but for its article: *the hair, face and bag*?"""
    index = mention.start - 1
    while sentence.word(index) in DETERMINERS | JOINTS:
        index -= 1
    return sentence.word(index) in SEPARATORS


def _means_what_was_kept(sentence: _Sentence, index: int, contrast: bool) -> bool:
    """*keep the coat but make it red*, *keep the coat but in red*: what was said to stay changes after all."""
    word, following = sentence.word(index), sentence.word(index + 1)
    if word in CHANGING and following in ("it", "them", "its"):
        return True
    return contrast and word in ("in", "with") and sentence.word(index - 1) in CONTRASTS


def _change_last_kept(sentence: _Sentence, index: int) -> None:
    before = [mention for mention in sentence.mentions if mention.end <= index]
    if before and before[-1].mode == KEEP:
        before[-1].mode = CHANGE


def _look_around(sentence: _Sentence) -> None:
    """Leave out what only describes: *over the shirt*, *the man with the hat*, *on her face*, *the other clothes*."""
    for mention in sentence.mentions:
        start = sentence.phrase_start(mention)
        phrase = sentence.words[start : mention.start]
        before = sentence.word(start - 1)
        around = {*phrase, before, sentence.word(start - 2)}
        if (OTHERS & around and "than" not in around) or sentence.word(mention.end) == "else":
            mention.mode = SKIP
        if mention.mode == CHANGE and (_is_beside(before, phrase) or _is_description(sentence, start, phrase)):
            mention.mode = SKIP
    changed = [mention for mention in sentence.mentions if mention.mode == CHANGE]
    for mention in changed:
        before = sentence.word(mention.start - 2)
        if len(changed) > 1 and before == "on" and mention.text == "face":
            mention.mode = SKIP


def _is_beside(before: str, phrase: list[str]) -> bool:
    if before not in BESIDE:
        return False
    return before != "matching" or bool(phrase and phrase[0] in DETERMINERS)


def _is_description(sentence: _Sentence, start: int, phrase: list[str]) -> bool:
    """*of the woman in the red coat*; *the man in the hat*: an indefinite *in a red dress* is what she shall wear."""
    if sentence.word(start - 1) not in LINKS or sentence.word(start - 2) not in PEOPLE:
        return False
    of_whom = {"of", "on", "for", "from"} & set(sentence.words[max(0, start - 5) : start - 2])
    whose = any(mention.end <= start - 3 for mention in sentence.mentions)
    return bool(of_whom and whose) or bool(phrase and phrase[0] == "the")


def _summed(sentence: _Sentence, prompt: str) -> Understood:
    changed = [mention for mention in sentence.mentions if mention.mode == CHANGE]
    things = [mention for mention in changed if mention.entry.kind != "detail"]
    changed = things or changed
    kept = [mention for mention in sentence.mentions if mention.mode == KEEP]
    if not changed:
        only = f"only what stays ({', '.join(m.text for m in kept)})" if kept else "nothing that segmask knows"
        raise OptionError(f"prompt: {prompt!r} names {only}; say what changes. Known words: {known_words()}")
    matched = tuple((mention.text, _parts(sentence, mention)) for mention in changed)
    named = {part for _, parts in matched if not _is_group(parts) for part in parts}
    stays: set[str] = set()
    for mention in kept:
        parts = set(mention.entry.parts)
        stays |= parts - named if _is_group(mention.entry.parts) else parts
    wanted = {part for _, parts in matched for part in parts} - stays
    if not wanted:
        raise OptionError(f"prompt: {prompt!r} says of the same thing that it changes and that it stays")
    parts = tuple(part for part in PARTS if part in wanted)
    return Understood(parts, matched, tuple((mention.text, mention.entry.parts) for mention in kept))


def _is_group(parts: tuple[str, ...]) -> bool:
    return parts in GROUPS.values() or len(parts) > 5


def _parts(sentence: _Sentence, mention: _Mention) -> tuple[str, ...]:
    """Parts of a word that changes; a dress that is put on takes the place of top and bottom."""
    if mention.entry.kind != "one piece":
        return mention.entry.parts
    phrase = sentence.words[sentence.phrase_start(mention) : mention.start]
    if DEFINITE & set(phrase) or sentence.word(sentence.phrase_start(mention) - 1) == "of":
        return mention.entry.parts
    return tuple(part for part in PARTS if part in WHOLE)
