"""Meeting -> passages: whole paragraphs of one item, under a heading line, of a readable length."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.model import Item, Meeting, Paragraph, Passage
from ingest.sentences import split_sentences

__all__ = ["embedded_text", "heading_line", "make_passages", "split_sentences"]

TARGET_WORDS = 130  # the length to which passages tend
WHOLE_WORDS = 165  # a paragraph up to this length is never cut unless the model reads less
MAX_WORDS = 220
MAX_CHARACTERS = 4000  # bounds the work on endless lines; 220 words are about 1,300
MAX_PIECES = 256  # what all-MiniLM-L6-v2 reads, [CLS] and [SEP] included
HEADING_PIECES = 40
# What a break costs, in the unit of the length cost: 1 is a passage twice as long as the target.
BREAK_IN_PARAGRAPH = 0.3
BREAK_BEFORE_DECISION = 0.6
BREAK_AFTER_LEAD_IN = 1.5  # behind a line that announces what follows, or a heading left alone
HEADING_WORDS = 12

CountPieces = Callable[[str], int]


@dataclass(frozen=True)
class _Piece:
    """A span of a paragraph that no passage divides."""

    paragraph: int
    start: int
    end: int
    words: int
    pieces: int
    cost: float  # of ending a passage behind it


def make_passages(
    meeting: Meeting, meeting_id: str, count_pieces: CountPieces, max_pieces: int = MAX_PIECES
) -> list[Passage]:
    """The passages of a meeting in printed order, the front matter first.

    `count_pieces` counts word pieces with the special tokens; no passage has more than
    `max_pieces` of them (256 at most) with its heading line, nor more than 220 words of text.
    """
    max_pieces = min(max_pieces, MAX_PIECES)
    passages: list[Passage] = []
    places = [(-1, None), *enumerate(meeting.items)]
    for place, item in places:
        passages += _passages_of(meeting, meeting_id, place, item, count_pieces, max_pieces)
    return passages


def heading_line(meeting: Meeting, item: Item | None) -> str:
    """ "Body, 2 July 2014, item 13: Title", without what is not known."""
    where, title = _heading_parts(meeting, item)
    return f"{where}: {title}" if where and title else where or title


def embedded_text(passage: Passage) -> str:
    """What both indexes see of a passage: its heading line and its text."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text


def _heading_parts(meeting: Meeting, item: Item | None) -> tuple[str, str]:
    where = [" ".join((meeting.body or meeting.council or "").split())]
    if meeting.date:
        day = date.fromisoformat(meeting.date)
        where.append(f"{day.day} {day:%B %Y}")
    if item and item.number:
        where.append(f"item {item.number}")
    return ", ".join(filter(None, where)), " ".join(item.title.split()) if item else ""


def _short_heading(
    meeting: Meeting, item: Item | None, count_pieces: CountPieces, room: int
) -> str:
    """The heading line within `room` word pieces; the title gives way first, then the body."""
    where, title = _heading_parts(meeting, item)
    heading = heading_line(meeting, item)
    while count_pieces(heading) > room and title:
        title = title[: len(title) * 3 // 4].rpartition(" ")[0]
        heading = f"{where}: {title}…" if title else where
    while count_pieces(heading) > room:
        where = where[len(where) // 4 + 1 :]  # date and number stand at the end
        heading = where
    return heading


def _passages_of(
    meeting: Meeting,
    meeting_id: str,
    place: int,
    item: Item | None,
    count_pieces: CountPieces,
    max_pieces: int,
) -> Iterator[Passage]:
    paragraphs = item.paragraphs if item else meeting.front
    heading = _short_heading(meeting, item, count_pieces, min(HEADING_PIECES, max_pieces // 3))
    special = count_pieces("")
    room = max_pieces - count_pieces(heading)
    decided = {decision.paragraph for decision in item.decisions} if item else set()
    if not any(paragraph.text.strip() for paragraph in paragraphs):
        if not item or not item.title.strip():
            return
        # Only the title is known: it is the text, and no paragraph is.
        spans = _split(item.title, 0, len(item.title), room, count_pieces, special)
        groups = [(item.title[start:end], 0, -1) for start, end in spans]
    else:
        pieces = _cut(paragraphs, decided, room, count_pieces, special)
        groups = []
        for first, last in _pack(pieces, room):
            chosen = pieces[first:last]
            text = _text_of(paragraphs, chosen)
            groups.append((text, chosen[0].paragraph, chosen[-1].paragraph))
    seen: Counter[tuple[int, str]] = Counter()
    for text, first, last in groups:
        again = seen[first, text]  # the same words can stand twice in a long paragraph
        seen[first, text] += 1
        identity = _identity(meeting_id, place, first, f"{text}\n{again}" if again else text)
        page = paragraphs[first].page if last >= 0 else None
        if page is None and item:
            page = item.page
        yield Passage(identity, meeting_id, place, text, heading, first, last, page)


def _identity(meeting_id: str, place: int, first: int, text: str) -> str:
    content = f"{meeting_id}\n{place}\n{first}\n{text}"
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _cut(
    paragraphs: Sequence[Paragraph],
    decided: set[int],
    room: int,
    count_pieces: CountPieces,
    special: int,
) -> list[_Piece]:
    """Paragraphs as spans that fit into a passage: whole, by sentences, or by words."""
    pieces: list[_Piece] = []
    for number, paragraph in enumerate(paragraphs):
        text = paragraph.text
        start, end = _trim(text, 0, len(text))
        if start == end:
            continue
        if pieces and number in decided:
            pieces[-1] = _with_cost(pieces[-1], BREAK_BEFORE_DECISION)
        spans = _split(text, start, end, room, count_pieces, special)
        for position, (begin, stop) in enumerate(spans):
            part = text[begin:stop]
            cost = BREAK_IN_PARAGRAPH if position + 1 < len(spans) else _cost_behind(text)
            words = len(part.split())
            pieces.append(_Piece(number, begin, stop, words, count_pieces(part) - special, cost))
    return pieces


def _with_cost(piece: _Piece, cost: float) -> _Piece:
    return _Piece(
        piece.paragraph, piece.start, piece.end, piece.words, piece.pieces, max(piece.cost, cost)
    )


def _cost_behind(text: str) -> float:
    text = text.rstrip()
    is_heading = len(text.split()) <= HEADING_WORDS and text[-1] not in ".!?;,)|\"'”’"
    return BREAK_AFTER_LEAD_IN if is_heading or text.endswith(":") else 0.0


def _split(
    text: str, start: int, end: int, room: int, count_pieces: CountPieces, special: int
) -> list[tuple[int, int]]:
    """The span whole if a passage holds it comfortably, else its sentences, else runs of words."""
    start, end = _trim(text, start, end)

    def fits(begin: int, stop: int, words: int) -> bool:
        part = text[begin : min(stop, begin + MAX_CHARACTERS + 1)]
        return (
            len(part) <= MAX_CHARACTERS
            and len(part.split()) <= words
            and count_pieces(part) - special <= room
        )

    if fits(start, end, WHOLE_WORDS):
        return [(start, end)]
    spans: list[tuple[int, int]] = []
    for begin, stop in split_sentences(text[start:end]):
        begin, stop = begin + start, stop + start
        while not fits(begin, stop, MAX_WORDS):
            cut = _longest_that_fits(text, begin, stop, fits)
            spans.append(_trim(text, begin, cut))
            begin, _ = _trim(text, cut, stop)
        spans.append((begin, stop))
    return spans


def _longest_that_fits(
    text: str, begin: int, stop: int, fits: Callable[[int, int, int], bool]
) -> int:
    """The end of the longest run of whole words that fits; of characters where no word does."""
    places = range(begin + 1, min(stop, begin + MAX_CHARACTERS + 1))
    ends = [at for at in places if text[at].isspace() and not text[at - 1].isspace()]
    for candidates in (ends[: TARGET_WORDS + 1], places):
        low, high = 0, len(candidates)  # candidates[:low] fit
        while low < high:
            middle = (low + high) // 2
            if fits(begin, candidates[middle], TARGET_WORDS):
                low = middle + 1
            else:
                high = middle
        if low:
            return candidates[low - 1]
    return begin + 1


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _pack(pieces: Sequence[_Piece], room: int) -> list[tuple[int, int]]:
    """The cheapest division into passages: near the target length, at good breaks."""
    best: list[tuple[float, int]] = [(0.0, 0)]  # cost and start of the last passage, by end
    for end in range(1, len(pieces) + 1):
        words = used = 0
        options: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            words += pieces[start].words
            used += pieces[start].pieces
            if start < end - 1 and (words > MAX_WORDS or used > room):
                break
            length_cost = ((words - TARGET_WORDS) / TARGET_WORDS) ** 2
            options.append((best[start][0] + length_cost + 0.05, start))
        cost, start = min(options)
        best.append((cost + (pieces[end - 1].cost if end < len(pieces) else 0.0), start))
    groups = []
    end = len(pieces)
    while end:
        start = best[end][1]
        groups.append((start, end))
        end = start
    return groups[::-1]


def _text_of(paragraphs: Sequence[Paragraph], pieces: Sequence[_Piece]) -> str:
    """The text of neighbouring spans, verbatim; paragraphs are joined by a line end."""
    runs: list[tuple[int, int, int]] = []
    for piece in pieces:
        if runs and runs[-1][0] == piece.paragraph:
            runs[-1] = (piece.paragraph, runs[-1][1], piece.end)
        else:
            runs.append((piece.paragraph, piece.start, piece.end))
    return "\n".join(paragraphs[number].text[start:end] for number, start, end in runs)
