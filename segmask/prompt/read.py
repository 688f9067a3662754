"""From an edit instruction in English to the parts that may come from the edit.

Rules over a vocabulary, no language model. Words name parts; the verbs before them and the remarks after them say
whether the parts change or stay. docs/prompt.md lists words and rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from segmask.core.errors import OptionError
from segmask.core.labels import GROUPS, PARTS
from segmask.prompt.grammar import (
    ALL_OF_IT,
    AUXILIARIES,
    BESIDE,
    CHANGING,
    CONTRASTS,
    DEFINITE,
    DETERMINERS,
    JOINTS,
    KEEPING,
    LINKS,
    NEGATION,
    OTHERS,
    PEOPLE,
    REMAINING,
    SEPARATORS,
)
from segmask.prompt.sentence import CHANGE, KEEP, SKIP, Mention, Sentence, mentions_in, tokens
from segmask.prompt.words import WHOLE, find, known_words


@dataclass(frozen=True)
class Understood:
    """What was understood of an instruction."""

    parts: tuple[str, ...]
    """Canonical parts that may come from the edit."""
    matched: tuple[tuple[str, tuple[str, ...]], ...]
    """Words that name what changes, in their order, each with its parts."""
    kept: tuple[tuple[str, tuple[str, ...]], ...]
    """Words that name what stays, each with its parts."""


def read_prompt(prompt: str) -> Understood:
    """The parts that an edit instruction in English names.

    >>> read_prompt("replace the blue denim shirt with a leather jacket, keep the hair").parts
    ('upper', 'outerwear')

    Raises OptionError, listing the known words, where nothing that changes is named.
    """
    if not isinstance(prompt, str) or not prompt.strip():
        raise OptionError(f"prompt: expected an edit instruction in English; got {prompt!r}")
    sentence = Sentence(tokens(prompt))
    sentence.mentions = mentions_in(sentence)
    _set_modes(sentence)
    _look_around(sentence)
    return _summed(sentence, prompt)


def _set_modes(sentence: Sentence) -> None:
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


def _mode_after(sentence: Sentence, index: int, mode: str) -> str:
    """The mode that holds after a word, if ``mode`` held before it."""
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


def _negated(sentence: Sentence, index: int) -> bool:
    """Whether the verb at an index is negated: *do not*, *without*, *never*, *no changes*."""
    before = sentence.words[max(0, index - 3) : index]
    for word in reversed(before):
        if word in NEGATION or word in ("without", "no"):
            return True
        if word in SEPARATORS | CONTRASTS or word in CHANGING or find((word,)):
            return False
    return False


def _is_exception(sentence: Sentence, index: int) -> bool:
    """Whether an exception begins here: *except*, *apart from*, *other than*, *everything but*."""
    word, before, following = sentence.word(index), sentence.word(index - 1), sentence.word(index + 1)
    if word in ("except", "excepting", "excluding", "besides", "minus"):
        return True
    if (word, following) in (("apart", "from"), ("aside", "from"), ("other", "than"), ("save", "for")):
        return True
    return word == "but" and before in ALL_OF_IT


def _remains(sentence: Sentence, index: int) -> bool:
    """Whether a word says that what was named before stays: *stays*, *unchanged*, *as is*, *should not change*."""
    word = sentence.word(index)
    if word in REMAINING or (word == "as" and sentence.words[index + 1 : index + 3] in (["it", "is"], ["they", "are"])):
        return True
    return (word == "as" and sentence.word(index + 1) == "is") or _denies_its_subject(sentence, index)


def _denies_its_subject(sentence: Sentence, index: int) -> bool:
    """Whether a negated verb follows its subject: *the hair should not change*, but not *do not change the hair*."""
    before = sentence.words[:index]
    if sentence.word(index) not in CHANGING or "not" not in before[-2:]:
        return False
    at = len(before) - 1 - before[::-1].index("not")
    named = any(mention.end == at - 1 for mention in sentence.mentions)
    return sentence.word(at - 1) in AUXILIARIES or (sentence.word(at - 1) == "do" and named)


def _keep_list_before(sentence: Sentence, index: int, since: int) -> None:
    """Mark what was named since the last verb or contrast as kept, with the list that it ends: *hair and bag stay*."""
    border = index
    for mention in reversed([m for m in sentence.mentions if since <= m.start < index]):
        between = sentence.words[mention.end : border]
        if any(word in SEPARATORS for word in between) and (border == index or not _is_bare(sentence, mention)):
            return
        mention.mode = KEEP
        border = mention.start


def _is_bare(sentence: Sentence, mention: Mention) -> bool:
    """Whether a mention is a list's item with nothing but its article: *face* in *the hair, face and bag*."""
    index = mention.start - 1
    while sentence.word(index) in DETERMINERS | JOINTS:
        index -= 1
    return sentence.word(index) in SEPARATORS


def _means_what_was_kept(sentence: Sentence, index: int, contrast: bool) -> bool:
    """Whether what was said to stay changes after all: *keep the coat but make it red*, *keep the coat but in red*."""
    word, following = sentence.word(index), sentence.word(index + 1)
    if word in CHANGING and following in ("it", "them", "its"):
        return True
    return contrast and word in ("in", "with") and sentence.word(index - 1) in CONTRASTS


def _change_last_kept(sentence: Sentence, index: int) -> None:
    before = [mention for mention in sentence.mentions if mention.end <= index]
    if before and before[-1].mode == KEEP:
        before[-1].mode = CHANGE


def _look_around(sentence: Sentence) -> None:
    """Skip mentions that only describe: *over the shirt*, *the man with the hat*, *on her face*, *other clothes*."""
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


def _is_description(sentence: Sentence, start: int, phrase: list[str]) -> bool:
    """Whether a garment only says who is meant: *of the woman in the red coat*, *the man in the hat*.

    With an indefinite article it is what the person shall wear, as in *the woman in a red dress*.
    """
    if sentence.word(start - 1) not in LINKS or sentence.word(start - 2) not in PEOPLE:
        return False
    of_whom = {"of", "on", "for", "from"} & set(sentence.words[max(0, start - 5) : start - 2])
    whose = any(mention.end <= start - 3 for mention in sentence.mentions)
    return bool(of_whom and whose) or bool(phrase and phrase[0] == "the")


def _summed(sentence: Sentence, prompt: str) -> Understood:
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


def _parts(sentence: Sentence, mention: Mention) -> tuple[str, ...]:
    """Parts of a word that changes. A dress that is put on replaces top and bottom, too (``WHOLE``)."""
    if mention.entry.kind != "one piece":
        return mention.entry.parts
    phrase = sentence.words[sentence.phrase_start(mention) : mention.start]
    if DEFINITE & set(phrase) or sentence.word(sentence.phrase_start(mention) - 1) == "of":
        return mention.entry.parts
    return tuple(part for part in PARTS if part in WHOLE)
