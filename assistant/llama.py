"""The assistant as LlamaIndex sees it: a retriever and a query engine over an index folder."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.answer_model import Citation, Retrieved
from assistant.assistant import RETRIEVED, Assistant


class MinutesRetriever(BaseRetriever):
    """The hybrid retrieval and the trained ranker; filters as `Assistant.search` takes them."""

    def __init__(self, assistant: Assistant, k: int = RETRIEVED, **filters: Any) -> None:
        super().__init__()
        self._assistant = assistant
        self._k = k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._assistant.search(query_bundle.query_str, self._k, **self._filters)
        return [NodeWithScore(node=_node(passage), score=passage.score) for passage in found]


class MinutesQueryEngine(CustomQueryEngine):
    """Answers with citations; `Response.metadata` is the answer in its documented JSON form."""

    assistant: Any  # an Assistant; pydantic cannot describe it

    def custom_query(self, query_str: str) -> Response:
        answer = self.assistant.ask(query_str)
        quoted = [_quoted(citation) for citation in answer.citations]
        cited = [NodeWithScore(node=node, score=answer.confidence) for node in quoted]
        return Response(answer.answer, source_nodes=cited, metadata=answer.as_json())


def _node(passage: Retrieved) -> TextNode:
    metadata = passage.as_json()
    del metadata["text"], metadata["score"]
    return TextNode(id_=passage.passage_id, text=passage.text, metadata=metadata)


def _quoted(citation: Citation) -> TextNode:
    metadata = citation.as_json()
    del metadata["quote"]
    return TextNode(text=citation.quote, metadata=metadata)
