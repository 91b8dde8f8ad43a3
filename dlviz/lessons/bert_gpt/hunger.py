"""How much text is enough: a transformer and an LSTM of like size on a sixteenth ... all of it, the same test lines.

Both write the next token; neither is told when to stop, so what is learnt by heart is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor, nn

from dlviz.data.pieces import PAD
from dlviz.lessons.bert_gpt.corpus import Corpus, corpus_of
from dlviz.lessons.bert_gpt.network import Recurrent, Stack
from dlviz.lessons.bert_gpt.training import Moment, new_network, new_optimizer, step, trimmed
from dlviz.models.transformer import causal

PARTS = (16, 8, 4, 2, 1)  # of the text that is learnt from
FEWEST = 4  # lines of a part
MEASURED = (24, 48)  # lines, of the learnt and of the others
KINDS = ("transformer", "lstm")


def amounts(corpus: Corpus) -> list[int]:
    """Lines of each part."""
    return [max(min(FEWEST, len(corpus.train)), len(corpus.train) // part) for part in PARTS]


def spread(rows: Int64[Tensor, "N T"], count: int) -> Int64[Tensor, "n T"]:
    """So many rows, evenly spaced: each smaller part is a like mixture."""
    return rows[torch.linspace(0, len(rows) - 1, min(count, len(rows))).long()]


def follow(network: nn.Module, inputs: Int64[Tensor, "B T"]) -> Tensor:
    """Logits of the next token, whoever says them, (B, T, V)."""
    if isinstance(network, Stack):
        return network(inputs, causal(inputs.shape[1]))[0]
    logits: Tensor = network(inputs)
    return logits


def loss_of(network: nn.Module, rows: Int64[Tensor, "B T"]) -> Tensor:
    """The mean loss of the next token."""
    rows = trimmed(rows)
    logits = follow(network, rows[:, :-1])
    return nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=PAD)


def networks_of(config: Any, corpus: Corpus) -> list[nn.Module]:
    """For each part a transformer, then for each an LSTM."""
    kinds = (
        lambda: new_network(config, corpus),
        lambda: Recurrent(len(corpus.pieces), int(config.width), config.layers),
    )
    made: list[nn.Module] = []
    for make in kinds:
        for _ in PARTS:
            torch.manual_seed(config.seed)
            made.append(make())
    return made


def moments(config: Any) -> Iterator[Moment]:
    """All ten learn, update by update, each from its part."""
    corpus = corpus_of(config)
    networks = networks_of(config, corpus)
    random = torch.Generator().manual_seed(config.seed)
    parts = [spread(corpus.train, count) for count in amounts(corpus)]
    optimizers = [new_optimizer(config, network) for network in networks]
    test, shown = spread(corpus.test, MEASURED[1]), set(config.moments())
    for update in range(config.updates + 1):
        if update in shown:
            loss = measured(networks, parts * len(KINDS), test)
            if not np.isfinite(loss).all():
                return
            nothing = np.zeros(0, np.float32)
            yield Moment(update, (), loss, nothing, np.zeros((0, 0), np.float32))
        drawn = [rows[torch.randint(len(rows), (config.batch_size,), generator=random)] for rows in parts]
        for network, optimizer, rows in zip(networks, optimizers, drawn * len(KINDS)):
            step(config, network, optimizer, loss_of(network, rows), update)


@torch.inference_mode()
def measured(networks: list[nn.Module], parts: list[Tensor], test: Tensor) -> np.ndarray:
    """The loss of each network on lines that it learns and on the test lines, (10, 2)."""
    losses = []
    for network, rows in zip(networks, parts):
        losses.append([float(loss_of(network, lines)) for lines in (spread(rows, MEASURED[0]), test)])
    return np.array(losses, np.float32)
