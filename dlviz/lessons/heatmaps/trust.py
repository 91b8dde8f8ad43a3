"""How far a heat map can be trusted: what the network says when its pixels go, and whether it finds the object."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from dlviz.lessons.heatmaps.methods import Question, explain
from dlviz.models.convnet import Network

POINTS = 11  # of a curve, from no pixel to all
TRIES = 16  # squares that are removed, of infidelity
MOVES, RADIUS = 2, 0.02  # pictures close by of sensitivity, and how far each pixel is moved at most


@torch.inference_mode()
def removal_curves(
    network: Network, X: Tensor, baseline: Tensor, target: Tensor, maps: Float32[Tensor, "M H W"]
) -> Float32[Tensor, "M 2 11"]:
    """The probability of the class while pixels are removed, and while they are put in, the hottest first.

    Args:
        network: at rest.
        X, baseline: one picture and what takes the place of its pixels, (1, C, H, W).
        target: the class, (1,).
        maps: of M methods.

    Source: Petsiuk et al., RISE, 2018: deletion and insertion.
    """
    count, pixels = len(maps), maps[0].numel()
    mixed = torch.randperm(pixels, generator=torch.Generator().manual_seed(0))  # pixels alike: in no order
    order = maps.flatten(1)[:, mixed].argsort(dim=1, descending=True)
    rank = torch.empty(count, pixels, dtype=torch.long).scatter_(
        1, mixed[order], torch.arange(pixels).expand(count, -1)
    )
    gone = torch.linspace(0, pixels, POINTS).round().long()[1:-1]
    hot = (rank[:, None] < gone[:, None]).view(count, POINTS - 2, 1, *X.shape[2:])  # (M, P - 2, 1, H, W)
    seen = torch.stack([torch.where(hot, baseline, X), torch.where(hot, X, baseline)], dim=1)
    asked = torch.cat([X, baseline, seen.flatten(0, 2)])  # the ends of all curves are these two pictures
    whole, nothing, *rest = network(asked).softmax(dim=1)[:, target.item()].split([1, 1, len(asked) - 2])
    ends = torch.stack([whole, nothing]).expand(-1, count).T[..., None]  # (M, 2, 1)
    return torch.cat([ends, rest[0].view(count, 2, POINTS - 2), ends.flip(1)], dim=2)


def area(curve: Float32[Tensor, "... P"]) -> Float32[Tensor, ...]:
    """The area below a curve over 0 to 1."""
    return torch.trapezoid(curve, dx=1 / (curve.shape[-1] - 1))


def infidelity_of(asked: Question, attributions: Tensor) -> float:
    """How badly a map foretells by how much the score falls when a square is removed; its scale is the best there is.

    Source: Yeh et al., On the (in)fidelity and sensitivity of explanations, 2019.
    """
    from captum.metrics import infidelity

    height, width = asked.X.shape[2:]
    side, n = max(2, height // 3), TRIES * len(asked.X)
    top, left = (torch.randint(size - side + 1, (n, 1)) for size in (height, width))
    rows, columns = torch.arange(height) - top, torch.arange(width) - left  # (n, H), (n, W)
    square = ((rows >= 0) & (rows < side))[:, None, :, None] & ((columns >= 0) & (columns < side))[
        :, None, None
    ]

    def remove(X: Tensor, baseline: Tensor) -> tuple[Tensor, Tensor]:
        taken = torch.where(square, X - baseline, 0)
        return taken, X - taken

    given = attributions.expand_as(asked.X)
    with torch.no_grad():
        return infidelity(
            asked.network, remove, asked.X, given, baselines=asked.baseline, target=asked.target,
            n_perturb_samples=TRIES, normalize=True,
        ).item()  # fmt: skip


def sensitivity_of(asked: Question, method: str) -> float:
    """How much a map changes at most, in parts of its size, when the picture is moved by what no eye sees.

    Source: Yeh et al., 2019.
    """
    from captum.metrics import sensitivity_max

    def again(given: Tensor | tuple[Tensor]) -> tuple[Tensor]:
        X = given[0] if isinstance(given, tuple) else given
        found = explain(asked.at(X.detach()), method)
        assert found is not None
        return (found,)

    return sensitivity_max(again, asked.X, perturb_radius=RADIUS, n_perturb_samples=MOVES).item()


def pointing(maps: Float32[Tensor, "M H W"], mask: Bool[Tensor, "H W"]) -> Float32[Tensor, " M"]:
    """1 where the hottest pixel lies on the object, otherwise 0; a map without a hottest one points nowhere.

    Source: Zhang et al., Top-down neural attention by excitation backprop, 2016: the pointing game.
    """
    return mask.flatten()[maps.flatten(1).argmax(dim=1)].float() * points_at_something(maps)


def overlap(maps: Float32[Tensor, "M H W"], mask: Bool[Tensor, "H W"]) -> Float32[Tensor, " M"]:
    """Intersection over union of the object and of as many of the hottest pixels."""
    size = int(mask.sum())
    hottest = maps.flatten(1).topk(size, dim=1).indices
    both = mask.flatten()[hottest].float().sum(dim=1)
    return both / (2 * size - both) * points_at_something(maps)


def points_at_something(maps: Float32[Tensor, "M H W"]) -> Bool[Tensor, " M"]:
    """Whether a map is not the same everywhere."""
    return maps.flatten(1).amax(dim=1) > maps.flatten(1).amin(dim=1)


def share_inside(maps: Float32[Tensor, "M H W"], mask: Bool[Tensor, "H W"]) -> Float32[Tensor, " M"]:
    """The part of all that speaks for the class that lies inside a region."""
    hot = maps.clamp(min=0).flatten(1)
    return hot[:, mask.flatten()].sum(dim=1) / hot.sum(dim=1).clamp(min=1e-12)


def likeness(maps: Float32[Tensor, "M H W"], before: Float32[Tensor, "M H W"]) -> Float32[Tensor, " M"]:
    """Spearman's rank correlation of the sizes in two maps each; 0 where one is the same everywhere.

    Source: Adebayo et al., Sanity checks for saliency maps, 2018.
    """
    a, b = (ranks(part.abs().flatten(1)) for part in (maps, before))
    a, b = a - a.mean(dim=1, keepdim=True), b - b.mean(dim=1, keepdim=True)
    return (a * b).sum(dim=1) / (a.norm(dim=1) * b.norm(dim=1)).clamp(min=1e-12)


def ranks(values: Float32[Tensor, "M P"]) -> Float32[Tensor, "M P"]:
    """The place of each number in its row; equal ones share the middle of theirs."""
    ordered = values.contiguous().sort(dim=1).values
    first, last = (torch.searchsorted(ordered, values.contiguous(), right=right) for right in (False, True))
    return ((first + last - 1) / 2).float()
