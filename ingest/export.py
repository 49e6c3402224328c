"""The default model as a PyTorch module and as ONNX, in float32 and int8."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ingest.calibration import sample_passages

Feed = dict[str, npt.NDArray[np.int64]]  # the inputs of one run of an ONNX model, by name

# A channel of the second feed-forward product's input that grows beyond this in the sample is
# divided down to it, and its weights multiplied up (Xiao et al. 2023, SmoothQuant): some channels
# of the first layers grow five times as large as all others, and in eight bits these would leave
# the others no steps. With the products of three layers left in float32 instead, int8 was 1.84
# times as fast as float32 at a cosine of 0.9958 (least 0.987); this way it is 2.16 times as fast at
# 0.9949 (least 0.992). 64 passages of parish minutes, AVX512-BF16, November 2026;
# python -m eval.bench_embedding.
LARGEST_INPUT = 5.0


class Encoder(torch.nn.Module):
    """Transformer, mean over the pieces that are not padding, and division by the length."""

    def __init__(self, folder: Path, dtype: torch.dtype, attention: str) -> None:
        super().__init__()
        from transformers import AutoModel
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        self.transformer: Any = AutoModel.from_pretrained(
            str(folder), dtype=dtype, attn_implementation=attention, local_files_only=True
        )

    def forward(self, pieces: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden = self.transformer(
            input_ids=pieces, attention_mask=mask, token_type_ids=torch.zeros_like(pieces)
        ).last_hidden_state.float()
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1)


def load_encoder(folder: Path, precision: str) -> Encoder:
    """The module to run, in "float32" or "bfloat16"."""
    encoder = Encoder(folder, getattr(torch, precision), "sdpa")
    encoder.eval()
    return encoder


def export_onnx(folder: Path, target: Path) -> None:
    """Write float32.onnx and int8.onnx to `target`."""
    encoder = Encoder(folder, torch.float32, "eager").eval()
    batch = torch.export.Dim("batch", min=1, max=4096)
    length = torch.export.Dim("length", min=2, max=256)
    pieces = torch.randint(1000, 2000, (3, 17))
    shape = {0: batch, 1: length}
    with quiet():
        torch.onnx.export(
            encoder,
            (pieces, torch.ones_like(pieces)),
            str(target / "float32.onnx"),
            dynamo=True,
            input_names=["pieces", "mask"],
            output_names=["vectors"],
            dynamic_shapes={"pieces": shape, "mask": shape},
            external_data=False,
            verbose=False,
        )
    quantize(target / "float32.onnx", target / "int8.onnx", _feeds(folder))


def quantize_default(target: Path, reduce_range: bool) -> None:
    """Write int8.onnx beside float32.onnx anew, with weights of 7 bits where asked."""
    from ingest.embedding import default_model

    feeds = _feeds(default_model())
    quantize(target / "float32.onnx", target / "int8.onnx", feeds, reduce_range)


def _feeds(folder: Path) -> list[Feed]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    ids = [np.array([encoding.ids]) for encoding in tokenizer.encode_batch(sample_passages())]
    return [{"pieces": pieces, "mask": np.ones_like(pieces)} for pieces in ids]


def quantize(
    source: Path,
    target: Path,
    sample: list[Feed],
    reduce_range: bool = False,
    word_vectors: bool = False,
) -> None:
    """Write a model with weights of 8 bits per channel, 7 where asked.

    `sample` are inputs from which the largest value of each channel is taken. `word_vectors` puts
    the table of word vectors in 8 bits too, which makes the file smaller and nothing faster.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    _smooth(model, sample)
    smoothed = target.with_suffix(".smooth")
    onnx.save(model, str(smoothed))
    try:
        with quiet():
            quantize_dynamic(
                str(smoothed),
                str(target),
                op_types_to_quantize=["MatMul", "Gather"] if word_vectors else ["MatMul"],
                per_channel=True,
                reduce_range=reduce_range,
                weight_type=QuantType.QInt8,
            )
    finally:
        smoothed.unlink()


def _smooth(model: Any, sample: list[Feed]) -> None:
    """Divide the large channels of each second feed-forward product; changes the model."""
    import onnx
    import onnxruntime

    graph = model.graph
    weights = {one.name: one for one in graph.initializer}
    products = [
        node
        for node in graph.node
        if node.op_type == "MatMul"
        and (found := weights.get(node.input[1])) is not None
        and len(found.dims) == 2
        and found.dims[0] > found.dims[1]
    ]
    inputs = [node.input[0] for node in products]
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    for name in inputs:
        probe.graph.output.append(
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        )
    session = onnxruntime.InferenceSession(
        probe.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found_by_feed = [session.run(inputs, feed) for feed in sample]
    nodes = list(graph.node)
    for place, node in enumerate(products):
        largest = np.max([np.abs(found[place][0]).max(axis=0) for found in found_by_feed], axis=0)
        factor = np.maximum(1.0, largest / LARGEST_INPUT).astype(np.float32)
        array = onnx.numpy_helper.to_array(weights[node.input[1]])
        if len(factor) != len(array) or factor.max() == 1.0:
            continue
        divisor, scaled, divided = (f"{node.name}_{word}" for word in ("by", "scaled", "divided"))
        graph.initializer.extend(
            [
                onnx.numpy_helper.from_array(1 / factor, divisor),
                onnx.numpy_helper.from_array(array * factor[:, None], scaled),
            ]
        )
        graph.initializer.remove(weights[node.input[1]])
        division = onnx.helper.make_node("Mul", [node.input[0], divisor], [divided], divided)
        node.input[0], node.input[1] = divided, scaled
        nodes.insert(nodes.index(node), division)
    del graph.node[:]
    graph.node.extend(nodes)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the exporters' remarks, which a user can do nothing about."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", None)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
