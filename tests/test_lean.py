"""Truths about the compiler that stands aside: training is the same without it, and it comes when it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TRAINED = """
import sys
{before}
import torch
torch.manual_seed(0)
x, y = torch.randn(2, 8, 3)
for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop, torch.optim.Adagrad):
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3))
    optimizer = kind(network.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(network(x), y).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    print([part.tolist() for part in network.parameters()])
{after}
"""
ASIDE = "from dlviz.ui.lean import stand_aside; stand_aside()"
LOOKED = """
import inspect
from streamlit.watcher.local_sources_watcher import get_module_paths
inspect.stack()  # both read the files of all modules
assert [get_module_paths(module) for module in list(sys.modules.values())]
"""
STILL = "assert type(sys.modules['torch._dynamo']).__name__ == 'Aside'"


def printed(script: str) -> str:
    """What a script prints in a fresh interpreter."""
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_training_without_the_compiler_is_the_same_to_the_bit() -> None:
    aside = printed(TRAINED.format(before=ASIDE, after=f"{LOOKED}\n{STILL}"))
    assert aside == printed(TRAINED.format(before="", after="assert sys.modules['torch._dynamo'].__path__"))
    assert aside.count("\n") == 5


@pytest.mark.parametrize(
    "ask",
    [
        "import torch._dynamo.config; print(torch._dynamo.config.verbose)",
        "from torch._dynamo import config; print(config.verbose)",
        "print(torch._dynamo.config.verbose)",
    ],
)
def test_the_compiler_comes_when_it_is_asked_for(ask: str) -> None:
    script = f"import sys, torch\n{ASIDE}\n{STILL}\n{ask}\nassert sys.modules['torch._dynamo'].__path__"
    assert printed(script) == "False\n"


def test_derivatives_of_functions_ask_for_it() -> None:
    ask = "print(torch.func.vjp(torch.square, torch.ones(1))[1](torch.ones(1))[0].item())"
    assert printed(f"import torch\n{ASIDE}\n{ask}") == "2.0\n"


def test_a_server_answers_before_torch_is_there() -> None:
    ahead = "import sys; import dlviz.ui.server, dlviz.ui.site; print('torch' in sys.modules)"
    later = "import dlviz; print(dlviz.record.__name__, dlviz.Recording.__name__, 'torch' in sys.modules)"
    assert printed(f"{ahead}; {later}").split() == ["False", "record", "Recording", "True"]
