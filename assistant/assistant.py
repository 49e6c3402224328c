"""The assistant: an index and its models, loaded once, that answer questions."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant import choose, compose, decline, rank, retrieve
from assistant.amended import amendments
from assistant.answer_model import Answer, Citation, Retrieved, Turn
from assistant.attendances import list_attended
from assistant.attended import ATTENDED, attendance_answer
from assistant.conversation import Resolved, resolve, standalone
from assistant.decided import LISTED, list_all
from assistant.explain import explain
from assistant.llm import ModelFailed
from assistant.question import Query, foreign_language
from assistant.retrieve import Corpus, Filters
from assistant.submitted import list_submitted
from assistant.understanding import read_question
from assistant.written import complete_question, described, write
from ingest.errors import WrongModel, WrongUse
from ingest.index import Index
from ingest.settings import load_settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

LONGEST_QUESTION = 2000  # characters; beyond this nobody asks, somebody pastes
RETRIEVED = 10
# The least confidence where a text names an item and asks for nothing else: of the four such
# questions of the train sets three are answered rightly from it (November 2026).
IDENTIFIED = 0.75
_TAG = re.compile(r"</?[a-z][^<>]*>", re.I)

AMENDED = "A later meeting has corrected or rescinded what is quoted."
OPTICAL = "The source was read from a scan by character recognition; check the original."
DRAFT = "These minutes are a draft."
CUT_OFF = "The source is cut off here; see the full minutes."
NOT_WRITTEN = "The language model gave no answer that can be shown: {}. These are quotations."
CHANGED = "Sentences of the language model that the minutes do not bear out, changed: {}."
HELD_BACK = "Passages that talk to a machine and were not sent to the language model: {}."
COMPLETING = 1 / 3  # of the time limit, for the model to complete a question
FROM_ATTENDANCE = "composed from the attendance that was read of the one meeting that is meant"
UNDATED = "The date of the meeting is not known."


class Assistant:
    """Answers questions over one index; picks up a newer generation by itself.

    Safe to use from several threads.
    """

    def __init__(self, index_dir: Path, *, llm: LLM | None = None) -> None:
        """Open the index; raises IndexMissing or WrongModel.

        `llm`: any LLM of LlamaIndex (`assistant.llm.load_llm` makes the one of the settings), which
        then writes the answers; without one they are quotations.
        """
        from ingest.embedding import DEFAULT_MODEL, cores, load_embedder

        self.folder = index_dir
        self.llm = llm
        self._settings = load_settings()
        self._lock = threading.Lock()
        # Who asks first is answered first; all at once, everybody would wait for the last.
        self._turns = threading.Semaphore(cores())
        self._asking = 0  # questions that are being answered
        self._corpus = Corpus(Index.open(index_dir))
        wanted = self._settings.embed_model or DEFAULT_MODEL
        made_with = self._corpus.index.embed_model
        if made_with != wanted.removeprefix("sentence-transformers/"):
            raise WrongModel(
                f"The index {index_dir} was made with the embedding model {made_with}, and "
                f"{wanted} is set: set MINUTES_EMBED_MODEL={made_with}, or ingest again with "
                "--rebuild."
            )
        self._embedder = load_embedder(wanted)

    @property
    def corpus(self) -> Corpus:
        """The current generation, opened anew once an ingest has switched to another."""
        with self._lock:
            if not self._corpus.index.is_current():
                # The old one is left to those who are still reading it; its files go with them.
                self._corpus = Corpus(Index.open(self.folder))
            return self._corpus

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        body: str | None = None,
        since: date | None = None,
        until: date | None = None,
        as_of: date | None = None,
        quotations_only: bool = False,
        show: Callable[[str], None] = lambda sentence: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Answer a question, or decline with a reason; raises WrongUse on an empty or huge one.

        Where there is a language model, `show` gets each checked sentence as soon as it may be
        shown; the answer that is returned stands above them, since it may be another one.
        `quotations_only` leaves the model out. Once `cancelled` says so, the model is left.
        """
        began = time.perf_counter()
        checked = check(question)
        corpus = self.corpus
        day = as_of or date.today()
        llm = None if quotations_only else self.llm
        deadline = time.monotonic() + self._settings.llm_seconds
        resolved, failed = self._resolved(checked, history, corpus, day, llm, cancelled)
        filters = Filters(body, since, until)
        with self._counted(), self._turns:
            answer, ranked = self._quoted(question, resolved, corpus, filters, day, began)
        quoted = time.perf_counter()
        if llm is not None and answer.answered:
            asked = answer.standalone_question
            if self._keeps_exempt(corpus):  # earlier answers may quote exempt items
                earlier = [Turn(turn.question) for turn in history]
                asked = standalone(checked, earlier, corpus.bodies, day)
            answer = self._written(
                answer, asked, corpus, ranked, llm, failed, deadline, show, cancelled
            )
        ended = time.perf_counter()
        timings = answer.timings_ms | {
            "answer": answer.timings_ms["answer"] + _ms(quoted, ended),
            "total": _ms(began, ended),
        }
        return replace(answer, timings_ms=timings)

    @property
    def asking(self) -> int:
        """How many questions wait for their quotations at this moment."""
        return self._asking

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._asking += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1

    def _quoted(
        self,
        question: str,
        resolved: Resolved,
        corpus: Corpus,
        filters: Filters,
        day: date,
        began: float,
    ) -> tuple[Answer, list[rank.Ranked]]:
        """The answer in quotations, and the passages that it may be written from."""
        understood = read_question(corpus, resolved, day, self._embedder)
        query = understood.query
        read = time.perf_counter()
        ranked, readings = self._find(corpus, query, filters)
        found = time.perf_counter()
        ranked_here, readings_here = rank.within(understood, ranked, readings)
        sentences, table = choose.choose(corpus, query, ranked_here, readings_here)
        sure, text = 0.0, ""
        citations: tuple[Citation, ...] = ()
        if sentences and not decline.not_a_question(query):
            features = decline.confidence_features(corpus, query, ranked_here, sentences, table)
            sure = decline.confidence(features)
            if understood.alone:
                sure = max(sure, IDENTIFIED)
        bar = decline.calibration().bar
        refusal = decline.refusal(
            corpus, query, ranked_here, sentences, sure, bar, filtered=bool(filters)
        )
        if refusal is None:
            text, citations = compose.compose(
                corpus, query, ranked_here, readings_here, sentences, alone=understood.alone
            )
        listed = (
            list_submitted(corpus, query, filters)
            or list_attended(corpus, query, filters)
            or list_all(corpus, query, filters)
        )
        if listed is not None:
            refusal, sure = None, LISTED
            text, citations = listed.text, listed.citations
        attended = attendance_answer(corpus, query, filters) if listed is None else None
        if isinstance(attended, decline.Refusal):
            refusal, sure, citations = attended, 0.0, ()
        elif attended is not None:
            refusal, sure = None, ATTENDED
            text, citations = attended.text, attended.citations
            ranked = _cited_first(corpus, citations, ranked)
        later = amendments(corpus, text, citations)
        answer = Answer(
            question=question,
            standalone_question=query.text,
            answered=refusal is None,
            answer=refusal.text if refusal else " ".join([text, *later.told]),
            confidence=sure,
            citations=citations + later.citations,
            decline_reason=refusal.reason if refusal else None,
            warnings=(
                *understood.mended,
                *_language(check(question)),
                *([listed.note] if listed else []),
                *([AMENDED] if later.told else []),
                *_warnings(citations + later.citations),
            ),
            retrieved=tuple(_retrieved(corpus, r) for r in ranked[:RETRIEVED]),
            explanation=(
                *([FROM_ATTENDANCE] if attended else []),
                *explain(corpus, query, ranked_here, sentences, sure),
            ),
            timings_ms={
                "understand": _ms(began, read),
                "retrieve": _ms(read, found),
                "answer": _ms(found, time.perf_counter()),
            },
        )
        return answer, ranked

    def _keeps_exempt(self, corpus: Corpus) -> bool:
        """Whether the index is open at exempt items that must not be sent to the model."""
        return corpus.index.restricted and not self._settings.llm_restricted

    def _resolved(
        self,
        question: str,
        history: Sequence[Turn],
        corpus: Corpus,
        day: date,
        llm: LLM | None,
        cancelled: Callable[[], bool],
    ) -> tuple[Resolved, ModelFailed | None]:
        """The question completed from the conversation, by the model where it can."""
        plain = resolve(question, history, corpus.bodies, day)
        if llm is None or not history:
            return plain, None
        sent = [Turn(t.question) for t in history] if self._keeps_exempt(corpus) else history
        try:
            seconds = self._settings.llm_seconds * COMPLETING
            completed = complete_question(llm, question, sent, seconds, cancelled)
            return Resolved(completed, completed) if completed else plain, None
        except ModelFailed as error:
            return plain, error

    def _written(
        self,
        quoted: Answer,
        question: str,
        corpus: Corpus,
        ranked: Sequence[rank.Ranked],
        llm: LLM,
        failed: ModelFailed | None,
        deadline: float,
        show: Callable[[str], None],
        cancelled: Callable[[], bool],
    ) -> Answer:
        """The answer in the model's words, checked; the quoted one with a notice where it fails."""
        try:
            if failed:
                raise failed
            written = write(
                llm,
                question,
                corpus,
                ranked,
                self._embedder,
                seconds=max(0.0, deadline - time.monotonic()),
                context=llm.metadata.context_window or self._settings.llm_context,
                with_restricted=self._settings.llm_restricted,
                show=show,
                cancelled=cancelled,
            )
        except ModelFailed as error:
            return replace(quoted, warnings=(*quoted.warnings, NOT_WRITTEN.format(error)))
        later = amendments(corpus, written.text, written.citations)
        citations = written.citations + later.citations
        notes = [*([AMENDED] if later.told else []), *_warnings(citations)]
        if written.changes:
            notes.append(CHANGED.format(len(written.changes)))
        if written.held_back:
            notes.append(HELD_BACK.format(written.held_back))
        return replace(
            quoted,
            answer=" ".join([written.text, *later.told]),
            citations=citations,
            mode="llm",
            warnings=tuple(notes),
            changes=written.changes,
            explanation=(*quoted.explanation, *described(written.changes)),
        )

    def search(
        self,
        text: str,
        k: int = RETRIEVED,
        *,
        body: str | None = None,
        since: date | None = None,
        until: date | None = None,
        as_of: date | None = None,
    ) -> list[Retrieved]:
        """The k best passages for a text."""
        corpus = self.corpus
        checked = check(text)
        day = as_of or date.today()
        resolved = Resolved(checked, checked)
        with self._turns:
            query = read_question(corpus, resolved, day, self._embedder).query
            ranked, _ = self._find(corpus, query, Filters(body, since, until))
        return [_retrieved(corpus, candidate) for candidate in ranked[:k]]

    def leads_to(self, question: str, *, wait: bool = True) -> tuple[str, int] | None:
        """The meeting and the place of the item that a question finds first, with little work.

        Without `wait` nothing is found while others have their questions answered.
        """
        if not self._turns.acquire(blocking=wait):
            return None
        try:
            corpus = self.corpus
            resolved = Resolved(question, question)
            query = read_question(corpus, resolved, date.today(), self._embedder).query
            vector = self._embedder.encode([query.text])[0]
            passage = rank.nearest(corpus, query, retrieve.search(corpus, query, vector))
            return (passage.meeting_id, passage.item) if passage else None
        finally:
            self._turns.release()

    def _find(
        self, corpus: Corpus, query: Query, filters: Filters
    ) -> tuple[list[rank.Ranked], list[rank.Reading]]:
        if not len(corpus):
            return [], []
        vector = self._embedder.encode([query.text])[0]
        return rank.rank(corpus, query, retrieve.search(corpus, query, vector, filters))


def check(question: str) -> str:
    """The question without markup and control characters; WrongUse if unusable."""
    if len(question) > LONGEST_QUESTION:
        raise WrongUse(
            f"The question has {len(question):,} characters; ask with at most {LONGEST_QUESTION:,}."
        )
    cleaned = "".join(char if char.isprintable() else " " for char in _TAG.sub(" ", question))
    cleaned = " ".join(cleaned.split())
    if not cleaned:
        raise WrongUse("The question is empty.")
    return cleaned


def _retrieved(corpus: Corpus, candidate: rank.Ranked) -> Retrieved:
    meeting, item = corpus.meeting_of(candidate.row), corpus.item_of(candidate.row)
    passage = candidate.passage
    return Retrieved(
        passage_id=passage.id,
        source=meeting.source,
        body=meeting.body,
        date=meeting.date,
        item=item.number if item else None,
        title=item.title if item else "",
        text=passage.text,
        score=candidate.score,
        heading=passage.heading,
        meeting_id=meeting.id,
        place=passage.item,
        page=passage.page,
    )


def _cited_first(
    corpus: Corpus, citations: Sequence[Citation], ranked: Sequence[rank.Ranked]
) -> list[rank.Ranked]:
    """The passages that an answer was composed of, before those that were found."""
    known = {candidate.passage.id: candidate for candidate in ranked}
    best = ranked[0].score if ranked else 0.0
    first = {}
    for citation in citations:
        id = citation.passage_id
        if id not in first:
            (passage,) = corpus.index.passages([id])
            first[id] = known.get(id) or rank.Ranked(
                corpus.row_of[id], passage, best, np.zeros(len(rank.ALL_FEATURES))
            )
    return [*first.values(), *(one for one in ranked if one.passage.id not in first)]


def _language(question: str) -> tuple[str, ...]:
    language = foreign_language(question)
    if language is None:
        return ()
    return (
        f"The question seems to be in {language}: it was searched by words, names and numbers; "
        "meaning was matched in English only.",
    )


def _warnings(citations: Sequence[Citation]) -> tuple[str, ...]:
    found = []
    if any(citation.truncated for citation in citations):
        found.append(CUT_OFF)
    if any(citation.status == "draft" for citation in citations):
        found.append(DRAFT)
    if any(citation.ocr for citation in citations):
        found.append(OPTICAL)
    if any(citation.date is None for citation in citations):
        found.append(UNDATED)
    return tuple(found)


def _ms(start: float, end: float) -> int:
    return round((end - start) * 1000)
