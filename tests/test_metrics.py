"""Every metric against values worked out by hand, and against its library."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.matching import holds, item_number, points_to, relevant
from eval.metrics import METRICS, Row, bootstrap, score, summarise
from eval.questions import Evidence, Question
from ingest.errors import WrongUse

QUOTE = "the Committee agreed that a sum of £5,000 be set aside for the new bus shelter"


def question(id: str = "q", type: str = "amount", **changes: Any) -> Question:
    fields: dict[str, Any] = {
        "id": id,
        "type": type,
        "question": "How much was set aside for the shelter?",
        "answerable": True,
        "answers": (("£5,000", "5000"), ("shelter",)),
        "evidence": (Evidence("a.md", QUOTE, "4"),),
    }
    if type == "unanswerable":
        fields |= {"answerable": False, "answers": (), "evidence": ()}
    return Question(**(fields | changes))


def cite(marker: int = 1, **changes: Any) -> dict[str, Any]:
    return {"marker": marker, "quote": QUOTE, "source": "a.md", "item": "4"} | changes


def found(*texts: str, source: str = "a.md") -> list[dict[str, str]]:
    return [{"text": text, "source": source} for text in texts]


def answer(id: str = "q", text: str | None = "£5000 for the shelter [1]", **changes: Any) -> Any:
    given: dict[str, Any] = {
        "id": id,
        "answered": text is not None,
        "answer": text or "The minutes do not say.",
        "confidence": 0.8,
        "citations": [] if text is None else [cite()],
        "retrieved": found(QUOTE),
        "timings_ms": {"total": 20.0},
    }
    return given | changes


def one(asked: Question, given: Any, **more: Any) -> dict[str, float | None]:
    return score([asked], [given], **more).metrics


# Matching


@pytest.mark.parametrize(
    ("text", "alternative"),
    [
        ("There were 8 in favour", "8"),
        ("in favour: 8.", "8"),
        ("a sum of €129.20 was paid", "129.20"),
        ("a sum of 5,000 euro", "5000"),
        ("a sum of €1,250,000.50", "€1250000.50"),
        ("a sum of £500.00", "500"),
        ("a sum of £500.", "£500.00"),
        ("a limit of 80kph", "80"),
        ("the by-laws be Reviewed", "review"),
        ("Councillor O’Sullivan", "O'Sullivan"),
        ("carried 10–3", "10-3"),
        ("carried 10–3", "10"),
        ("to  be\n deferred", "be deferred"),
        ("voted for (11) and", "(11)"),
        ("see s.38 agreement", "38"),
        ("on 2nd July", "2"),
    ],
)
def test_an_alternative_is_found(text: str, alternative: str) -> None:
    assert holds(text, alternative)


@pytest.mark.parametrize(
    ("text", "alternative"),
    [
        ("18 members", "8"),
        ("8.5 metres", "8"),
        ("8.5 metres", "5"),
        (".5 metres", "5"),
        ("3.5 metres", ".5"),
        ("80 members", "8"),
        ("15,000 euro", "5,000"),
        ("5,000 euro", "5"),
        ("8½ metres", "8"),
        ("item 18.07.4", "07.4"),
        ("item 5.00.1", "5"),
        ("a sum of £500.05", "500"),
        ("preview of plans", "review"),
        ("anything", " "),
    ],
)
def test_an_alternative_is_not_found(text: str, alternative: str) -> None:
    assert not holds(text, alternative)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_number_always_matches_itself_alone_with_or_without_separators(a: int, b: int) -> None:
    assert holds(f"a total of {a:,}.", str(b)) == (a == b)
    assert holds(f"a total of {a}", f"{b:,}") == (a == b)


@given(st.text(), st.text(), st.text())
def test_a_word_always_matches_between_spaces(before: str, word: str, after: str) -> None:
    alternative = f"w{word}".strip()
    assert holds(f"{before} {alternative} {after}", alternative)


def test_a_passage_is_relevant_with_three_quarters_of_the_quote() -> None:
    evidence = Evidence("a.md", "one two three four five six seven eight", also=("b.md",))
    assert relevant("One, two; three four five SIX nine ten", "a.md", evidence)
    assert relevant("one two three four five six", "b.md", evidence)
    assert not relevant("one two three four five nine ten", "a.md", evidence)
    assert not relevant("one two three four five six seven eight", "c.md", evidence)


def test_repeated_words_of_a_quote_have_to_be_repeated_in_the_passage() -> None:
    assert not relevant("no yes", "a.md", Evidence("a.md", "no no no yes"))


def test_sixty_tokens_on_end_of_a_longer_quote_suffice() -> None:
    words = [f"w{number}" for number in range(200)]
    evidence = Evidence("a.md", " ".join(words))
    assert relevant(" ".join(words[100:160]), "a.md", evidence)
    assert relevant(" ".join(words[100:145]), "a.md", evidence)
    assert not relevant(" ".join(words[100:144]), "a.md", evidence)


def test_only_the_first_220_words_of_a_passage_count() -> None:
    evidence = Evidence("a.md", QUOTE)
    assert relevant("filler " * 204 + QUOTE, "a.md", evidence)
    assert not relevant("filler " * 220 + QUOTE, "a.md", evidence)


@pytest.mark.parametrize(
    ("citation", "leads_there"),
    [
        (cite(quote="other words"), True),
        (cite(item="5"), True),
        (cite(item="Item 4.", quote="other words"), True),
        (cite(item="5", quote="other words"), False),
        (cite(source="b.md"), False),
        (cite(item="5", quote=QUOTE + " word" * 90), False),
        (cite(item="14", quote="sum set aside new bus"), True),
        (cite(item="14", quote="the sum set aside"), False),
    ],
)
def test_a_citation_points_to_the_evidence_by_item_or_by_words(
    citation: dict[str, Any], leads_there: bool
) -> None:
    # content words of the quote: committee agreed sum 5000 set aside new bus shelter
    assert points_to(citation, Evidence("a.md", QUOTE, "4")) == leads_there


def test_items_without_a_number_are_the_same_by_their_title() -> None:
    evidence = Evidence("a.md", QUOTE, "", "Any Other Business")
    citation = cite(item=None, quote="x", title="ANY OTHER  BUSINESS")
    assert points_to(citation, evidence)
    assert not points_to({**citation, "title": "Apologies"}, evidence)
    assert not points_to({**citation, "title": ""}, Evidence("a.md", QUOTE))


def test_item_numbers_compare_without_their_dress() -> None:
    assert item_number("Item 3.") == item_number("3") == "3"
    assert item_number("2 (a)") == item_number("2(A)")
    assert item_number("71/19") != item_number("71")


# One question


def test_a_right_cited_answer_counts_everywhere() -> None:
    values = one(question(), answer(), source_text=lambda source: f"Item 4\n\n{QUOTE}.")
    ones = {"hit@1", "hit@5", "hit@10", "mrr@10", "ndcg@10", "answer_correct", "markers", "trust"}
    ones |= {"answer_correct_40", "citation_recall", "citation_precision", "verbatim"}
    assert {name for name in METRICS if values[name] == 1.0} == ones
    assert values["mean_words"] == 4
    assert values["p50_ms"] == values["p95_ms"] == 20
    assert values["ece"] == pytest.approx(0.2)
    assert values["abstain_tpr"] is values["twins"] is values["auc_right"] is None


def test_every_group_has_to_be_in_the_first_120_words_of_the_answer() -> None:
    assert one(question(), answer(text="£5000 [1]"))["answer_correct"] == 0
    late = "word " * 119
    assert one(question(), answer(text=f"shelter {late}£5000 [1]"))["answer_correct"] == 0
    assert one(question(), answer(text=f"shelter {late[5:]}£5000 [1]"))["answer_correct"] == 1


def test_markers_are_neither_words_nor_numbers_of_the_answer() -> None:
    asked = question(answers=(("1",),))
    assert one(asked, answer(text="Several were bought [1]."))["answer_correct"] == 0
    assert one(asked, answer(text="Several were bought [1]."))["mean_words"] == 3


def test_the_first_forty_words_count_only_for_short_answer_types() -> None:
    text = "shelter " + "word " * 39 + "£5000 [1]"
    assert one(question(), answer(text=text))["answer_correct_40"] == 0
    assert one(question(type="reason"), answer(text=text))["answer_correct_40"] is None


def test_a_declined_answerable_question_counts_nothing_right_and_costs_no_trust() -> None:
    values = one(question(), answer(text=None))
    assert values["answer_correct"] == values["citation_recall"] == values["trust"] == 0
    assert values["abstain_fpr"] == 1
    assert values["citation_precision"] is values["mean_words"] is values["ece"] is None


def test_a_right_answer_without_its_citation_costs_trust() -> None:
    values = one(question(), answer(citations=[cite(source="b.md")]))
    assert values["answer_correct"] == 1
    assert values["citation_recall"] == 0
    assert values["trust"] == -1


def test_only_across_meetings_is_all_evidence_needed() -> None:
    evidence = (
        Evidence("a.md", QUOTE, "4"),
        Evidence("b.md", "the grant was refused outright", "2"),
    )
    several = question(type="cross_meeting", evidence=evidence)
    assert one(several, answer())["citation_recall"] == 0.5
    assert one(question(evidence=evidence), answer())["citation_recall"] == 1


def test_a_citation_is_precise_when_it_leads_to_the_evidence_or_quotes_an_answer() -> None:
    useless = cite(2, source="b.md", quote="Apologies were noted")
    useful = cite(3, source="b.md", quote="grant of £5,000")
    given = answer(citations=[cite(), useless, useful])
    assert one(question(), given)["citation_precision"] == pytest.approx(2 / 3)
    assert one(question(), answer(citations=[]))["citation_precision"] == 0


@pytest.mark.parametrize(
    ("text", "markers", "match"),
    [
        ("A [1]. B [2].", [1, 2], 1),
        ("A [1]. B [1].", [1], 1),
        ("A [1].", [1, 2], 0),
        ("A [1]. B [2].", [1], 0),
        ("A [1].", [1, 1], 0),
        ("In [2014] it was so.", [], 1),
    ],
)
def test_markers_and_citations_match_one_to_one(text: str, markers: list[int], match: int) -> None:
    given = answer(text=text, citations=[cite(marker) for marker in markers])
    assert one(question(), given)["markers"] == match


def test_a_quote_is_verbatim_white_space_apart_and_never_without_its_source() -> None:
    texts = {"a.md": "One  two\nthree.", "b.md": "One two."}
    given = answer(
        citations=[
            cite(1, quote="One two three"),
            cite(2, quote="one two"),
            cite(3, quote="One two", source="gone.md"),
            cite(4, quote=" "),
        ]
    )
    assert one(question(), given, source_text=texts.get)["verbatim"] == 0.25
    assert one(question(), given)["verbatim"] is None


# Retrieval, through ir-measures


def test_retrieval_figures_are_those_worked_out_by_hand() -> None:
    values = one(question(), answer(retrieved=found("x", "y", QUOTE, "z")))
    assert (values["hit@1"], values["hit@5"], values["hit@10"]) == (0, 1, 1)
    assert values["mrr@10"] == pytest.approx(1 / 3)
    assert values["ndcg@10"] == pytest.approx(1 / np.log2(4))


def test_evidence_that_is_needed_and_not_found_lowers_ndcg() -> None:
    evidence = (
        Evidence("a.md", QUOTE, "4"),
        Evidence("b.md", "the grant was refused outright", "2"),
    )
    several = question(type="cross_meeting", evidence=evidence)
    ideal = 1 + 1 / np.log2(3)
    assert one(several, answer())["ndcg@10"] == pytest.approx(1 / ideal)
    assert one(question(evidence=evidence), answer())["ndcg@10"] == 1


def test_a_passage_after_the_tenth_and_an_empty_result_are_misses() -> None:
    for retrieved in (found(*"abcdefghij", QUOTE), []):
        values = one(question(), answer(retrieved=retrieved))
        assert values["hit@10"] == values["mrr@10"] == values["ndcg@10"] == 0


@settings(deadline=None, max_examples=30)
@given(st.lists(st.booleans(), max_size=15))
def test_hit_and_reciprocal_rank_always_follow_from_the_first_relevant_rank(
    places: list[bool],
) -> None:
    retrieved = found(*(QUOTE if place else "other text" for place in places))
    values = one(question(), answer(retrieved=retrieved))
    first = places.index(True) + 1 if True in places else 99
    assert [values[f"hit@{k}"] for k in (1, 5, 10)] == [first <= k for k in (1, 5, 10)]
    assert values["mrr@10"] == pytest.approx(1 / first if first <= 10 else 0)


# Many questions


def test_trust_abstention_and_twins_over_a_set() -> None:
    asked = [
        question("right"),
        question("wrong"),
        question("silent"),
        question("twin right", "unanswerable", note="twin of right: another year"),
        question("twin wrong", "unanswerable", note="twin of wrong: another year"),
        question("alone", "unanswerable"),
    ]
    given = [
        answer("right"),
        answer("wrong", "£50 [1]"),
        answer("silent", None),
        answer("twin right", None),
        answer("twin wrong", None),
        answer("alone", "Yes [1]"),
    ]
    scored = score(asked, list(reversed(given)))
    assert scored.metrics["trust"] == pytest.approx((1 - 1 + 0 + 1 + 1 - 1) / 6)
    assert scored.metrics["always_decline"] == 0.5
    assert scored.metrics["abstain_tpr"] == pytest.approx(2 / 3)
    assert scored.metrics["abstain_fpr"] == pytest.approx(1 / 3)
    assert scored.metrics["twins"] == 0.5
    assert scored.by_type["unanswerable"]["trust"] == pytest.approx(1 / 3)
    failures = [row.failure for row in scored.rows]
    assert failures == [
        None,
        "wrong sentence",
        "declined wrongly",
        None,
        None,
        "should have declined",
    ]


@pytest.mark.parametrize(
    ("given", "failure"),
    [
        (answer(citations=[cite(source="b.md")]), "right words, wrong citation"),
        (answer(text="£50 [1]", retrieved=[], citations=[cite(source="b.md")]), "not retrieved"),
        (answer(text=None, retrieved=[]), "not retrieved"),
        (answer(text="£50 [1]", citations=[cite(source="b.md")]), "retrieved but not chosen"),
    ],
)
def test_a_failure_is_given_its_first_cause(given: Any, failure: str) -> None:
    (row,) = score([question()], [given]).rows
    assert row.failure == failure


def test_a_question_without_an_answer_is_refused() -> None:
    with pytest.raises(WrongUse, match="1 questions have no answer, the first is q2"):
        score([question("q1"), question("q2")], [answer("q1")])


def answers_given(outcomes: list[tuple[float, bool]]) -> tuple[Row, ...]:
    """Rows of answers with their confidence, right or wrong."""
    asked = [question(f"q{number}") for number in range(len(outcomes))]
    given = [
        answer(one.id, "5000 shelter [1]" if good else "Nothing. [1]", confidence=sure)
        for one, (sure, good) in zip(asked, outcomes, strict=True)
    ]
    return score(asked, given).rows


def test_calibration_error_and_ranking_are_those_worked_out_by_hand() -> None:
    rows = answers_given([(0.95, True), (0.91, False), (0.55, True), (0.55, False), (1.0, True)])
    # top bin: mean confidence 2.86/3, two of three right; middle bin: 0.55 and one of two
    expected = (3 * abs(2.86 / 3 - 2 / 3) + 2 * abs(0.55 - 0.5)) / 5
    assert summarise(rows)["ece"] == pytest.approx(expected)
    # pairs: 0.95>0.91, 0.95>0.55, 0.55<0.91, 0.55=0.55, 1>0.91, 1>0.55
    assert summarise(rows)["auc_right"] == pytest.approx(4.5 / 6)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0.1, 0.35, 0.4, 0.8, 1.0]), st.booleans()),
        min_size=2,
        max_size=40,
    ).filter(lambda outcomes: len({good for _, good in outcomes}) == 2)
)
def test_ranking_by_confidence_is_always_the_area_that_scikit_learn_finds(
    outcomes: list[tuple[float, bool]],
) -> None:
    from sklearn.metrics import roc_auc_score

    found = summarise(answers_given(outcomes))["auc_right"]
    sure, good = zip(*outcomes, strict=True)
    assert found == pytest.approx(roc_auc_score(good, sure))


@settings(deadline=None, max_examples=20)
@given(st.lists(st.lists(st.booleans(), max_size=14), min_size=1, max_size=8))
def test_retrieval_figures_are_always_those_of_ir_measures(places: list[list[bool]]) -> None:
    import ir_measures

    asked = [question(f"q{number}") for number in range(len(places))]
    given = [
        answer(one.id, retrieved=found(*(QUOTE if hit else "other text" for hit in hits)))
        for one, hits in zip(asked, places, strict=True)
    ]
    qrels, run = [], []
    for number, hits in enumerate(places):
        for rank, hit in enumerate(hits):
            run.append(ir_measures.ScoredDoc(f"q{number}", f"d{rank:02}", 1 / (rank + 1)))
            qrels.append(ir_measures.Qrel(f"q{number}", f"d{rank:02}", int(hit)))
        if not any(hits):
            qrels.append(ir_measures.Qrel(f"q{number}", "never found", 1))
    wanted = {
        "hit@1": ir_measures.Success @ 1,
        "hit@5": ir_measures.Success @ 5,
        "hit@10": ir_measures.Success @ 10,
        "mrr@10": ir_measures.RR @ 10,
        "ndcg@10": ir_measures.nDCG @ 10,
    }
    expected = ir_measures.calc_aggregate(list(wanted.values()), qrels, run)
    metrics = score(asked, given).metrics
    for name, measure in wanted.items():
        assert metrics[name] == pytest.approx(expected[measure]), name


def test_the_confidence_of_declined_questions_does_not_count() -> None:
    asked = [question("a"), question("b")]
    given = [answer("a", confidence=1.0), answer("b", None, confidence=0.0)]
    assert score(asked, given).metrics["ece"] == 0


@settings(deadline=None, max_examples=20)
@given(st.lists(st.booleans(), min_size=2, max_size=30))
def test_an_interval_always_holds_its_figure_and_stays_the_same(outcomes: list[bool]) -> None:
    asked = [question(f"q{number}") for number in range(len(outcomes))]
    given = [
        answer(one.id, "£5000 shelter [1]" if good else None)
        for one, good in zip(asked, outcomes, strict=True)
    ]
    rows = score(asked, given).rows
    low, high = bootstrap(rows, 200)["trust"] or (2, 2)
    share = summarise(rows)["trust"]
    assert share is not None
    assert low <= share + 1e-9 and share - 1e-9 <= high
    assert bootstrap(rows, 200) == bootstrap(rows, 200)


def test_the_interval_of_a_share_is_about_that_of_theory() -> None:
    asked = [question(f"q{number}") for number in range(400)]
    given = [answer(one.id, None if n % 2 else "5000 shelter [1]") for n, one in enumerate(asked)]
    low, high = score(asked, given).intervals["answer_correct"] or (0, 0)
    assert (low, high) == pytest.approx((0.451, 0.549), abs=0.01)
