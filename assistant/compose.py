"""Chosen sentences -> an answer in quotations, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.answer_model import Citation
from assistant.ballots import Side, ballots, in_words, names_in_words, nearest
from assistant.choose import Sentence
from assistant.cues import ASKED
from assistant.question import Query
from assistant.rank import Ranked, Reading
from assistant.retrieve import Corpus, period_days, within_days
from assistant.wording import spoken_date
from ingest.index import StoredItem
from ingest.model import Decision
from ingest.numbering import VERB
from ingest.tokens import tokenize

MAX_WORDS = 120
MAX_QUOTE_WORDS = 80
MAX_CITATIONS = 6
# Words up to which further sentences join the best one, by what is asked, and how far behind the
# best a joining sentence may score, in the best one's item and in others. With a default budget of
# 65, 75, 85 the share of right answers is 0.595, 0.614, 0.619 at 54, 60, 64 words in the mean. With
# the reader, gaps of 1.5 and 1.2, 1.8 and 1.5, 2.2 and 1.9 give 0.673, 0.696, 0.714 right answers,
# a citation precision of 0.741, 0.740, 0.723 and 52, 55, 60 words.
# All train sets, cross-fitted, `python -m eval.train_rankers`, 11/2026. The chooser of 12/2026 has
# its scores 1.25 times as far apart, and all gaps are so many times what they were then.
BUDGET = {"decision": 85, "list": 90, "reason": 80, "reply": 80, "attendance": 80}
DEFAULT_BUDGET = 75
GAP = 2.25
GAP_OTHER = 1.9
# The same for a question in parts ("how much was asked for, and who paid it?"), and how far behind
# the best sentence one of another meeting may score to stand second where the course of a matter is
# asked for. So 0.016 more of all questions are answered rightly (95 %: 0.008 to 0.025), of those
# across meetings 0.30, not 0.18; citation precision falls by 0.010 and the words grow by 3.6. With
# 2.0 for other items it is 0.015, with 3.0 for both 0.014 (same command and sets, November 2026).
PARTS_BUDGET = 110
PARTS_GAP = 3.1
PARTS_GAP_OTHER = 1.9
COURSE_GAP = 5.0
MAX_SENTENCES = 4
TOLD_WORDS = 8  # of a decision that opens an answer: not "Carried, and recommended."
LEAST_WORDS = 4  # of a sentence that joins: "Table 1" says nothing
# With 2 instead of 1, or 25 words instead of 12, right answers and citations are the same.
ENTRY_WORDS = 14  # of a line that is an entry of a list without a bullet
MAX_LEAN = 1  # sentences that come along because the next one points back at them
LEAD_WORDS = 12  # of a line such as "And resolved that:", to come along with what it leads in
MOSTLY = 0.6  # of a quote, which a decision must make up for its outcome to be the quote's
LONGEST_MONTH = 31  # days
SHORT_GAP_WORDS = 12  # a sentence between two chosen ones comes along if it is this short

# What points back at the sentence before: a pronoun at the start, or "for these reasons"; not the
# "it" of "it was agreed that", nor the "that" of a motion.
_EXPLETIVE = re.compile(
    r"^[\W\d]*(?:it (?:was|is|has been|had been|would be|should be|will be)\b"
    r"(?=[^.;]{0,60}\b(?:that|to|by|whether|if|whereby)\b)"
    r"|there (?:was|were|is|are|will|would|has|have|had|being)\b"
    r"|that,? (?:the|an?|in|as|we|this|[A-ZÀ-Ý]\w+)\b"
    r"|th(?:is|e said) (?:council|committee|board|meeting|motion|item|report|panel|district)\b)",
    re.I,
)
_DANGLES = re.compile(
    r"^[\W\d]*(?:it|its|this|these|those|that|they|their|he|she|his|her|such|however|therefore"
    r"|the same|the latter|the former|both|also|in addition|furthermore|accordingly|there)\b"
    r"|^(?:\w+ ){1,3}(?:this|these|those|such|the above) (?:reasons?|basis|grounds?|concerns?"
    r"|views?|circumstances|point|issues?|matters?|proposals?|motions?|amendments?|questions?)\b",
    re.I,
)
_ASKING = re.compile(r"\b(?:who|what|which|when|where|why|how)\b", re.I)
_COURSE = re.compile(
    r"\b(?:later|then|ended? up|eventually|upshot|outcome|final(?:ly)?|end|became of|come of"
    r"|by (?:that|spring|summer|autumn|winter)|compare|change[ds]?|how far|years? on|each time|both"
    r"|ever|following|afterwards|since|instead|go in|go ahead|before the (?:year|end))\b",
    re.I,
)
# What a count of votes came to.
_CAME_TO = re.compile(
    r"\b(?:casting vote|carried|lost|defeated|fell|declared|passed|not carried)\b", re.I
)
OUTCOME_WORDS = 30  # of a sentence that says it
# A question that was put at the meeting, and the label of the reply to it.
_PUT = re.compile(
    r"^\W*(?:(?:I|/|l|1|we) (?:will|shall|wish to|hereby)? ?|to )ask\b"
    r"|\bwill (?:I )?ask at the next\b|\?\W*$",
    re.I,
)
_REPLY = re.compile(r"^\W*(?:reply|response)\b\W", re.I)
_ASKS_ITEM = re.compile(
    r"\b(?:item|minute)s?(?: and \w+)? (?:number|no|ref\w*)\b"
    r"|\b(?:which|what) (?:agenda )?(?:item|minute)\b",
    re.I,
)
# When something was before a meeting, which is the day of the meeting: not when it is to come.
_ASKS_DAY = re.compile(
    r"(?:^|[,;:.?–] ?|\band )(?:when (?:exactly )?(?:did|was|were|had)\b"
    r"|(?:on )?(?:what|which) (?:date|day)\b[^,;]{0,20}?\b(?:did|was|were|had)\b)"
    r"|\b(?:which|what) (?:meeting|year)\b",
    re.I,
)
_WHO_VOTED = re.compile(
    r"\bwho\b|\bwhich (?:[\w’'-]+ ){0,2}(?:councillors?|cllrs?|members?)\b|\bnames?\b", re.I
)
_SIDES = (
    (re.compile(r"\b(?:against|oppos\w+|object\w+)\b", re.I), re.compile("against", re.I)),
    (re.compile(r"\babst", re.I), re.compile("abst", re.I)),
    (
        re.compile(r"\b(?:in favour|supported|voted (?:for|yes))\b", re.I),
        re.compile(r"^(?:vot\w+ )?(?:for|in favour)(?: the \w+)?$", re.I),
    ),
)
_LEADS_IN = re.compile(r"(?::|\bthat|\bto)\s*[\"“”‘'–-]*\s*$", re.I)
_OPENS_LIST = re.compile(r"(?::|\bthat|\bto)\s*[\"“”‘'–-]*\s*\(?(?:a|1|i)[.)]\s", re.I)
# A scan reads a bullet as a letter or another mark.
_BULLET = re.compile(r"(?:[•▪●◦■*»«¢>–-]|[eo](?=\s[A-Z\d]))\s?\S")
_NO_ENTRY = re.compile(
    r"\b(?:propos|second|resolv|moved|for|against|present|signed|cathaoirleach|mayor)", re.I
)
_ASKS_LIST = re.compile(
    r"\b(?:which|what|name|list)\b(?:\W+[\w’'-]+){0,3}?\W+(?!was\b|has\b|does\b|is\b|this\b)\w{3,}s\b"
    r"|\bwho (?:got|were|are|came|shared|else)\b"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|half-dozen)\b [a-z]",
    re.I,
)
_LIST_ENTRY = re.compile(r"\(?(?:[a-z]|\d{1,2}|[ivx]{1,4})[.)]\s|[•▪●◦■*–-]\s", re.I)
_CLAUSE = re.compile(r"(?<=[;,:])\s+|\s+(?=(?:and|but|which|that)\s)")
# What a motion came to that is no decision: how a quote says it, and how it is said if it does not.
_FAILED = {
    "lost": (re.compile(r"\b(?:lost|defeated|rejected|fell|not carried)\b", re.I), "It was lost."),
    "withdrawn": (re.compile(r"\bwithdr[ae]w", re.I), "It was withdrawn."),
    "deferred": (re.compile(r"\bdefer|\badjourn|\bpostpone", re.I), "It was deferred."),
    "refused": (re.compile(r"\brefus|\breject", re.I), "It was refused."),
    "recommended": (re.compile(r"\brecommend", re.I), "This is a recommendation."),
}


@dataclass(frozen=True)
class Block:
    """A run of sentences of one passage; `start` and `end` are characters of its text."""

    passage: int
    first: int
    last: int


def compose(
    corpus: Corpus,
    query: Query,
    ranked: Sequence[Ranked],
    readings: Sequence[Reading],
    sentences: Sequence[Sentence],
    *,
    alone: bool = False,
) -> tuple[str, tuple[Citation, ...]]:
    """The answer's text with markers, the answering sentence first, and its citations.

    `alone`: nothing but an item is named, so that its title and what was decided come first.
    """
    parts: list[str] = []
    citations: list[Citation] = []
    words = 0
    counted = _counted(query, ranked, sentences)
    if counted is not None:
        place, vote = counted
        said, quotes = _tally(ranked[place].passage.text, vote, query)
        markers = "".join(f"[{number}]" for number in range(1, len(quotes) + 1))
        parts.append(f"{said} {markers}.")
        words = len(said.split())
        citations = [
            cite(corpus, ranked[place], number, quote) for number, quote in enumerate(quotes, 1)
        ]
        # The names of those who voted are in the citation.
        sentences = [
            one
            for one in sentences
            if one.passage != place or not vote[0].start - 1 <= one.start < vote[-1].end
        ]
    days = [int(corpus.dates[corpus.meeting_no[ranked[one.passage].row]]) for one in sentences]
    sentences = _of_its_days(query, sentences, days)
    if alone:
        query = replace(query, kinds=("decision", *query.kinds))
        sentences = _decided_first(corpus, ranked, sentences)
    for block in _blocks(query, readings, sentences, ranked):
        text = ranked[block.passage].passage.text
        for first, last in _quotes(block, readings, ranked):
            if len(citations) == MAX_CITATIONS:
                break
            spans = readings[block.passage].spans[first : last + 1]
            start, end = spans[0][0], spans[-1][1]
            cut = len(text[start:end].split()) > MAX_QUOTE_WORDS
            if cut:
                start, end = window(text, start, end, query.tokens)
                spans = ((start, end),)
            length = len(text[start:end].split())
            if citations and words + length > MAX_WORDS:
                break
            words += length
            marker = len(citations) + 1
            quote = " ".join(text[start:end].split())
            citations.append(cite(corpus, ranked[block.passage], marker, quote))
            told = " ".join(
                f"{' '.join(text[begin:stop].split())} [{marker}]" for begin, stop in spans
            )
            if cut and start > readings[block.passage].spans[first][0]:
                told = f"… {told}"
            parts += [_introduced(citations, query, alone), told, _outcome_said(citations[-1])]
    return " ".join(part for part in parts if part), tuple(citations)


def _introduced(citations: Sequence[Citation], query: Query, alone: bool = False) -> str:
    """ "On 2 July 2014:", or with its body, where a quote is from another sitting than the last.

    The first one is introduced where that is what is asked for: when, or under which number, or
    what an item that is named alone is about.
    """
    last = citations[-1]
    before = next(iter(citations[-2:-1]), None)
    if before is None:
        if alone and last.title:
            number = f"Item {last.item}" if last.item else "The item"
            return f"{number} “{last.title}” of {_sitting(last, with_body=True)}:"
        if last.item and _ASKS_ITEM.search(query.focus):
            return f"Item {last.item} of {_sitting(last, with_body=True)}:"
        if _ASKS_DAY.search(query.focus):
            return f"{_sitting(last, with_body=True)}:"
        return ""
    if before.meeting_id == last.meeting_id:
        return ""
    where = _sitting(last, with_body=last.body != before.body)
    return f"{where[0].upper()}{where[1:]}:"


def _sitting(citation: Citation, *, with_body: bool) -> str:
    """ "Planning Committee, on 2 July 2014", of the minutes that are quoted."""
    day = f"on {spoken_date(citation.date)}" if citation.date else "on a day that is not known"
    return f"{citation.body}, {day}" if citation.body and with_body else day


def _outcome_said(citation: Citation) -> str:
    """That the motion which is quoted did not become a decision, where the quote does not say."""
    said = _FAILED.get(citation.outcome or "")
    if said is None or said[0].search(citation.quote):
        return ""
    return f"{said[1]} [{citation.marker}]"


def _counted(
    query: Query, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> tuple[int, tuple[Side, ...]] | None:
    """The vote recorded by name that is asked about, and the passage in which it stands."""
    if "vote" not in query.kinds or not sentences:
        return None
    best = sentences[0]
    vote = nearest(ballots(ranked[best.passage].passage.text), best.start, best.end)
    return (best.passage, vote) if vote else None


def _tally(text: str, vote: Sequence[Side], query: Query) -> tuple[str, list[str]]:
    """A vote in words, and the quotes that bear it out: in one, or side by side if it is long.

    Where it is asked who voted so, the names of that side.
    """
    if _WHO_VOTED.search(query.focus):
        vote = _side_meant(vote, query.focus)
        said = names_in_words(vote)
    else:
        said = in_words(vote)
    whole = text[vote[0].start : vote[-1].end].split()
    if len(whole) <= MAX_QUOTE_WORDS:
        return said, [" ".join(whole)]
    sides = [text[side.start : side.end].split() for side in vote]
    return said, [" ".join(words[-MAX_QUOTE_WORDS:]) for words in sides]


def _side_meant(vote: Sequence[Side], asked: str) -> Sequence[Side]:
    """The side that a question names: against it, for it, those who abstained, a candidate."""
    for form, label in _SIDES:
        if form.search(asked):
            meant = [side for side in vote if label.search(side.label)]
            if len(meant) == 1:
                return meant
    words = set(tokenize(asked)) - set(tokenize("for against vote voted councillor"))
    named = [side for side in vote if words & set(tokenize(side.label))]
    return named if len(named) == 1 else vote


def _blocks(
    query: Query,
    readings: Sequence[Reading],
    sentences: Sequence[Sentence],
    ranked: Sequence[Ranked],
) -> list[Block]:
    """Which sentences are quoted, as runs, the one with the best sentence first."""
    if not sentences:
        return []
    best = sentences[0]
    budget = max(BUDGET.get(kind, DEFAULT_BUDGET) for kind in query.kinds)
    gap, gap_other = GAP, GAP_OTHER
    if _in_parts(query):
        budget, gap, gap_other = PARTS_BUDGET, PARTS_GAP, PARTS_GAP_OTHER
    chosen: list[tuple[int, int]] = []
    words = 0
    sentences = _reply_first(query, ranked, sentences)
    best = sentences[0]
    for sentence in _of_one_motion(query, ranked, _of_two_meetings(query, ranked, sentences)):
        if len(chosen) == MAX_SENTENCES or (chosen and sentence.score < best.score - gap):
            break
        if _elsewhere(ranked, best, sentence) and sentence.score < best.score - gap_other:
            continue
        length = len(sentence.text.split())
        if chosen and (words + length > budget or length < LEAST_WORDS):
            continue
        chosen.append((sentence.passage, sentence.number))
        words += length
    kept = set(chosen)
    opening = chosen[0]
    for place, number in chosen:
        for first in range(number, max(0, number - MAX_LEAN), -1):
            text = _sentence(ranked, readings, place, first)
            before = _sentence(ranked, readings, place, first - 1)
            length = len(before.split())
            leans = (_DANGLES.match(text) and not _EXPLETIVE.match(text)) or (
                _LEADS_IN.search(before) and length <= LEAD_WORDS
            )
            if not leans or words + length > MAX_WORDS:
                break
            if (place, first - 1) not in kept:
                kept.add((place, first - 1))
                words += length
            if (place, first) == opening:
                opening = (place, first - 1)
        if _LEADS_IN.search(_sentence(ranked, readings, place, number)):
            words += _with_list(kept, ranked, readings, place, number, MAX_WORDS - words)
    if "vote" in query.kinds:
        for place, number in chosen:
            words += _with_outcome(kept, ranked, readings, place, number, MAX_WORDS - words)
    if "list" in query.kinds or "decision" in query.kinds or _ASKS_LIST.search(query.focus):
        for place, number in chosen:
            room = MAX_WORDS - sum(len(_sentence(ranked, readings, *one).split()) for one in kept)
            opening = _with_entries(kept, ranked, readings, (place, number), opening, room)
    for place, number in sorted(kept):
        between = (place, number + 1)
        if between not in kept and (place, number + 2) in kept:
            text = _sentence(ranked, readings, *between)
            if len(text.split()) <= SHORT_GAP_WORDS:
                kept.add(between)
    blocks: list[Block] = []
    for place, number in sorted(kept):
        # The answer begins with the best sentence, or with what that one points back at.
        joins = blocks and blocks[-1].passage == place and blocks[-1].last == number - 1
        if joins and (place, number) != opening:
            blocks[-1] = Block(place, blocks[-1].first, number)
        else:
            blocks.append(Block(place, number, number))
    order = {key: i for i, key in enumerate(chosen)}

    def rank_of(block: Block) -> int:
        keys = ((block.passage, number) for number in range(block.first, block.last + 1))
        return min(order.get(key, len(order)) for key in keys)

    return sorted(blocks, key=rank_of)


def _in_parts(query: Query) -> bool:
    """Whether a question asks for two things, or of two times."""
    return len(_ASKING.findall(query.focus)) > 1 or len(query.periods) > 1


def _of_its_days(
    query: Query, sentences: Sequence[Sentence], days: Sequence[int]
) -> Sequence[Sentence]:
    """Without those of other days where the best is of the one day or month that is asked about.

    `days` are ordinals, of the meeting of each sentence.
    """
    spans = period_days(query)
    if not sentences or len(query.periods) != 1 or not spans or _COURSE.search(query.focus):
        return sentences
    start, end = spans[0]
    if end - start >= LONGEST_MONTH or not within_days(spans, days[0]):
        return sentences
    return [one for one, day in zip(sentences, days, strict=True) if day == days[0]]


def _of_two_meetings(
    query: Query, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> Sequence[Sentence]:
    """The sentences with the best one of another meeting second, where a course is asked for."""
    if not _in_parts(query) or not (_COURSE.search(query.focus) or len(query.periods) > 1):
        return sentences
    best = sentences[0]
    meeting = ranked[best.passage].passage.meeting_id
    for place, sentence in enumerate(sentences):
        if sentence.score < best.score - COURSE_GAP:
            break
        apart = ranked[sentence.passage].passage.meeting_id != meeting
        if apart and len(sentence.text.split()) >= LEAST_WORDS:
            raised = replace(sentence, score=best.score)
            return [best, raised, *sentences[1:place], *sentences[place + 1 :]]
    return sentences


def _decided_first(
    corpus: Corpus, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> Sequence[Sentence]:
    """The sentences with the best that is of a decision first."""
    for place, sentence in enumerate(sentences):
        item = corpus.item_of(ranked[sentence.passage].row)
        told = len(sentence.text.split()) >= TOLD_WORDS
        if item and told and outcome_of(item, sentence.text):
            raised = replace(sentence, score=sentences[0].score)
            return [raised, *sentences[:place], *sentences[place + 1 :]]
    return sentences


def _reply_first(
    query: Query, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> Sequence[Sentence]:
    """The sentences with the reply first where the best is the question that it was given to."""
    best = sentences[0]
    if "person" in query.kinds or not _PUT.search(best.text):
        return sentences
    for place, sentence in enumerate(sentences):
        if _REPLY.match(sentence.text) and not _elsewhere(ranked, best, sentence):
            raised = replace(sentence, score=best.score)
            return [raised, *sentences[:place], *sentences[place + 1 :]]
    return sentences


def _of_one_motion(
    query: Query, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> Sequence[Sentence]:
    """The sentences without those that name the movers of another item's motion, if asked for."""
    movers = [ASKED[ask] for ask in sorted(query.asks) if ask in ("proposer", "seconder")]
    if not movers or len(query.periods) > 1:
        return sentences
    return [
        sentence
        for sentence in sentences
        if not _elsewhere(ranked, sentences[0], sentence)
        or not any(form.search(sentence.text) for form in movers)
    ]


def _elsewhere(ranked: Sequence[Ranked], best: Sentence, sentence: Sentence) -> bool:
    """Whether a sentence stands in another item than the best one."""
    a, b = ranked[best.passage].passage, ranked[sentence.passage].passage
    return (a.meeting_id, a.item) != (b.meeting_id, b.item)


def _with_list(
    kept: set[tuple[int, int]],
    ranked: Sequence[Ranked],
    readings: Sequence[Reading],
    place: int,
    number: int,
    room: int,
) -> int:
    """Keep what a sentence leads in: the next one, or all entries of a list; returns its words."""
    used = 0
    for following in range(number + 1, len(readings[place].spans)):
        text = _sentence(ranked, readings, place, following)
        is_entry = bool(_LIST_ENTRY.match(text))
        length = len(text.split())
        if used + length > room or (following > number + 1 and not is_entry):
            break
        if (place, following) not in kept:
            kept.add((place, following))
            used += length
        if not is_entry:
            break
    return used


def _with_outcome(
    kept: set[tuple[int, int]],
    ranked: Sequence[Ranked],
    readings: Sequence[Reading],
    place: int,
    number: int,
    room: int,
) -> int:
    """Keep what a count of votes came to, in the sentence behind it; returns its words."""
    behind = (place, number + 1)
    if behind in kept or number + 1 >= len(readings[place].spans):
        return 0
    counted = ASKED["vote"].search(_sentence(ranked, readings, place, number))
    text = _sentence(ranked, readings, *behind)
    length = len(text.split())
    if not counted or not _CAME_TO.search(text) or length > min(room, OUTCOME_WORDS):
        return 0
    kept.add(behind)
    return length


def _with_entries(
    kept: set[tuple[int, int]],
    ranked: Sequence[Ranked],
    readings: Sequence[Reading],
    one: tuple[int, int],
    opening: tuple[int, int],
    room: int,
) -> tuple[int, int]:
    """Keep the whole list that an entry stands in, with what leads it in; returns what opens.

    As much of it as there is room for, from its beginning, if the entry is among that.
    """
    place, number = one
    reading, text = readings[place], ranked[place].passage.text
    entries = [_is_entry(text, reading.spans, at) for at in range(len(reading.spans))]
    opens = bool(_OPENS_LIST.search(_sentence(ranked, readings, place, number)))
    if not (entries[number] or opens):
        return opening
    first = last = number
    while not opens and first > 0 and entries[first - 1]:
        first -= 1
    while last + 1 < len(entries) and entries[last + 1]:
        last += 1
    if not opens and first > 0:
        before = _sentence(ranked, readings, place, first - 1)
        first -= bool(_LEADS_IN.search(before) or _OPENS_LIST.search(before))
    if first == last:
        return opening
    added: list[tuple[int, int]] = []
    for at in range(first, last + 1):
        length = len(_sentence(ranked, readings, place, at).split())
        if (place, at) not in kept:
            if length > room:
                last = at - 1
                break
            room -= length
            added.append((place, at))
    if last < number:
        return opening
    kept.update(added)
    return (place, first) if opening[0] == place and first <= opening[1] <= last else opening


def _is_entry(text: str, spans: Sequence[tuple[int, int]], number: int) -> bool:
    """Whether this is an entry of a list: behind a bullet, or a short line that is no sentence."""
    start, end = spans[number]
    told = text[start:end].strip()
    if _BULLET.match(told) or _LIST_ENTRY.match(told):
        return True
    alone = text[:start].rstrip(" ")[-1:] in ("", "\n") and text[end:].lstrip(" ")[:1] in ("", "\n")
    return (
        alone
        and len(told.split()) <= ENTRY_WORDS
        and not told.endswith(":")
        and not VERB.search(told)
        and not _NO_ENTRY.search(told)
    )


def _sentence(
    ranked: Sequence[Ranked], readings: Sequence[Reading], place: int, number: int
) -> str:
    start, end = readings[place].spans[number]
    return ranked[place].passage.text[start:end]


def _quotes(
    block: Block, readings: Sequence[Reading], ranked: Sequence[Ranked]
) -> list[tuple[int, int]]:
    """The block as runs of sentences of at most 80 words; a longer sentence stands alone."""
    runs: list[tuple[int, int]] = []
    words = 0
    for number in range(block.first, block.last + 1):
        length = len(_sentence(ranked, readings, block.passage, number).split())
        if runs and words + length <= MAX_QUOTE_WORDS:
            runs[-1] = (runs[-1][0], number)
            words += length
        else:
            runs.append((number, number))
            words = length
    return runs


def window(text: str, start: int, end: int, tokens: Iterable[str]) -> tuple[int, int]:
    """The clauses of a long sentence, at most 80 words of them, that hold most of the tokens."""
    edges = [start, *(start + m.end() for m in _CLAUSE.finditer(text[start:end])), end]
    asked = set(tokens)
    best, best_held = (start, start), -1
    for i, begin in enumerate(edges[:-1]):
        stop = begin
        for edge in edges[i + 1 :]:
            if len(text[begin:edge].split()) > MAX_QUOTE_WORDS:
                break
            stop = edge
        if stop == begin:  # a clause that is itself too long is cut between words
            words = list(re.finditer(r"\S+", text[begin:end]))[:MAX_QUOTE_WORDS]
            stop = begin + words[-1].end()
        held = len(asked & set(tokenize(text[begin:stop])))
        if held > best_held:
            best, best_held = (begin, stop), held
    begin, stop = best
    return begin, begin + len(text[begin:stop].rstrip())


def cite(corpus: Corpus, candidate: Ranked, marker: int, quote: str) -> Citation:
    """The citation of words that stand in a passage, white space folded."""
    meeting = corpus.meeting_of(candidate.row)
    item = corpus.item_of(candidate.row)
    passage = candidate.passage
    return Citation(
        marker=marker,
        quote=quote,
        source=meeting.source,
        url=(item.url if item else None) or meeting.url,
        page=_page(corpus, candidate, quote),
        council=meeting.council,
        body=meeting.body,
        date=meeting.date,
        item=item.number if item else None,
        title=item.title if item else "",
        passage_id=passage.id,
        status=meeting.status,
        truncated=bool(item and item.truncated),
        ocr=meeting.ocr,
        references=item.references if item else (),
        outcome=outcome_of(item, quote) if item else None,
        meeting_id=meeting.id,
        place=passage.item,
    )


def _page(corpus: Corpus, candidate: Ranked, quote: str) -> int | None:
    """The page of the paragraph in which the quote begins."""
    passage = candidate.passage
    paragraphs = corpus.index.paragraphs(passage.meeting_id, passage.item)
    begins = " ".join(quote.split()[:8])
    for paragraph in paragraphs[passage.first_paragraph : passage.last_paragraph + 1]:
        if begins in " ".join(paragraph.text.split()) and paragraph.page is not None:
            return paragraph.page
    return passage.page


def outcome_of(item: StoredItem, quote: str) -> str | None:
    """What became of the motion that is quoted; None where the quote tells of more than one."""
    folded = " ".join(quote.split())
    touched: list[Decision] = []
    for decision in item.decisions:
        text = " ".join(decision.text.split())
        if folded in text or (text in folded and len(text) >= MOSTLY * len(folded)):
            touched.append(decision)
    kinds = {decision.kind for decision in touched}
    return kinds.pop() if len(kinds) == 1 else None
