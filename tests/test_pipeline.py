"""Ingestion: what is read again, what is taken out, and what a killed run leaves behind."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parish import ITEMS, write_minutes, write_year

from ingest.embedding import LEAST_COSINE
from ingest.errors import IndexLocked, IndexMissing, WrongModel, WrongUse
from ingest.index import Index
from ingest.lock import writing
from ingest.pipeline import Progress, ingest, remove
from ingest.worker import read_all

KILLED = 1 if os.name == "nt" else -9  # the status of a process that was killed


def words_of(folder: Path, *, restricted: bool = False) -> str:
    """All text that the index gives away."""
    index = Index.open(folder, restricted=restricted)
    text = " ".join(p.text for p in index.all_passages())
    for meeting in index.meetings():
        for item in index.items(meeting.id):
            text += f" {item.title} {item.decisions} {item.agenda}"
            text += " ".join(p.text for p in index.paragraphs(meeting.id, item.place))
    found = index.chroma_collection.get()
    text += " ".join(found["documents"]) + str(found["metadatas"])
    index.close()
    return text


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def village(tmp_path: Path) -> Path:
    folder = tmp_path / "village"
    write_minutes(folder)
    write_minutes(folder, "april.txt", day="1 April 2019", items=[("Ponds", "The pond is full.")])
    return folder


def test_unchanged_files_are_not_read_again_and_no_generation_is_written(
    village: Path, tmp_path: Path
) -> None:
    first = ingest([village], tmp_path / "index")
    assert (first.read, first.unchanged, first.generation) == (2, 0, 1)
    second = ingest([village], tmp_path / "index")
    assert (second.read, second.unchanged, second.generation) == (0, 2, 1)
    assert (second.meetings, second.items, second.passages) == (
        first.meetings,
        first.items,
        first.passages,
    )


def test_an_unchanged_run_imports_neither_chroma_nor_torch(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    code = (
        "import sys; from ingest.pipeline import ingest; ingest(sys.argv[1:2], sys.argv[2]);"
        "print(sorted({'torch', 'chromadb', 'transformers', 'onnxruntime'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(village), str(tmp_path / "index")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"


def test_a_changed_file_replaces_its_passages(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    write_minutes(village, "april.txt", day="1 April 2019", items=[("Ponds", "The pond is dry.")])
    report = ingest([village], tmp_path / "index")
    assert (report.read, report.changed, report.unchanged, report.removed) == (1, 1, 1, 0)
    text = words_of(tmp_path / "index")
    assert "The pond is dry." in text and "The pond is full." not in text
    assert "Harrow and Sons" in text


def test_a_file_missing_from_its_folder_is_taken_out_and_other_collections_stay(
    village: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write_minutes(other, body="Cawston Parish Council", items=[("Buses", "Bus 7 is late.")])
    ingest([village, other], tmp_path / "index")
    (village / "april.txt").unlink()
    report = ingest([village], tmp_path / "index")
    assert (report.removed, report.read) == (1, 0)
    text = words_of(tmp_path / "index")
    assert "The pond is full." not in text
    assert "Bus 7 is late." in text


def test_a_single_file_takes_nothing_else_out(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    (village / "april.txt").unlink()
    new = write_minutes(village, "may.txt", day="6 May 2019", items=[("Swings", "Two swings.")])
    report = ingest([new], tmp_path / "index")
    assert (report.read, report.removed) == (1, 0)
    with_all = {(s.collection, s.source) for s in Index.open(tmp_path / "index").sources()}
    assert with_all == {("village", n) for n in ("march.txt", "april.txt", "may.txt")}


def test_two_folders_of_one_name_are_not_mixed_up(village: Path, tmp_path: Path) -> None:
    twin = tmp_path / "elsewhere" / "village"
    write_minutes(twin, body="Cawston Parish Council", items=[("Buses", "Bus 7 is late.")])
    ingest([village], tmp_path / "index")
    with pytest.raises(WrongUse, match="--collection NAME"):
        ingest([twin], tmp_path / "index")
    with pytest.raises(WrongUse, match="--collection NAME"):
        ingest([village, twin], tmp_path / "second")
    ingest([twin], tmp_path / "index", collection="cawston")
    sources = Index.open(tmp_path / "index").sources()
    assert [(s.collection, s.source) for s in sources] == [
        ("cawston", "march.txt"),
        ("village", "april.txt"),
        ("village", "march.txt"),
    ]


def test_a_folder_that_has_moved_keeps_its_collection(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    moved = tmp_path / "archive" / "village"
    moved.parent.mkdir()
    village.rename(moved)
    report = ingest([moved], tmp_path / "index")
    assert (report.unchanged, report.removed) == (2, 0)
    assert "has moved" in report.warnings[0]


@pytest.mark.parametrize("what", ["missing", "empty", "pictures only"])
def test_a_path_without_minutes_is_refused_and_the_index_stays(
    what: str, village: Path, tmp_path: Path
) -> None:
    ingest([village], tmp_path / "index")
    folder = tmp_path / "nothing"
    if what != "missing":
        folder.mkdir()
    if what == "pictures only":
        (folder / "plan.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(WrongUse, match="nothing"):
        ingest([folder], tmp_path / "index")
    assert Index.open(tmp_path / "index").generation == 1


def test_each_file_passed_over_is_named_with_its_reason(
    village: Path, tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    (village / "plan.jpg").write_bytes(b"\xff\xd8")
    (village / "noise.txt").write_bytes(bytes(range(256)) * 40)
    (village / "broken.pdf").write_text("not a PDF")
    (village / ".hidden.txt").write_text("1. Secret\n\nNothing to see.")
    link(village / "gone.txt", tmp_path / "nowhere.txt")
    report = ingest([village], village / "index")
    assert report.read == 2
    assert [source for source, _ in report.failed] == ["broken.pdf", "gone.txt", "noise.txt"]
    assert all(reason for _, reason in report.failed)
    assert report.skipped == (("plan.jpg", ".jpg files are not read"),)
    again = ingest([village], village / "index")
    assert (again.generation, again.failed, again.skipped) == (1, report.failed, report.skipped)
    assert (again.read, again.unchanged) == (0, 2)
    assert Index.open(village / "index").failures() == list(report.failed)


def test_a_file_that_breaks_keeps_what_was_read_before(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    (village / "april.txt").write_bytes(bytes(range(256)) * 40)
    report = ingest([village], tmp_path / "index")
    assert [source for source, _ in report.failed] == ["april.txt"]
    assert "The pond is full." in words_of(tmp_path / "index")
    write_minutes(village, "april.txt", day="1 April 2019", items=[("Ponds", "The pond is dry.")])
    mended = ingest([village], tmp_path / "index")
    assert (mended.failed, mended.changed) == ((), 1)
    assert "The pond is full." not in words_of(tmp_path / "index")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_odd_names_survive(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    names = ["two\nlines.txt", "no\u00a0break.txt", "quote'\".txt", "50% ?#.txt"]
    for n, name in enumerate(names):
        write_minutes(folder, name, day=f"{n + 1} March 2019", items=[("Pond", f"Pond {n}.")])
    raw = os.fsencode(folder) + b"/caf\xe9.txt"
    write_minutes(folder, "plain.txt", day="9 March 2019")
    os.rename(folder / "plain.txt", raw)
    report = ingest([folder], tmp_path / "in dex?#%")
    assert (report.read, report.failed) == (5, ())
    index = Index.open(tmp_path / "in dex?#%")
    assert {s.source for s in index.sources()} == {*names, "caf\\xe9.txt"}
    index.close()
    assert remove(["caf\\xe9.txt", "two\nlines.txt"], tmp_path / "in dex?#%").meetings == 2


def test_folders_linked_in_a_circle_are_read_once(
    village: Path, tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    link(village / "self", village)
    assert ingest([village], tmp_path / "index").read == 2


def test_a_folder_that_cannot_be_opened_is_named_and_nothing_of_it_is_taken_out(
    village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_minutes(village / "old", "may.txt", day="6 May 2018", items=[("Swings", "Two swings.")])
    ingest([village], tmp_path / "index")
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("old"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    report = ingest([village], tmp_path / "index")
    assert report.failed == (("old/", "cannot be opened: Permission denied"),)
    assert "Two swings." in words_of(tmp_path / "index")
    monkeypatch.undo()
    assert ingest([village], tmp_path / "index").failed == ()
    assert Index.open(tmp_path / "index").failures() == []


def test_one_ingest_at_a_time(village: Path, tmp_path: Path) -> None:
    with (
        writing(tmp_path / "index"),
        pytest.raises(IndexLocked, match=f"process {os.getpid()}, started"),
    ):
        ingest([village], tmp_path / "index")
    assert ingest([village], tmp_path / "index").read == 2


def test_another_model_is_refused(
    village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest([village], tmp_path / "index")
    with pytest.raises(WrongModel, match="--rebuild"):
        ingest([village], tmp_path / "index", embed_model="another/model")
    monkeypatch.setenv("MINUTES_EMBED_MODEL", "a third")
    with pytest.raises(WrongModel, match="not with a third"):
        ingest([village], tmp_path / "index")
    assert Index.open(tmp_path / "index").generation == 1


def test_rebuild_reads_everything_again_and_keeps_other_collections(
    village: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write_minutes(other, body="Cawston Parish Council", items=[("Buses", "Bus 7 is late.")])
    first = ingest([village, other], tmp_path / "index")
    shutil.rmtree(other)
    report = ingest([village], tmp_path / "index", rebuild=True)
    assert (report.read, report.passages) == (2, first.passages)
    assert "Bus 7 is late." in words_of(tmp_path / "index")


def test_the_council_given_stands_where_the_minutes_name_none(
    village: Path, tmp_path: Path
) -> None:
    ingest([village], tmp_path / "index", council="Norfolk")
    assert {m.council for m in Index.open(tmp_path / "index").meetings()} == {"Norfolk"}
    assert ingest([village], tmp_path / "index").unchanged == 2
    assert ingest([village], tmp_path / "index", council="Suffolk").changed == 2
    assert {m.council for m in Index.open(tmp_path / "index").meetings()} == {"Suffolk"}


def test_progress_counts_every_file_and_every_passage(village: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    report = ingest([village], tmp_path / "index", progress=seen.append)
    read = [step for step in seen if step.stage == "read"]
    assert [(step.done, step.total) for step in read] == [(1, 2), (2, 2)]
    assert seen[-1].stage == "embed"
    assert (seen[-1].done, seen[-1].total) == (report.passages, report.passages)


def test_remove_leaves_no_trace_on_disk(village: Path, tmp_path: Path) -> None:
    secret = "The zibeline quagga was sold to Mr Oxenbridge."
    write_minutes(village, "sale.txt", day="3 June 2019", items=[("Sale", secret)])
    ingest([village], tmp_path / "index")
    write_minutes(village, "july.txt", day="1 July 2019", items=[("Pond", "It is deep.")])
    ingest([village], tmp_path / "index")
    assert b"zibeline" in bytes_of(tmp_path / "index")
    report = remove(["village/sale.txt", "nothing.txt"], tmp_path / "index")
    assert (report.removed, report.missing, report.meetings) == (("sale.txt",), ("nothing.txt",), 1)
    assert "still exist" in report.warnings[0]
    assert b"zibeline" not in bytes_of(tmp_path / "index")
    assert b"oxenbridge" not in bytes_of(tmp_path / "index").lower()
    assert "It is deep." in words_of(tmp_path / "index")


def test_remove_tells_what_it_could_not_delete(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    (tmp_path / "index" / "gen-held").write_text("not a folder", encoding="utf-8")
    (warning,) = remove(["april.txt"], tmp_path / "index").warnings[1:]
    assert "gen-held could not be deleted" in warning


def test_remove_refuses_what_is_unknown_or_ambiguous(village: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        remove(["march.txt"], tmp_path / "index")
    other = tmp_path / "other"
    write_minutes(other)
    ingest([village, other], tmp_path / "index")
    with pytest.raises(WrongUse, match=r"nothing\.txt"):
        remove(["nothing.txt"], tmp_path / "index")
    with pytest.raises(WrongUse, match=r"other/march\.txt or village/march\.txt"):
        remove(["march.txt"], tmp_path / "index")
    assert remove(["other/march.txt"], tmp_path / "index").removed == ("march.txt",)


def test_the_last_source_can_be_removed(tmp_path: Path) -> None:
    file = write_minutes(tmp_path / "village")
    ingest([file], tmp_path / "index")
    remove(["march.txt"], tmp_path / "index")
    index = Index.open(tmp_path / "index")
    assert (index.meetings(), index.passage_ids, index.sources()) == ([], [], [])
    assert index.bm25(["roof"]).shape == (0,)
    assert index.dense(np.ones(384, np.float32), 5) == []
    index.close()
    assert ingest([file], tmp_path / "index").read == 1


EXEMPT = ("Exempt information", "The depot goes to Bellweather for £91,000.")


def test_exempt_text_is_in_no_public_store(village: Path, tmp_path: Path) -> None:
    write_minutes(village, "depot.txt", day="3 June 2019", items=[ITEMS[0], EXEMPT])
    ingest([village], tmp_path / "index")
    assert b"Bellweather" not in bytes_of(tmp_path / "index")
    index = Index.open(tmp_path / "index", restricted=True)
    titles = [i.title for m in index.meetings() for i in index.items(m.id) if i.restricted]
    assert titles == [EXEMPT[0]]


def test_exempt_text_goes_to_a_store_of_its_own_when_asked_for(
    village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_minutes(village, "depot.txt", day="3 June 2019", items=[ITEMS[0], EXEMPT])
    ingest([village], tmp_path / "index")
    report = ingest([village], tmp_path / "index", include_restricted=True)
    assert report.read == 1
    public = next((tmp_path / "index").glob("gen-*2")) / "public"
    assert b"Bellweather" not in bytes_of(public)
    assert "Bellweather" not in words_of(tmp_path / "index")
    whole = words_of(tmp_path / "index", restricted=True)
    assert "Bellweather" in whole and "Harrow and Sons" in whole
    monkeypatch.setenv("MINUTES_RESTRICTED", "1")
    assert Index.open(tmp_path / "index").restricted
    assert ingest([village], tmp_path / "index", include_restricted=True).generation == 2
    write_minutes(village, "july.txt", day="1 July 2019", items=[("Pond", "It is deep.")])
    ingest([village], tmp_path / "index")
    later = words_of(tmp_path / "index", restricted=True)
    assert "Bellweather" in later and "It is deep." in later
    remove(["depot.txt"], tmp_path / "index")
    assert b"Bellweather" not in bytes_of(tmp_path / "index")


def test_the_same_meeting_in_several_files_is_linked(tmp_path: Path) -> None:
    folder = tmp_path / "twice"
    write_minutes(folder, "a.txt")
    write_minutes(folder, "copy of a.txt")
    write_minutes(folder, "reworded.txt", items=(*ITEMS[:2], ("Allotments", f"{ITEMS[2][1]} Yes.")))
    write_minutes(folder, "special.txt", items=[("Gas", "A pipe was laid in the north field.")])
    write_minutes(folder, "other.txt", day="5 May 2019", items=[("Bins", "Bins were emptied.")])
    ingest([folder], tmp_path / "index")
    also = {m.source: m.also for m in Index.open(tmp_path / "index").meetings()}
    assert also == {
        "a.txt": ("copy of a.txt", "reworded.txt"),
        "copy of a.txt": ("a.txt", "reworded.txt"),
        "reworded.txt": ("a.txt", "copy of a.txt"),
        "special.txt": (),
        "other.txt": (),
    }


def test_a_reader_that_crashes_or_hangs_costs_one_file(
    village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rigged = tmp_path / "rigged"
    rigged.mkdir()
    (rigged / "sitecustomize.py").write_text(
        "import sys\n"
        "if sys.argv[0] == '-m':\n"
        "    import os, time, ingest.read as reader\n"
        "    whole = reader.read\n"
        "    def read(path, source):\n"
        "        if source == 'crash.txt': os._exit(9)\n"
        "        if source == 'hang.txt': time.sleep(600)\n"
        "        return whole(path, source)\n"
        "    reader.read = read\n"
    )
    root = str(Path(__file__).resolve().parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(rigged), root]))
    sources = ["crash.txt", "march.txt", "hang.txt", "april.txt"]
    files = [(village / source, source) for source in sources]
    outcomes = {o.place: o for o in read_all(files, processes=1, limit_s=5)}
    assert "crashed" in (outcomes[0].reason or "")
    assert "longer than 5 seconds" in (outcomes[2].reason or "")
    assert outcomes[1].meetings and outcomes[3].meetings


def test_a_killed_ingest_loses_nothing_and_the_next_one_clears_up(tmp_path: Path) -> None:
    folder = tmp_path / "village"
    write_minutes(folder, items=[("Pond", "The first pond.")])
    ingest([folder], tmp_path / "index")
    write_year(folder, 12)
    code = "import sys; from ingest.pipeline import ingest; ingest(sys.argv[1:2], sys.argv[2])"
    command = [sys.executable, "-c", code, str(folder), str(tmp_path / "index")]
    chance = random.Random(7)
    kills = 0
    for _ in range(6):
        running = subprocess.Popen(command)
        stages = ("gen-000002.tmp", "gen-000002.tmp/public/chroma", "gen-000002.tmp/public/bm25")
        stage = tmp_path / "index" / chance.choice(stages)
        while running.poll() is None and not stage.exists():
            time.sleep(0.01)
        time.sleep(chance.random() * 0.1)
        running.kill()
        kills += running.wait() == KILLED
        index = Index.open(tmp_path / "index")
        if index.generation == 1:
            assert [p.text for p in index.all_passages()][-1].startswith("The first pond")
            assert index.dense(index.vectors(index.passage_ids[:1])[0], 1)
        index.close()
        if (tmp_path / "index" / "current").read_text() != "1":
            break
    assert kills
    report = ingest([folder], tmp_path / "index")
    assert report.meetings == 13
    assert not list((tmp_path / "index").glob("*.tmp"))


def test_a_reader_in_another_process_never_sees_half_an_update(tmp_path: Path) -> None:
    folder = tmp_path / "village"
    write_year(folder, 6)
    ingest([folder], tmp_path / "index")
    code = """
import sys, time
from pathlib import Path
from ingest.index import Index
folder, seen = Path(sys.argv[1]), set()
print("ready", flush=True)
while not (folder / "stop").exists():
    index = Index.open(folder)
    ids = index.passage_ids
    assert index.chroma_collection.count() == len(ids) == len(index.bm25(["pound"])), len(ids)
    assert sum(s.passages for s in index.sources()) == len(ids)
    assert [p.id for p in index.all_passages()] == ids
    assert index.dense(index.vectors(ids[-1:])[0], 1)[0][1] > 0.99
    seen.add(index.generation)
    index.close()
print(sorted(seen))
"""
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "index")], stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout
    assert reader.stdout.readline() == "ready\n"
    for n in range(4):
        write_minutes(folder, f"new{n}.txt", day=f"{n + 1} July 2020")
        ingest([folder], tmp_path / "index")
    time.sleep(0.5)
    (tmp_path / "index" / "stop").touch()
    out, _ = reader.communicate(timeout=60)
    assert reader.returncode == 0
    assert "5]" in out


def test_a_damaged_index_is_named(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    (tmp_path / "index" / "gen-000001" / "public" / "minutes.db").unlink()
    with pytest.raises(IndexMissing, match="damaged"):
        Index.open(tmp_path / "index")


def test_vectors_that_have_gone_are_made_again(village: Path, tmp_path: Path) -> None:
    ingest([village], tmp_path / "index")
    shutil.rmtree(tmp_path / "index" / "gen-000001" / "public" / "chroma")
    write_minutes(village, "may.txt", day="6 May 2019", items=[("Swings", "Two swings.")])
    report = ingest([village], tmp_path / "index")
    index = Index.open(tmp_path / "index")
    assert index.vectors(index.passage_ids).shape == (report.passages, 384)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rounds=st.lists(
        st.dictionaries(st.sampled_from("abcde"), st.integers(0, 3), min_size=1),
        min_size=2,
        max_size=4,
    )
)
def test_after_any_changes_the_index_is_that_of_a_fresh_ingest(
    rounds: list[dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    top = tmp_path_factory.mktemp("rounds")
    folder = top / "village"
    for state in rounds:
        shutil.rmtree(folder, ignore_errors=True)
        for name, version in state.items():
            day = f"{ord(name) - 96} March 2019"
            write_minutes(folder, f"{name}.txt", day=day, items=[("Pond", f"Depth {version} m.")])
        ingest([folder], top / "index")
    ingest([folder], top / "fresh")
    old, new = Index.open(top / "index"), Index.open(top / "fresh")
    assert set(old.passage_ids) == set(new.passage_ids)
    # In bfloat16 the company of a batch shows in the fourth decimal.
    alike = (old.vectors(new.passage_ids) * new.vectors(new.passage_ids)).sum(axis=1)
    # In eight bits a vector leans a little on what is embedded beside it.
    assert (alike > LEAST_COSINE).all()
    assert [s.source for s in old.sources()] == [s.source for s in new.sources()]
    old.close()
    new.close()


def test_real_minutes_of_two_kinds_are_ingested(shared: Path, tmp_path: Path) -> None:
    data = shared / "data"
    report = ingest([data / "bromley-seed", data / "kingston-moderngov"], tmp_path / "index")
    assert report.read >= 2
    index = Index.open(tmp_path / "index")
    items = [item for meeting in index.meetings() for item in index.items(meeting.id)]
    assert any(item.number == "13" and "ED15073" in item.references for item in items)
    assert any("Hearing Impairment" in passage.text for passage in index.all_passages())
    with sqlite3.connect(tmp_path / "index" / "gen-000001" / "public" / "minutes.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
