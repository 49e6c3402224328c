"""The reader as a PyTorch module: MiniLM with four heads, for training and export only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import torch

from eval.reader_examples import SKIP
from eval.train_reader import WEIGHTS

HIDDEN = 384


class ReaderModel(torch.nn.Module):
    """Scores (batch, 3): relevant, answerable, supported; spans (batch, pieces, 2): start, end.

    A span that begins and ends at the first piece is no span (Devlin et al. 2019 on SQuAD 2.0).
    """

    def __init__(self, attention: str = "sdpa", dropout: float = 0.0) -> None:
        super().__init__()
        from transformers import AutoModel

        from ingest.embedding import default_model

        self.transformer = AutoModel.from_pretrained(
            str(default_model()),
            attn_implementation=attention,
            local_files_only=True,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
        )
        # The word vectors keep what they know of words that the training never shows.
        self.transformer.embeddings.requires_grad_(False)
        self.transformer.pooler = None
        self.score = torch.nn.Linear(2 * HIDDEN, 3)
        self.span = torch.nn.Linear(HIDDEN, 2)

    @classmethod
    def load(
        cls, folder: Path | None, attention: str = "sdpa", dropout: float = 0.0
    ) -> ReaderModel:
        """The weights in a folder or of an exported reader, a file that ends in `.onnx`.

        Without either they are those of all-MiniLM-L6-v2, with new heads.
        """
        model = cls(attention, dropout)
        if folder is not None and folder.suffix == ".onnx":
            state = model.state_dict()
            model.load_state_dict(state | exported_weights(folder, state))
        elif folder is not None:
            from safetensors.torch import load_file

            model.load_state_dict(load_file(str(folder / WEIGHTS)))
        return model

    @classmethod
    def average(cls, folders: Sequence[Path], attention: str = "sdpa") -> ReaderModel:
        """The mean of the weights in folders."""
        models = [cls.load(folder, attention) for folder in folders]
        states = [model.state_dict() for model in models]
        models[0].load_state_dict(
            {name: sum(state[name] for state in states) / len(states) for name in states[0]}
        )
        return models[0]

    def save(self, folder: Path) -> None:
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous() for name, value in self.state_dict().items()}
        save_file(state, str(folder / (WEIGHTS + ".new")))
        (folder / (WEIGHTS + ".new")).replace(folder / WEIGHTS)

    def forward(
        self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.transformer(
            input_ids=ids, token_type_ids=types, attention_mask=mask
        ).last_hidden_state
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        scores = self.score(torch.cat([hidden[:, 0], mean], dim=1))
        spans = self.span(hidden)
        # A span lies in the second text, or at the first piece; all else is out of reach.
        place = torch.arange(ids.shape[1], device=ids.device)
        allowed = ((types * mask) > 0) | (place == 0)
        return scores, spans.masked_fill(~allowed.unsqueeze(-1), -30.0)

    def loss(
        self,
        scores: torch.Tensor,
        spans: torch.Tensor,
        labels: torch.Tensor,
        places: torch.Tensor,
    ) -> torch.Tensor:
        """The sum over the heads of the mean loss of what is known; others count nothing."""
        total = scores.sum() * 0.0
        for head in range(3):
            known = labels[:, head] != SKIP
            if known.any():
                total = total + torch.nn.functional.binary_cross_entropy_with_logits(
                    scores[known, head], labels[known, head].float()
                )
        known = places[:, 0] != SKIP
        if known.any():
            for side in range(2):
                total = total + 0.5 * torch.nn.functional.cross_entropy(
                    spans[known, :, side], places[known, side]
                )
        return total


def exported_weights(path: Path, names: Collection[str]) -> dict[str, torch.Tensor]:
    """Those of the named weights that an exported reader holds, of 8 bits as what they stand for.

    Word vectors are left out: training leaves them as they were.
    """
    import onnx

    graph = onnx.load(str(path)).graph
    held = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    weights = {name: array for name, array in held.items() if name in names}
    followed_by = {name: node for node in reversed(graph.node) for name in node.input}
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        name = node.input[1].removesuffix("_quantized")
        product = held[node.input[1]].astype("float32") * held[f"{name}_scale"]
        if name.endswith("_scaled"):  # see `ingest.export.quantize`
            product *= held[f"{name.removesuffix('_scaled')}_by"][:, None]
        bias = None
        while bias is None:  # the bias that is added to it has the name of the layer
            node = followed_by[node.output[0]]
            bias = next((one for one in node.input if one.endswith(".bias")), None)
        weights[bias.removesuffix("bias") + "weight"] = product.T
    return {name: torch.tensor(array) for name, array in weights.items()}
