"""What a language model thinks of the answers: an opinion beside the figures, and none of them.

LlamaIndex's evaluators put the questions. Their reading of the reply is not used: the one for
faithfulness takes any reply with "yes" in it for a yes ("Yesterday ..."), the one for correctness
fails on a reply of one line. A reply that is not a clear verdict counts as none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.llm import Message, ModelFailed, complete
from eval.matching import plain_answer
from eval.questions import Question

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

GOOD = 4.0  # of 5, from which LlamaIndex calls an answer correct
_THOUGHT = re.compile(r"<think>.*?</think>", re.S)
_VERDICT = re.compile(r"(?:answer|verdict)?\W*\b(yes|no)\b(?![-'’])", re.I)
_SCORE = re.compile(
    r"(?:\W*(?:score|rating)\W*)?\W*([1-5](?:\.\d+)?)(?:\s*/\s*5)?(?![\d.]*\d)", re.I
)


@dataclass(frozen=True)
class Opinion:
    """A model's verdict on one answer; None where its reply was no verdict, or it failed."""

    id: str
    faithful: bool | None  # what is quoted supports the answer
    score: float | None  # 1 to 5 against what was expected
    replies: tuple[str, str] = ("", "")
    failed: str | None = None  # why the model gave nothing

    @property
    def correct(self) -> bool | None:
        return None if self.score is None else self.score >= GOOD


@dataclass(frozen=True)
class Judged:
    """The opinions of a model on the answers of a run."""

    model: str
    opinions: tuple[Opinion, ...]

    def table(self) -> list[list[str]]:
        """How many answers it holds faithful and correct, and how many replies were no verdict."""
        rows = [["a model's opinion", "yes", "no", "no verdict"]]
        for name, verdicts in (
            ("the quotes support the answer", [one.faithful for one in self.opinions]),
            (f"the answer is right ({GOOD:.0f} or 5 of 5)", [one.correct for one in self.opinions]),
        ):
            rows.append([name, *(str(verdicts.count(value)) for value in (True, False, None))])
        return rows

    def agreement(self, right: Mapping[str, bool]) -> tuple[int, int]:
        """How often the model says what the figures say, of the answers with a verdict."""
        both = [(right[one.id], one.correct) for one in self.opinions if one.correct is not None]
        return sum(own == other for own, other in both), len(both)


def judge_answer(
    llm: LLM, seconds: float, question: Question, answer: Mapping[str, Any]
) -> Opinion:
    """Ask the model whether the citations support an answer and whether it is what was expected."""
    from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator

    asked = _asking(llm, seconds)
    text = plain_answer(str(answer["answer"]))
    quotes = [str(citation["quote"]) for citation in answer.get("citations") or ()]
    expected = "; and ".join(" or ".join(group) for group in question.answers)
    said = " ".join(evidence.quote for evidence in question.evidence)
    reference = f"{expected}\nThe minutes say: {said}" if expected else "The minutes do not say."
    try:
        faithful = FaithfulnessEvaluator(llm=asked).evaluate(
            response=text, contexts=quotes or ["(nothing is quoted)"]
        )
        correct = CorrectnessEvaluator(llm=asked, parser_function=_kept_whole).evaluate(
            query=question.question, response=text, reference=reference
        )
    except ModelFailed as error:
        return Opinion(question.id, None, None, failed=str(error))
    replies = (faithful.feedback or "", correct.feedback or "")
    return Opinion(question.id, verdict(replies[0]), score(replies[1]), replies)


def verdict(reply: str) -> bool | None:
    """Yes or no, where the reply begins with one of the words; else None."""
    found = _VERDICT.match(_said(reply))
    return found[1].lower() == "yes" if found else None


def score(reply: str) -> float | None:
    """A score from 1 to 5, where the reply begins with one; else None."""
    found = _SCORE.match(_said(reply))
    value = float(found[1]) if found else 0.0
    return value if 1 <= value <= 5 else None


def opinion_of(entry: Mapping[str, Any]) -> Opinion:
    """An opinion that was kept as JSON."""
    return Opinion(**{**entry, "replies": tuple(entry["replies"])})


def _said(reply: str) -> str:
    """The reply without what a reasoning model thinks aloud."""
    return _THOUGHT.sub("", reply).strip()


def _kept_whole(reply: str) -> tuple[float | None, str]:
    return None, reply


def _asking(llm: LLM, seconds: float) -> LLM:
    """The model behind LlamaIndex's interface, asked as for an answer: in time, and tried again."""
    from llama_index.core.llms import (
        ChatMessage,
        ChatResponse,
        CompletionResponse,
        CustomLLM,
        LLMMetadata,
        MessageRole,
    )

    class Asked(CustomLLM):
        """Completions of the model of the settings."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(
                context_window=llm.metadata.context_window,
                num_output=llm.metadata.num_output,
                is_chat_model=True,
                model_name=llm.metadata.model_name,
            )

        def complete(
            self, prompt: str, formatted: bool = False, **kwargs: Any
        ) -> CompletionResponse:
            return CompletionResponse(text=complete(llm, [("user", prompt)], seconds))

        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
            yield self.complete(prompt)

        def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
            given: list[Message] = [(one.role.value, one.content or "") for one in messages]
            text = complete(llm, given, seconds)
            return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text))

        async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
            return self.chat(messages, **kwargs)

    return Asked()
