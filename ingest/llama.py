"""The seams for users of LlamaIndex: a reader of minutes, a parser of passages, an embedding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser import NodeParser
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import (
    BaseNode,
    Document,
    MetadataMode,
    NodeRelationship,
    TextNode,
)

from ingest.embedding import Embedder, load_embedder
from ingest.model import Decision, Item, Meeting, Paragraph
from ingest.passages import make_passages
from ingest.read import SUFFIXES, read

# Metadata that only the parser needs; neither an embedding nor a language model sees it.
_LAYOUT = "layout"
_SHOWN = ("body", "date", "item", "title")


class MinutesReader(BaseReader):
    """Files of minutes as one Document for each item, and one for the front matter."""

    def lazy_load_data(
        self, path: Path | str, council: str | None = None, restricted: bool = False
    ) -> Iterable[Document]:
        """The items of a file, or of all minutes in a folder; exempt items only when asked for.

        Raises UnreadableSource for the first file that is not minutes.
        """
        path = Path(path)
        folder = path if path.is_dir() else path.parent
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.suffix.casefold() in SUFFIXES)
        for file in files:
            for ordinal, meeting in enumerate(read(file, file.relative_to(folder).as_posix())):
                known = replace(meeting, council=meeting.council or council)
                if known.front:
                    yield _document(known, ordinal, -1, None)
                for place, item in enumerate(known.items):
                    if restricted or not item.restricted:
                        yield _document(known, ordinal, place, item)


def _document(meeting: Meeting, ordinal: int, place: int, item: Item | None) -> Document:
    paragraphs = item.paragraphs if item else meeting.front
    layout = {
        "paragraphs": [[paragraph.text, paragraph.page] for paragraph in paragraphs],
        "decided": [decision.paragraph for decision in item.decisions] if item else [],
    }
    metadata = {
        "source": meeting.source,
        "council": meeting.council,
        "body": meeting.body,
        "date": meeting.date,
        "status": meeting.status,
        "language": meeting.language,
        "item": item.number if item else None,
        "title": item.title if item else "",
        "page": item.page if item else None,
        "url": (item.url if item else None) or meeting.url,
        "truncated": bool(item and item.truncated),
        "restricted": bool(item and item.restricted),
        "ocr": meeting.ocr,
        "references": ", ".join(item.references) if item else "",
        "place": place,
        _LAYOUT: json.dumps(layout),
    }
    hidden = [key for key in metadata if key not in _SHOWN]
    return Document(
        id_=f"{meeting.source}#{ordinal}.{place}",
        text="\n".join(paragraph.text for paragraph in paragraphs),
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden,
    )


class PassageParser(NodeParser):
    """The passages of documents of `MinutesReader`, each a TextNode under its heading line."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder | None = None, **fields: Any) -> None:
        super().__init__(**fields)
        self._embedder = embedder or load_embedder()

    @classmethod
    def class_name(cls) -> str:
        return "PassageParser"

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        return [passage for node in nodes for passage in self._passages(node)]

    def _passages(self, node: BaseNode) -> Iterable[TextNode]:
        known = node.metadata
        meeting = _parsed(node)
        model = self._embedder
        for passage in make_passages(meeting, node.node_id, model.count_pieces, model.max_pieces):
            metadata = {key: value for key, value in known.items() if key != _LAYOUT}
            metadata |= {"page": passage.page, "heading": passage.heading}
            hidden = [key for key in metadata if key != "heading"]
            yield TextNode(
                id_=passage.id,
                text=passage.text,
                metadata=metadata,
                excluded_embed_metadata_keys=hidden,
                excluded_llm_metadata_keys=hidden,
                metadata_template="{value}",
                text_template="{metadata_str}\n{content}",
                relationships={NodeRelationship.SOURCE: node.as_related_node_info()},
            )

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]
    ) -> list[BaseNode]:
        parsed = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node in parsed:  # the base class copies all metadata of the document
            node.metadata.pop(_LAYOUT, None)
        return parsed


def _parsed(node: BaseNode) -> Meeting:
    """The item of a document, alone in its meeting; any other text is one item of paragraphs."""
    known = node.metadata
    text = node.get_content(metadata_mode=MetadataMode.NONE)
    layout = json.loads(known.get(_LAYOUT, "{}"))
    pages = layout.get("paragraphs") or [[line, known.get("page")] for line in text.splitlines()]
    paragraphs = tuple(Paragraph(line, page) for line, page in pages)
    meeting = Meeting(
        source=known.get("source", ""),
        body=known.get("body"),
        date=known.get("date"),
        council=known.get("council"),
        items=(),
    )
    if known.get("place") == -1:
        return replace(meeting, front=paragraphs)
    decisions = tuple(
        Decision("resolved", "", paragraph=place) for place in layout.get("decided", ())
    )
    item = Item(
        number=known.get("item"),
        title=known.get("title") or "",
        paragraphs=paragraphs,
        page=known.get("page"),
        decisions=decisions,
    )
    return replace(meeting, items=(item,))


class MinutesEmbedding(BaseEmbedding):
    """The embedding model of the index, for any LlamaIndex pipeline."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder | None = None, **fields: Any) -> None:
        embedder = embedder or load_embedder()
        super().__init__(**{"model_name": embedder.name, **fields})
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        return "MinutesEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.encode(texts).tolist()
        return vectors
