"""How often the bodies and periods that a question seems to name are those of its evidence.

python -m eval.measure_understanding --set QUESTIONS.jsonl INDEX [--set ...]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from assistant.answer_model import Turn
from assistant.conversation import standalone
from assistant.question import understand
from assistant.retrieve import Corpus, meetings_meant
from eval.questions import Question, load_questions
from ingest.index import Index

AS_OF = date(2026, 1, 1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--set", nargs=2, action="append", required=True, metavar=("QUESTIONS", "INDEX")
    )
    options = parser.parse_args(arguments)
    for questions, index in options.set:
        found = measure(load_questions(Path(questions)), Corpus(Index.open(Path(index))))
        told = f"{Path(questions).stem}: {found['questions']} questions with evidence"
        for what in ("body", "period", "meetings"):
            told += f"; {what} named in {found[what]}, right in {found[f'{what} right']}"
        print(told)


def measure(questions: Sequence[Question], corpus: Corpus) -> Counter[str]:
    """Counts of questions that name a body or period, and of those that name the evidence's."""
    found: Counter[str] = Counter()
    for question in questions:
        sources = {source for evidence in question.evidence for source in evidence.sources}
        gold = {n for n, meeting in enumerate(corpus.meetings) if meeting.source in sources}
        if not gold:
            continue
        history = [Turn(asked, answer) for asked, answer in question.history]
        whole = standalone(question.question, history, corpus.bodies, AS_OF)
        query = understand(whole, corpus.bodies, AS_OF, focus=question.question)
        bodies = {body for body, _ in query.bodies}
        days = [date.fromisoformat(day) for n in gold if (day := corpus.meetings[n].date)]
        dated = any(
            (period.start or date.min) <= day <= (period.end or date.max)
            if period.start or period.end
            else period.month == day.month
            for period in query.periods
            for day in days
        )
        found["questions"] += 1
        found["body"] += bool(bodies)
        found["body right"] += any(corpus.meetings[n].body in bodies for n in gold)
        found["period"] += bool(query.periods)
        found["period right"] += dated
        found["meetings"] += bool(query.bodies or query.periods)
        found["meetings right"] += bool(gold & meetings_meant(corpus, query))
    return found


if __name__ == "__main__":
    main()
