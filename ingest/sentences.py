"""Text -> sentences as minutes are written: abbreviations, initials, list markers, resolutions."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: a name or another word of the same expression follows.
_TITLES = _words(
    """ald alderman brig canon capt cd cdr cdt cllr cllrs clr cmdr cmhlr cnclr cncllr col comdt comm
    councl cpl dep dr eng engr fr gen gov hon insp lieut lt maj messrs mgr miss mr mrs ms mt mx pc
    prof rep revd rev rt sen sgt snr sr supt treas viz vs"""
)
# The end of a sentence only where the next word can hardly be anything but a beginning.
_ABBREVIATIONS = _words(
    """abbr admin al amt app apps appt approx appx apr apt assoc asst attn aug ave bldg blvd bros c
    ca cert cf ch cl co comp conf cont corp cres ctte dec dept dev dist div ed eds encl est esq
    ex excl ext feb fig figs ft gdns govt hrs inc incl info inst int jan jnr jr jul jun kg km lb
    ln ltd mar max mgmt min mins misc n nat no nos nov oct op org orig p pa para paras parl pers
    ph pl plc pp prop pt r rd re rec ref refs reg regd regs rel rep res rs s sch sec sect secy
    sep sept ser soc sq ss st ste std subs suppl tel temp terr tr univ v vol vols wk wks yr yrs"""
)
_NEVER = frozenset(("e.g", "i.e", "viz", "cf", "ie", "eg"))
# Words that begin a sentence far more often than they follow an initial or an abbreviation.
_STARTERS = _words(
    """after agreed all also although an and any apologies are as at because before both but by
    chair chairman chairperson chairwoman clerk cllr cllrs concern concerns could councillor
    councillors did discussion do does due during each every following for from further had has
    have he her here his how however if in is it its many may mayor member members most mr mrs
    ms must noted on or our proposed resolved several she should since so some that the their
    then there therefore these they this those thus to was we were what when where whether which
    while who why will with would you"""
)
# "Appendix B. Members agreed" ends with a letter that is no initial.
_COUNTED = _words(
    """annex appendix area block category class clause exhibit figure form grade group item lot
    option paragraph part phase plan point route schedule section site stage table unit zone"""
)
_AFTER_NOON = _words(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june
    july august september october november december gmt bst sharp"""
)
LOOK_BACK = 200  # characters; bounds the work on texts without end
LONGEST_ASIDE = 300  # characters; a bracket left open for longer is a slip, not an aside

_CANDIDATE = re.compile(
    r"""(?P<end>(?<![.!?…])[.!?…]+[)\]"'”’»]*)(?=\s)  # a full stop before white space
      | (?<=[a-z]{2})(?P<glued>\.)(?=[A-Z][a-z]{2})  # "meeting.The next": the space is lost
      | (?P<tally>\(\d{1,3}\))(?=\s+[A-Z])   # "(8)" after the names of those who voted
      | (?P<line>\n\s*)                        # a line end: paragraphs are joined by it
      | (?P<bullet>\s)(?=[•▪●◦■]\s)""",
    re.VERBOSE,
)
_NEXT_WORD = re.compile(r"""\s*(?P<opening>["'“‘«(\[]*)(?P<word>[^\W_]*)(?P<dot>\.?)""")
_LAST_WORD = re.compile(r"(?:[^\W_]+(?:[.'’/-][^\W_]+)*)\Z")
_MARKER = re.compile(
    r"\W*(?:(?:item|no|nr)\W*)?(?:\d{1,4}(?:[./]\d{1,4})*[a-z]?|[a-z]|[ivx]{1,5})[.):\s]*\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\s*(?:\S+\s+){0,4}\S*:\s*|\s*(?:it was\s+)?\w+\s+that\s*|\s*resolved\s*", re.I
)
_BRACKETED = re.compile(r"\s*\(?(?:[a-z]|\d{1,3}|[ivx]{1,5})\)\s")
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
_SHORTENED_NAME = re.compile(r"[A-Z][b-df-hj-np-tv-xz]{1,2}")  # "Ml. Hourigan", "Wm. Tate"
_TALLY = re.compile(r"\s*\((\d{1,3})\)(?=\s+[A-Z]|\s*$)")
_IN_A_ROW = re.compile(r"\s*,\s*|\s+(?:and|&)\s+")
# "£1,000. 00": a blank slipped into the sum.
_SUM = re.compile(r"[£€$]\s?\d[\d,]*\Z")
_PENCE = re.compile(
    r"\s(?:00\b|\d\d(?=\W*$|\s*[.,;)–-]|\s+(?:and|but|for|from|in|on|to|was|which|with)\b))"
)
_ADDRESS = re.compile(r"\S*(?:@|www\.|https?:)\S*\Z")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) that cover all of the text but the white space between them.

    A list parted by semicolons stays whole, a marker ("2.", "(a)") stays with what it numbers, and
    a label on a line of its own ("RESOLVED:") with the line that follows.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    brackets = _brackets(text)
    for match in _CANDIDATE.finditer(text):
        if match.start() < start or (match.lastgroup != "line" and match.end() in brackets):
            continue
        if _is_boundary(text, start, match):
            _append(spans, text, start, match.end())
            start = match.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    part = text[start:end]
    begin = start + len(part) - len(part.lstrip())
    stop = start + len(part.rstrip())
    if begin < stop:
        spans.append((begin, stop))


def _brackets(text: str) -> set[int]:
    """Places of full stops inside short round brackets."""
    inside: set[int] = set()
    for match in re.finditer(rf"\([^()\n]{{1,{LONGEST_ASIDE}}}\)", text):
        # The full stop of an aside that is a sentence of its own stands before the bracket.
        inside.update(range(match.start() + 1, match.end() - 1))
    return inside


def _is_boundary(text: str, start: int, match: re.Match[str]) -> bool:
    kind = match.lastgroup
    before = text[max(start, match.start() - LOOK_BACK) : match.start()]
    alone = start >= match.start() - LOOK_BACK
    if kind == "bullet":
        return bool(before.strip())
    if kind == "line":
        lead_in = alone and (_MARKER.match(before) or _LABEL.fullmatch(before))
        return bool(before.strip()) and not lead_in
    if kind == "tally":
        return _counts_names(before.rstrip(" ."), int(match["tally"][1:-1]))
    if kind == "glued":
        return not _ADDRESS.search(before[-80:])
    if _SUM.search(before) and _PENCE.match(text, match.end()):
        return False
    following = _NEXT_WORD.match(text, match.end())
    assert following is not None  # the pattern matches the empty string
    word = following["word"]
    if not word:
        # A dash, a sum ("£50"), a bullet or the end of the text.
        after = text[match.end() :].lstrip()[:1]
        return bool(after) and after not in "-–—,;:/&" and not _is_abbreviated(before, match, "")
    if word[0].islower() and not _BRACKETED.match(text, match.end()):
        return False
    tally = _TALLY.match(text, match.end())
    if tally and _counts_names(before, int(tally[1])):
        return False
    if alone and _MARKER.match(before):  # only "2." or "(a)" since the last boundary
        return False
    return not _is_abbreviated(before, match, "" if following["dot"] else word)


def _counts_names(before: str, count: int) -> bool:
    """Whether a text ends with about so many names in a row, as of those who voted one way."""
    names = [name for name in _IN_A_ROW.split(before) if name]
    short = sum(name[:1].isupper() and len(name.split()) <= 4 for name in names)
    return count > 1 and short >= 0.7 * count and abs(len(names) - count) <= max(1, count // 4)


def _is_abbreviated(before: str, match: re.Match[str], following: str) -> bool:
    """Whether the full stop belongs to the word before it and not to the sentence."""
    mark = match["end"]
    if mark[0] != "." or (mark.startswith("..") and following):
        return False
    # No white space stands in a word: the search begins behind the last of it.
    last = _LAST_WORD.search(before[before.rfind(" ", -80) + 1 :][-80:])
    if last is None:
        return False
    word = last[0]
    folded = word.casefold()
    starts = following.casefold() in _STARTERS
    lead = before[: len(before) - len(word)].rstrip()
    if word.isdigit():
        return len(word) <= 2 and lead.endswith((":", ";"))  # a marker: "agreed: 1. To write"
    if folded in _TITLES or folded in _NEVER:
        return True
    if _SHORTENED_NAME.fullmatch(word) and folded not in _ABBREVIATIONS:
        return following[:1].isupper() and not starts
    if folded in ("a.m", "p.m", "am", "pm"):
        return folded[1] == "." and (
            following.casefold() in _AFTER_NOON or following.isdigit() or not following
        )
    if _INITIALS.fullmatch(word):
        if lead.endswith((":", ";")):
            return True
        owner = _LAST_WORD.search(lead[-40:])
        counted = owner is not None and owner[0].casefold() in _COUNTED
        return not starts and not counted
    if folded in _ABBREVIATIONS:
        return not starts
    return False
