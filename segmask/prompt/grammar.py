"""English verbs and function words: they tell whether a thing changes, stays or only describes another."""

from __future__ import annotations


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
