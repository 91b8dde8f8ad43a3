"""What the presets of BERT and GPT promise of amounts: of words that are hidden, and of text."""

from __future__ import annotations

import numpy as np

from dlviz.lessons.bert_gpt import experiment
from dlviz.lessons.bert_gpt.presets import PRESETS
from dlviz.recording import record


def test_the_papers_share_teaches_less_in_an_update() -> None:
    config = PRESETS["fifteen"][0]
    few, many = (record(experiment, config.model_copy(update={"masked": share})) for share in (0.15, 0.3))
    assert few[-1].loss[0, 1] > many[-1].loss[0, 1] + 0.05


def test_more_text_lowers_the_lowest_test_loss_and_little_text_is_learnt_by_heart() -> None:
    loss = record(experiment, PRESETS["hunger"][0]).track("loss")  # (T, 10, 2)
    for kind in (slice(None, 5), slice(5, None)):
        lowest = loss[:, kind, 1].min(axis=0)
        assert (np.diff(lowest) < 0).all()
        assert loss[-1, kind, 0].argmin() == 0
        assert loss[-1, kind, 1][0] > lowest[0] + 1
    assert loss[:, 4, 1].min() > loss[:, 9, 1].min()  # the transformer, and the LSTM, with all of the text
