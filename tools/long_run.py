"""Trains the long runs of the lesson on BERT and GPT and stores their moments: `python -m tools.long_run`."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import torch

from dlviz.lessons.bert_gpt import stored
from dlviz.lessons.bert_gpt.experiment import Config
from dlviz.lessons.bert_gpt.training import Moment, moments


def main() -> None:
    torch.set_num_threads(1)
    stored.FOLDER.mkdir(parents=True, exist_ok=True)
    for corpus in ("korean", "english"):
        made = list(moments(Config(corpus=corpus, **stored.LONG)))
        columns = {
            f.name: np.stack([np.asarray(getattr(one, f.name)) for one in made]) for f in fields(Moment)
        }
        file = stored.FOLDER / f"bert_gpt.{corpus}.npz"
        np.savez_compressed(file, **columns)  # type: ignore[arg-type]
        print(file.name, file.stat().st_size, [one.loss.round(2).tolist() for one in made])


if __name__ == "__main__":
    main()
