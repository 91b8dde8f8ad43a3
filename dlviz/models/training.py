"""How a small convolutional network learns, written out; and its numbers as one array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor, nn

from dlviz.data.examples import Examples
from dlviz.models.convnet import Network
from dlviz.models.device import device_of

OptimizerName = Literal["adam", "momentum", "sgd"]
ScheduleName = Literal["one_cycle", "constant"]


def new_network(config: Any, examples: Examples) -> Network:
    """The network before training."""
    torch.manual_seed(config.seed)
    return build(config, examples)


def blank_network(config: Any, examples: Examples) -> Network:
    """The same network, for recorded numbers; the stream of random numbers stays as it was."""
    with torch.random.fork_rng(devices=[]):
        return build(config, examples).eval()


def build(config: Any, examples: Examples) -> Network:
    """A network for these pictures."""
    _, channels, side, _ = examples.train_images.shape
    random = torch.Generator("cpu").manual_seed(config.seed)
    network = Network(config, channels, side, len(examples.classes), random)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # it is faster


def resting(config: Any, network: Network, examples: Examples) -> Network:
    """The network where it can be looked at: itself, or what it is now on the processor if it learns elsewhere."""
    if device_of(config.device).type == "cpu":
        return network
    there = blank_network(config, examples)
    load_weights(there, weights_of(network))
    return there


def learn(config: Any, network: Network, examples: Examples) -> Iterator[int]:
    """The training loop, on the device of the config; tells how many updates are made: 0 before the first."""
    device, random = device_of(config.device), torch.Generator().manual_seed(config.seed)
    network.to(device)
    optimizer = new_optimizer(config, network)
    schedule = new_schedule(config, optimizer)
    yield 0
    update = 0
    for _ in range(config.epochs):
        for rows in torch.randperm(len(examples.train_images), generator=random).split(config.batch_size):
            X, y = examples.train_images[rows], examples.train_labels[rows]  # (B, C, H, W), (B,)
            if examples.mirrored:
                turned = torch.rand(len(X), generator=random) < 0.5
                X = torch.where(turned[:, None, None, None], X.flip(-1), X)
            if examples.moved:
                X = moved(X, examples.moved, random)
            loss = nn.functional.cross_entropy(network.train()(X.to(device)), y.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            update += 1
            yield update


def moved(X: Float32[Tensor, "B C H W"], most: int, random: torch.Generator) -> Float32[Tensor, "B C H W"]:
    """Each picture moved by up to `most` pixels to any side; what comes into view repeats the edge."""
    B, _, H, W = X.shape
    wide = nn.functional.pad(X, [most] * 4, mode="replicate")  # (B, C, H + 2 most, W + 2 most)
    down, right = torch.randint(2 * most + 1, (2, B, 1), generator=random)
    rows, columns = down + torch.arange(H), right + torch.arange(W)  # (B, H), (B, W)
    each = torch.arange(B)[:, None, None]
    return wide[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)  # (B, H, W, C) before


def new_optimizer(config: Any, network: Network) -> torch.optim.Optimizer:
    """AdamW, or gradient descent with or without momentum; the decay is that of both."""
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "adam":
        return torch.optim.AdamW(network.parameters(), rate, weight_decay=decay, fused=True)
    momentum = 0.9 if config.optimizer == "momentum" else 0.0
    return torch.optim.SGD(network.parameters(), rate, momentum=momentum, weight_decay=decay)


def new_schedule(config: Any, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
    """One cycle: the rate rises to what is chosen and falls to almost 0; or it stays.

    Source: Smith and Topin, Super-convergence, 2018.
    """
    if config.schedule == "constant":
        return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    total, steady = config.updates(), config.optimizer == "adam"
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        config.learning_rate,
        total_steps=total + 1,
        cycle_momentum=not steady and momentum_of(optimizer),
    )


def momentum_of(optimizer: torch.optim.Optimizer) -> bool:
    """Whether there is a momentum that a cycle could change."""
    return optimizer.defaults.get("momentum", 0) > 0


def weights_of(network: nn.Module) -> np.ndarray:
    """All numbers that make the network, the running means and variances of batch normalisation too, (P,)."""
    return torch.cat([part.detach().flatten() for part in numbers_of(network)]).cpu().numpy()


def load_weights(network: nn.Module, weights: np.ndarray) -> None:
    """Puts recorded numbers back, (P,)."""
    parts = numbers_of(network)
    with torch.no_grad():
        for part, own in zip(parts, torch.from_numpy(weights).split([part.numel() for part in parts])):
            part.copy_(own.view_as(part))


def numbers_of(network: nn.Module) -> list[Tensor]:
    """The tensors that make the network, layer after layer."""
    return [part for part in network.state_dict().values() if part.is_floating_point()]
