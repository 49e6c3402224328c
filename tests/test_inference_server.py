"""An actual inference server with a tiny model of random weights, whose babble is never shown."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.llm import complete, load_llm
from ingest.settings import Settings

QUESTION = "What did Cabinet decide about the market place closure?"
PATIENCE_S = 300


def make_babbler(folder: Path) -> None:
    """Write a language model of two layers that nobody trained."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from ingest.embedding import default_model

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(default_model() / "tokenizer.json"),
        bos_token="[CLS]",
        eos_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
    )
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
    )
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=8192,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=None,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of `transformers serve` and the name of its model."""
    for package in ("fastapi", "accelerate"):
        pytest.importorskip(package, reason='needs `pip install -c constraints.txt ".[serving]"`')
    folder = tmp_path_factory.mktemp("babbler")
    make_babbler(folder / "model")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = "from transformers.cli.transformers import main; main()"
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", start, "serve", str(folder / "model"), *options],
            env={**os.environ, "HF_HOME": str(folder / "home")},
            stdout=log,
            stderr=log,
        )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(PATIENCE_S):
            try:
                opener.open(f"http://127.0.0.1:{port}/health", timeout=2).read()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(1)
        yield f"http://127.0.0.1:{port}/v1", str(folder / "model")
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.timeout(900)
def test_the_babble_of_a_real_server_never_reaches_the_user(
    server: tuple[str, str], sample_index: Path
) -> None:
    url, model = server
    settings = Settings(llm=f"openai-like/{model}", llm_url=url, llm_seconds=PATIENCE_S)
    llm = load_llm(settings)
    assert llm is not None
    babble = complete(llm, [("user", "Who opened the bridge?")], PATIENCE_S)
    assert len(babble.split()) > 20  # it streams, and writes something
    assistant = Assistant(sample_index)
    quoted = assistant.ask(QUESTION, as_of=date(2025, 6, 1))
    assistant.llm, assistant._settings = llm, settings
    shown: list[str] = []
    answer = assistant.ask(QUESTION, as_of=date(2025, 6, 1), show=shown.append)
    assert shown == [] and answer.mode == "extractive"
    assert (answer.answer, answer.citations) == (quoted.answer, quoted.citations)
    assert "These are quotations" in answer.warnings[-1]
    assert "too long" not in answer.warnings[-1]  # it was read to its end
