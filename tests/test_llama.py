from pathlib import Path

import pytest
from llama_index.core.schema import MetadataMode

from ingest.embedding import load_embedder
from ingest.llama import MinutesEmbedding, MinutesReader, PassageParser
from ingest.passages import embedded_text, make_passages
from ingest.read import read

MINUTES = """Minutes of the Parks Panel held on 2 July 2014 in the Village Hall

Present: Councillors Hart, Reed and Okafor

1. Apologies for absence

Apologies were received from Councillor Adeyemi.

2. Towpath lamps

The Panel received report FSD1234 on the lamps along the towpath.

RESOLVED: That the lamps be mended before the winter.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "parks.txt"
    path.write_text(MINUTES)
    return path


def test_the_reader_gives_one_document_for_each_item_with_its_metadata(file):
    documents = MinutesReader().load_data(file, council="Saltmarsh Town Council")
    lamps = documents[-1]
    assert [document.metadata["item"] for document in documents][-2:] == ["1", "2"]
    assert "RESOLVED" in lamps.text
    assert lamps.metadata["title"] == "Towpath lamps"
    assert lamps.metadata["date"] == "2014-07-02"
    assert lamps.metadata["source"] == "parks.txt"
    assert lamps.metadata["council"] == "Saltmarsh Town Council"
    assert lamps.metadata["references"] == "FSD1234"


def test_the_reader_takes_a_folder(file):
    assert len(MinutesReader().load_data(file.parent)) == len(MinutesReader().load_data(file))


def test_the_parser_makes_the_passages_of_the_index(file):
    nodes = PassageParser().get_nodes_from_documents(MinutesReader().load_data(file))
    (meeting,) = read(file, "parks.txt")
    passages = make_passages(meeting, "any", load_embedder().count_pieces)
    assert [node.text for node in nodes] == [passage.text for passage in passages]
    seen = [node.get_content(metadata_mode=MetadataMode.EMBED) for node in nodes]
    assert seen == [embedded_text(passage) for passage in passages]
    assert nodes[-1].metadata["heading"] == passages[-1].heading
    assert nodes[-1].metadata["body"] == "Parks Panel"
    assert "layout" not in nodes[-1].metadata


def test_nodes_point_to_their_document(file):
    documents = MinutesReader().load_data(file)
    nodes = PassageParser().get_nodes_from_documents(documents)
    assert nodes[-1].ref_doc_id == documents[-1].id_
    assert documents[-1].text[nodes[-1].start_char_idx : nodes[-1].end_char_idx] == nodes[-1].text


def test_the_embedding_agrees_with_the_embedder():
    embedding = MinutesEmbedding()
    vector = load_embedder().encode(["towpath lamps"])[0]
    assert embedding.model_name == "all-MiniLM-L6-v2"
    assert embedding.get_query_embedding("towpath lamps") == pytest.approx(vector.tolist())
    assert len(embedding.get_text_embedding_batch(["a", "b", "c"])) == 3
