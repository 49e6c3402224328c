"""How good the answers are: runs that were kept, two of them compared, and sets of questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.web import plain
from assistant.web.citation import show_source
from assistant.web.opened import open_assistant
from assistant.web.plain import Block, Part, block
from assistant.wording import count
from ingest.errors import WrongUse

if TYPE_CHECKING:
    from eval.check import Checker
    from eval.metrics import Row
    from eval.report import Section
    from eval.run import Case, EvalResult, KeptRun, Step

RUNS, COMPARE, SETS = "Runs", "Compare two runs", "Question sets"
SHOWN = 20  # questions of a list at first
LONGEST = 1000  # characters of a field
PROPOSED = 40  # questions, unless somebody asks for another number
KIND_OF = {"open": "to be read", "accepted": "accepted", "rejected": "rejected"}


def show() -> None:
    """Lay the page out."""
    assistant = open_assistant()
    index = assistant.corpus.index.folder
    st.title("How good are the answers?")
    following = st.session_state.pop("evaluation_next", None)
    st.session_state.setdefault("evaluation_part", RUNS)
    if following:
        st.session_state["evaluation_part"] = following
    part = st.segmented_control("Show", [RUNS, COMPARE, SETS], key="evaluation_part")
    if part == SETS:
        _sets(index)
        return
    from eval.run import kept_runs

    runs = kept_runs(index)
    if not runs:
        _no_runs()
    elif part == COMPARE:
        _compare(runs)
    else:
        _run(runs)


def _no_runs() -> None:
    plain.show(
        [
            block("p", "Nobody has asked a whole set of questions of these minutes yet."),
            block("p", "Make a set under “Question sets” and ask it there, or in a terminal:"),
        ],
        "no_runs",
    )
    st.code("minutes eval QUESTIONS.jsonl", language=None)


@st.cache_resource(show_spinner="Reading the run …", max_entries=4)
def _load(path: Path, changed: float) -> EvalResult:
    from eval.run import load_run

    return load_run(path)


@st.cache_resource(show_spinner="Drawing …", max_entries=4)
def _drawn(path: Path, changed: float, _result: EvalResult) -> list[tuple[str, str]]:
    from eval.report import pictures

    return [(picture.svg(), picture.caption) for picture in pictures(_result)]


def _choose(label: str, runs: list[KeptRun], key: str, at: int = 0) -> KeptRun:
    by_path = {str(run.path): run for run in runs}
    names = list(by_path)
    if key == "run" and (new := st.session_state.pop("run_next", None)) in by_path:
        st.session_state[key] = new
    if st.session_state.get(key) not in (None, *names):
        del st.session_state[key]
    chosen = st.selectbox(
        label, names, min(at, len(names) - 1), format_func=lambda p: by_path[p].name, key=key
    )
    return by_path[chosen]


def _run(runs: list[KeptRun]) -> None:
    from eval.report import appendix, headlines, html, main_sections, markdown, opening

    chosen = _choose("Run", runs, "run")
    result = _load(chosen.path, chosen.changed)
    short = [["", "value", "of all, likely"]]
    short += [[one.says, one.value, one.detail] for one in headlines(result)]
    blocks = [block("p", text, css="lead") for text in opening(result)]
    plain.show([*blocks, *plain.table(short, text_columns=(2,))], "run_short")
    names = st.columns(3)
    stem = chosen.path.stem
    offered: tuple[tuple[str, Callable[[], str | bytes], str, str], ...] = (
        ("Report as a web page", partial(html, result), f"{stem}.html", "text/html"),
        ("Report as Markdown", partial(markdown, result), f"{stem}.md", "text/markdown"),
        ("The run as JSON", chosen.path.read_bytes, f"{stem}.json", "application/json"),
    )
    for column, (label, data, file, mime) in zip(names, offered, strict=True):
        column.download_button(label, data, file, mime, on_click="ignore", width="stretch")
    for number, one in enumerate(main_sections(result)):
        if one.pictures:
            _pictures(_drawn(chosen.path, chosen.changed, result), one)
        else:
            plain.show(_section(one), f"section_{number}")
    _failed(result, str(chosen.path))
    for number, one in enumerate(appendix(result)):
        plain.show(_section(one), f"appendix_{number}")


def _section(one: Section) -> list[Block]:
    return [
        block("h2", one.heading),
        *(block("p", note, css="meta") for note in one.notes),
        *(plain.table(one.table, one.text_columns) if one.table else []),
        *(block("li", point) for point in one.points),
    ]


def _pictures(drawn: list[tuple[str, str]], one: Section) -> None:
    plain.show([block("h2", one.heading)], "pictures")
    columns = st.columns(2)
    for number, (svg, caption) in enumerate(drawn):
        told = f"Plot: {caption.partition('?')[0]}"
        columns[number % 2].image(svg, caption=caption, alt=told, width="stretch")


def _failed(result: EvalResult, key: str) -> None:
    from eval.metrics import FAILURES
    from eval.report import failed

    causes = [cause for cause in FAILURES if any(r.failure == cause for _, r in failed(result))]
    heading = [block("h2", "Every question that was not handled rightly")]
    plain.show(heading if causes else [*heading, block("p", "None.")], "failed")
    if not causes:
        return
    cause = st.selectbox("Cause", ["", *causes], format_func=lambda c: c or "All causes")
    chosen = [(c, r) for c, r in failed(result) if cause in ("", r.failure)]
    upto = SHOWN if st.session_state.get("failed_of") != (key, cause) else len(chosen)
    blocks = [one for case, row in chosen[:upto] for one in _case(result, case, row)]
    if pressed := plain.show(blocks, "failed_list"):
        case = next(case for case, _ in chosen if case.id == pressed)
        _open_evidence(case.evidence[0])
    if upto < len(chosen) and st.button(f"Show all {len(chosen)}"):
        st.session_state["failed_of"] = (key, cause)
        st.rerun()


def _case(result: EvalResult, case: Case, row: Row) -> list[Block]:
    from eval.report import citation_place, evidence_place, expected, found_at, given, opinion

    cited = [f"[{c['marker']}] {c['quote']} ({citation_place(c)})" for c in case.citations]
    stands = ", ".join(filter(None, (evidence_place(case), found_at(row))))
    lines = [
        block("h3", f"{case.question} "),
        block("p", Part(str(row.failure), css="tag strong"), Part(case.id, css="meta")),
        block("p", f"Expected: {expected(case)}"),
        block("p", f"Given: {given(case, row)}"),
        *(block("p", text, css="meta") for text in cited),
    ]
    if thought := opinion(result, case.id):
        lines.append(block("p", f"A model's opinion: {thought}", css="meta"))
    if case.evidence:
        opens = Part("Open", css="action", press=case.id, label=f"Open the minutes: {stands}")
        lines.append(block("p", Part(f"It stands in {stands} ", css="meta"), opens))
    return lines


def _open_evidence(evidence: Mapping[str, Any]) -> None:
    from eval.sources import find_item

    found = find_item(open_assistant().corpus.index, evidence["source"], evidence["quote"])
    if found:
        show_source(*found, evidence["quote"])
    else:
        st.warning("The minutes in the index no longer hold these words.")


def _compare(runs: list[KeptRun]) -> None:
    from eval.run import compared
    from eval.tables import comparison_table

    left, right = st.columns(2)
    with left:
        before = _choose("Before", runs, "before", 1)
    with right:
        after = _choose("After", runs, "after")
    old, new = _load(before.path, before.changed), _load(after.path, after.changed)
    try:
        result = compared(new, old)
    except WrongUse:
        plain.show([block("p", "These two runs have no question in common.", css="note")], "apart")
        return
    comparison = result.comparison
    assert comparison is not None
    questions = {case.id: case.question for case in (*old.cases, *new.cases)}
    notes = [block("p", text, css="note") for text in result.warnings]
    told = f"{count(comparison.questions, 'question')} stand in both runs."
    lists = [
        one
        for name, ids in (
            ("Right now, and not before", comparison.gained),
            ("Right before, and not now", comparison.lost),
        )
        for one in (
            block("h2", f"{name}: {len(ids)}"),
            *(block("li", f"{id}: {questions.get(id, '')}") for id in ids),
        )
    ]
    star = "A star: the difference is more than chance makes (p < 0.05)."
    plain.show(
        [
            block("p", told, css="lead"),
            *notes,
            *plain.table(comparison_table(comparison)),
            block("p", star, css="meta"),
            *lists,
        ],
        "comparison",
    )


def _sets(index: Path) -> None:
    from eval import review

    names = review.set_names(index)
    name = None
    if names:
        if (made := st.session_state.pop("set_made", None)) in names:
            st.session_state["set"] = made
        name = st.selectbox("Question set", names, key="set")
    with st.expander("Propose questions, take feedback over, or bring a file", expanded=not names):
        _new_set(index, names)
    if name:
        _set(index, name)


def _new_set(index: Path, names: list[str]) -> None:
    from eval import review

    with st.form("new_set", border=False):
        name = st.text_input("Name of the set", names[0] if names else "questions", max_chars=60)
        how_many = st.number_input("How many to propose", 2, 500, PROPOSED, step=10)
        file = st.file_uploader("A question set as JSON Lines", type=["jsonl"])
        columns = st.columns(3)
        propose = columns[0].form_submit_button("Propose from the minutes", type="primary")
        said = columns[1].form_submit_button("Take feedback over")
        upload = columns[2].form_submit_button("Bring the file")
    if not (propose or said or upload):
        return
    try:
        if propose:
            with st.spinner("Reading the minutes …"):
                new = review.proposals(index, int(how_many))
        elif said:
            new = review.said_by_users(index)
        elif file is None:
            raise WrongUse("Choose a file first.")
        else:
            new = review.read_entries(file.getvalue().decode("utf-8", "replace"))
        added = review.add_entries(index, name.strip(), new)
    except WrongUse as error:
        plain.show([block("p", str(error), css="note")], "set_problem")
        return
    st.session_state["set_made"] = name.strip()
    st.session_state["set_told"] = f"{count(added, 'question')} added to “{name.strip()}”."
    st.rerun()


def _set(index: Path, name: str) -> None:
    from eval import review

    entries = review.load_entries(index, name)
    numbers = review.counts(entries)
    told = ", ".join(f"{number} {KIND_OF[state]}" for state, number in numbers.items())
    blocks = [block("p", f"{count(len(entries), 'question')}: {told}.", css="lead")]
    if said := st.session_state.pop("set_told", None):
        blocks.append(block("p", said, css="note"))
    plain.show(blocks, "set_counts", live=True)
    _on_set(index, name, entries, numbers["accepted"])
    states = ["open", "accepted", "rejected"]
    state = st.radio("List", states, format_func=KIND_OF.__getitem__, horizontal=True, key="state")
    listed = [entry for entry in entries if entry[review.STATE] == state]
    if not listed:
        plain.show([block("p", "There is none.", css="meta")], "none_listed")
        return
    by_id = {entry["id"]: entry for entry in listed}
    if st.session_state.get("entry") not in by_id:
        st.session_state["entry"] = next(iter(by_id))
    chosen = st.selectbox(
        "Question",
        list(by_id),
        format_func=lambda id: f"{id}: {by_id[id]['question']}",
        key="entry",
    )
    _entry(index, name, by_id[chosen], review.evidence_of(by_id[chosen], entries))


def _on_set(index: Path, name: str, entries: list[dict[str, Any]], accepted: int) -> None:
    from eval import review

    path = review.finished_path(index, name)
    columns = st.columns(3)
    checks = columns[0].button("Check the questions", width="stretch")
    asks = columns[1].button("Ask the accepted", width="stretch", disabled=not accepted)
    columns[2].download_button(
        "Download the accepted",
        partial(review.finished_text, entries),
        f"{name}.jsonl",
        "application/jsonl",
        on_click="ignore",
        width="stretch",
        disabled=not accepted,
    )
    if accepted:
        plain.show([block("p", f"The accepted questions lie in {path}", css="file")], "set_path")
    if checks:
        _check(entries)
    if asks:
        _ask(index, path)


def _check(entries: list[dict[str, Any]]) -> None:
    from eval import review
    from eval.check import check_entries

    with st.spinner("Holding the questions against the minutes …"):
        left = [entry for entry in entries if entry[review.STATE] != review.REJECTED]
        problems = check_entries(left, _checker())
    blocks = [
        block(
            "li",
            Part(p.id, css="tag strong"),
            Part(f"{'' if p.sure else 'perhaps '}{p.kind}: {p.text}"),
        )
        for p in problems
    ]
    told = f"{count(len(problems), 'problem')} found." if problems else "No problem was found."
    plain.show([block("p", told, css="lead"), *blocks], "problems", live=True)


def _checker() -> Checker:
    index = open_assistant().corpus.index
    checker: Checker = _held_checker(str(index.folder), index.generation, index)
    return checker


@st.cache_resource(show_spinner=False, max_entries=1)
def _held_checker(folder: str, generation: int, _index: Any) -> Checker:
    from eval.check import Checker

    return Checker(_index)


def _ask(index: Path, path: Path) -> None:
    from eval.run import evaluate

    bar = st.progress(0.0)

    def progress(step: Step) -> None:
        left = round((step.total - step.done) / step.rate)
        bar.progress(step.done / step.total, f"{step.done} of {step.total}, {left} s left")

    result = evaluate(
        path, index, as_of=date.today(), progress=progress, assistant=open_assistant()
    )
    st.session_state["run_next"] = str(result.path)
    st.session_state["evaluation_next"] = RUNS
    st.rerun()


def _entry(index: Path, name: str, entry: dict[str, Any], look_at: list[Mapping[str, Any]]) -> None:
    from eval import review
    from eval.questions import TYPES

    id = entry["id"]
    evidence = entry.get("evidence") or [{"source": "", "item": "", "title": "", "quote": ""}]
    with st.form(f"entry_{name}_{id}"):
        kinds = list(TYPES)
        kind = entry.get("type")
        kind = st.selectbox("Kind", kinds, kinds.index(kind) if kind in kinds else 0)
        question = st.text_area("Question", entry["question"], max_chars=LONGEST, height=80)
        answers = st.text_area(
            "A right answer holds one alternative of every line (alternatives parted by | )",
            review.answers_text(entry),
            max_chars=LONGEST,
            height=80,
        )
        fields = []
        for number, one in enumerate(evidence):
            place = st.columns([2, 1, 2])
            fields.append(
                {
                    "source": place[0].text_input(
                        "Source", one["source"], key=f"source_{id}_{number}"
                    ),
                    "item": place[1].text_input("Item", one["item"], key=f"item_{id}_{number}"),
                    "title": place[2].text_input("Title", one["title"], key=f"title_{id}_{number}"),
                    "quote": st.text_area(
                        "Quote, word for word", one["quote"], key=f"quote_{id}_{number}", height=100
                    ),
                }
            )
        note = st.text_input("Note", str(entry.get("note") or ""), max_chars=LONGEST)
        buttons = st.columns(4)
        accept = buttons[0].form_submit_button("Accept", type="primary", width="stretch")
        reject = buttons[1].form_submit_button("Reject", width="stretch")
        save = buttons[2].form_submit_button("Save for later", width="stretch")
        opens = buttons[3].form_submit_button(
            "Open the minutes", width="stretch", disabled=not look_at
        )
    if opens:
        _open_evidence(look_at[0])
    if not (accept or reject or save):
        return
    state = review.ACCEPTED if accept else review.REJECTED if reject else review.OPEN
    changed = review.edited(
        entry | {review.STATE: state},
        kind=kind,
        question=question,
        answers=answers,
        evidence=fields,
        note=note,
    )
    try:
        review.put_entry(index, name, changed)
    except WrongUse as error:
        plain.show([block("p", str(error), css="note")], "entry_problem")
        return
    st.session_state["set_told"] = f"{id} is {KIND_OF[state] if state != 'open' else 'saved'}."
    st.rerun()
