"""The page for bringing minutes in: upload or name a folder, watch, read the report, undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from assistant import bringing
from assistant.web import plain
from assistant.web.plain import Block, Part, block
from ingest import runs
from ingest.errors import IndexMissing, MinutesError, WrongUse
from ingest.index import Index
from ingest.runs import Run
from ingest.settings import Settings, load_settings
from ingest.uploads import UPLOADS

LOOK_S = 0.5  # between two looks at a run that goes on
COUNCIL = "Council, where the minutes do not name it"
SHOWN = 5  # ended runs
LONGEST_NAME = 200  # characters of a council
LONGEST_PATH = 1000


def show() -> None:
    """Lay the page out."""
    settings = load_settings()
    index = settings.index.absolute()
    st.title("Bring minutes in")
    plain.show(
        [
            block(
                "p",
                "Questions are answered meanwhile, and the new minutes are used as soon as they "
                "are read. This page can be closed or reloaded.",
                css="lead",
            )
        ],
        "about",
    )
    known = runs.load_runs(index)
    going = [run for run in known if not run.ended]
    for run in going:
        _watch(index, run.id)
    uploading, reading = st.tabs(["Upload files", "Folder on the server"])
    with uploading:
        _upload(index, settings)
    with reading:
        _folder(index, settings)
    ended = [run for run in known if run.ended]
    if ended:
        shown = st.session_state.get("runs_shown", SHOWN)
        st.header("What was brought in")
        for run in ended[:shown]:
            _report(index, run)
        if len(ended) > shown:
            st.button("Show all", on_click=lambda: st.session_state.update(runs_shown=runs.KEPT))


def _upload(index: Path, settings: Settings) -> None:
    turn = st.session_state.setdefault("uploads", 0)  # a new key empties the chooser
    with st.form(f"upload_{turn}", border=False):
        files = st.file_uploader(
            "Minutes as PDF, Word, web page, text, or a ZIP of them",
            accept_multiple_files=True,
            key=f"files_{turn}",
        )
        council = st.text_input(
            COUNCIL,
            max_chars=LONGEST_NAME,
            key=f"council_{turn}",
        )
        replace = st.checkbox("Replace earlier uploads of the same name", key=f"replace_{turn}")
        exempt = _exempt(settings, f"exempt_{turn}")
        if not st.form_submit_button("Bring in"):
            return
    if not files:
        plain.show([block("p", "Choose files first.", css="note")], "no_files")
        return
    runs.start_upload(
        index,
        [(file.name, file) for file in files],
        council=council.strip() or None,
        replace_same_name=replace,
        include_restricted=exempt,
    )
    st.session_state["uploads"] = turn + 1
    st.rerun()


def _folder(index: Path, settings: Settings) -> None:
    known = _collections(index)
    with st.form("folder", border=False):
        chosen = ""
        if known:
            chosen = st.selectbox("Read again", ["", *known], format_func=lambda n: n or "None")
        named = st.text_input("Another folder, by its path", max_chars=LONGEST_PATH)
        council = st.text_input(
            COUNCIL,
            max_chars=LONGEST_NAME,
            key="council_folder",
        )
        exempt = _exempt(settings, "exempt_folder")
        if not st.form_submit_button("Read the folder"):
            return
    try:
        if named.strip():
            host = st.get_option("server.address")
            path = bringing.may_read(Path(named.strip()), settings.folders, host)
            collection = None
        elif chosen:
            path, collection = known[chosen], chosen
        else:
            raise WrongUse("Choose or name a folder first.")
        runs.start_folder(
            index,
            path,
            collection=collection,
            council=council.strip() or None,
            include_restricted=exempt,
        )
    except MinutesError as error:
        plain.show([block("p", str(error), css="note")], "folder_problem")
        return
    st.rerun()


def _exempt(settings: Settings, key: str) -> bool:
    """Only who may read exempt items may have them kept."""
    return settings.restricted and st.checkbox("Keep exempt items too", key=key)


def _collections(index: Path) -> dict[str, Path]:
    try:
        opened = Index.open(index)
    except IndexMissing:
        return {}
    try:
        return {n: p for n, p in opened.folders().items() if n != UPLOADS and p.is_dir()}
    finally:
        opened.close()


@st.fragment(run_every=LOOK_S)
def _watch(index: Path, id: str) -> None:
    run = runs.load_run(index, id)
    if run is None or run.ended:
        st.rerun()
        return
    st.subheader("Under way")
    st.progress(run.done / run.total if run.total else 0.0)
    read = [_file(file) for file in reversed(run.files[-bringing.SHOWN :])]
    plain.show(
        [
            block("p", Part(bringing.headline(run), css="strong")),
            block("p", bringing.progress(run), css="meta"),
            *read,
        ],
        f"watch_{id}",
    )
    st.button("Stop", key=f"stop_{id}", on_click=runs.stop, args=(index, run))


def _file(file: runs.ReadFile) -> Block:
    said = f"could not be read: {file.reason}" if file.reason else "read"
    return block("p", f"{file.source}: {said}", css="file")


def _report(index: Path, run: Run) -> None:
    blocks = [
        block("h3", bringing.headline(run)),
        block("p", bringing.when(run), css="meta"),
        block("p", bringing.outcome(run)),
    ]
    for heading, entries in (("Could not be read", run.failed), ("Passed over", run.skipped)):
        blocks += [block("p", f"{heading}: {n}: {r}", css="note") for n, r in entries]
    blocks += [block("p", f"Note: {note}", css="note") for note in run.notes]
    if run.undone:
        blocks.append(block("p", "This was undone.", css="note"))
    name = bringing.headline(run)
    offered: dict[str, Callable[[Path, Run], object]] = {}
    if run.can_be_undone:
        offered["Undo"] = runs.start_undo
    if run.status == "died" and run.request.kind != "undo":
        offered |= {"Try again": runs.try_again, "Take back": runs.give_up}
    controls = [
        Part(word, css="action", press=word, label=f"{word}: {name}, {bringing.when(run)}")
        for word in offered
    ]
    blocks += [block("p", *controls)] if controls else []
    if pressed := plain.show(blocks, f"run_{run.id}"):
        offered[pressed](index, run)
        st.rerun()
