"""Where a network looked: heat maps of one answer by thirteen methods, and by one that asks no network at all.

Most are Captum's own; those that it does not have stand here, each formula above its line.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float32, Int64
from torch import Tensor, nn

from dlviz.lessons.heatmaps.pieces import segments_of
from dlviz.models.convnet import Network

PATH = 32  # pictures from the baseline to the picture, of Integrated Gradients
SAMPLES, NOISE = 24, 0.1  # noisy pictures, and the noise's standard deviation
DRAWS = 96  # pictures with some segments left out, of LIME
WIDTH = 0.5  # of LIME's kernel: how much more a picture counts that is like the true one
PENALTY = 0.05  # of LIME's weights, squared
AT_ONCE = 256  # pictures in one pass


@dataclass(frozen=True)
class Question:
    """Why does the network give these pictures this score?

    Attributes:
        network: at rest, and nobody else's: Captum hangs hooks into it.
        X: pictures.
        target: the class of each whose score (logit) is explained.
        baseline: the same pictures with nothing to see in them: what takes the place of a removed pixel.
        block: whose maps the methods of the CAM family read, from 0.
        others: pictures to compare with, of GradientShap.
    """

    network: Network
    X: Float32[Tensor, "B C H W"]
    target: Int64[Tensor, " B"]
    baseline: Float32[Tensor, "B C H W"]
    block: int
    others: Float32[Tensor, "R C H W"]

    def at(self, X: Tensor) -> Question:
        """The same question about pictures close by, (n B, C, H, W): each n times."""
        times = len(X) // len(self.X)
        target, baseline = (part.repeat_interleave(times, dim=0) for part in (self.target, self.baseline))
        return Question(self.network, X, target, baseline, self.block, self.others)


def cam(asked: Question) -> Tensor | None:
    """Class activation map: the last block's maps, weighted as the class weights their means, (B, 1, H, W).

    Only a network that averages each map has such weights; without them None.

    Source: Zhou et al., Learning deep features for discriminative localization, 2016.
    """
    if not asked.network.averages:
        return None
    maps = asked.network.inside(asked.X).maps[-1]  # (B, N, h, w)
    weight = asked.network.head.weight[asked.target]  # (B, N)
    # M(i, j) = Σₖ wₖ Aₖ(i, j)
    return enlarged(torch.einsum("bn,bnij->bij", weight, maps)[:, None], asked.X)


def grad_cam(asked: Question) -> Tensor:
    """Maps weighted by the mean of their gradients; what speaks for the class, (B, 1, H, W).

    Source: Selvaraju et al., Grad-CAM, 2017.
    """
    from captum.attr import LayerGradCam

    maps = LayerGradCam(asked.network, layer_of(asked)).attribute(
        asked.X, asked.target, relu_attributions=True
    )
    return enlarged(maps, asked.X)


def grad_cam_plus_plus(asked: Question) -> Tensor:
    """Grad-CAM whose every pixel has a weight of its own: several objects count alike, (B, 1, H, W).

    Source: Chattopadhyay et al., Grad-CAM++, 2018.
    """
    inside = asked.network.inside(asked.X)
    maps, score = inside.maps[asked.block], inside.logits.gather(1, asked.target[:, None]).sum()
    (slope,) = torch.autograd.grad(score, maps)  # (B, N, h, w)
    # αₖ(i, j) = g² / (2 g² + Σₐᵦ Aₖ(a, b) g³), where g = ∂S/∂Aₖ(i, j)
    below = 2 * slope**2 + maps.sum(dim=(2, 3), keepdim=True) * slope**3
    alpha = slope**2 / torch.where(below != 0, below, 1)
    # wₖ = Σᵢⱼ αₖ(i, j) ReLU(g);  M(i, j) = ReLU(Σₖ wₖ Aₖ(i, j))
    weight = (alpha * slope.relu()).sum(dim=(2, 3))  # (B, N)
    return enlarged(torch.einsum("bn,bnij->bij", weight, maps).relu()[:, None], asked.X)


def guided_grad_cam(asked: Question) -> Tensor:
    """Grad-CAM times the gradient of which only positive parts are passed back.

    Source: Selvaraju et al., 2017; Springenberg et al., Striving for simplicity, 2015.
    """
    from captum.attr import GuidedGradCam

    return GuidedGradCam(asked.network, layer_of(asked)).attribute(
        asked.X, asked.target, interpolate_mode="bilinear"
    )


def saliency(asked: Question) -> Tensor:
    """The size of the gradient. Source: Simonyan et al., Deep inside convolutional networks, 2014."""
    from captum.attr import Saliency

    return Saliency(asked.network).attribute(asked.X, asked.target)


def smooth_grad(asked: Question) -> Tensor:
    """The mean saliency of noisy copies. Source: Smilkov et al., SmoothGrad, 2017."""
    from captum.attr import NoiseTunnel, Saliency

    return NoiseTunnel(Saliency(asked.network)).attribute(
        asked.X, target=asked.target, nt_type="smoothgrad", nt_samples=SAMPLES, stdevs=NOISE
    )


def input_x_gradient(asked: Question) -> Tensor:
    """Pixel times gradient. Source: Shrikumar et al., Not just a black box, 2016."""
    from captum.attr import InputXGradient

    return InputXGradient(asked.network).attribute(asked.X, asked.target)


def integrated_gradients(asked: Question) -> Tensor:
    """Gradients along the way from the baseline, summed up. Source: Sundararajan et al., 2017."""
    from captum.attr import IntegratedGradients

    return IntegratedGradients(asked.network).attribute(
        asked.X, asked.baseline, asked.target, n_steps=PATH, internal_batch_size=max(AT_ONCE, len(asked.X))
    )


def deep_lift(asked: Question) -> Tensor:
    """Differences from the baseline, passed back unit by unit. Source: Shrikumar et al., DeepLIFT, 2017."""
    from captum.attr import DeepLift

    return DeepLift(asked.network).attribute(asked.X, asked.baseline, asked.target)


def gradient_shap(asked: Question) -> Tensor:
    """Integrated Gradients from other pictures on average. Source: Lundberg and Lee, SHAP, 2017."""
    from captum.attr import GradientShap

    return GradientShap(asked.network).attribute(
        asked.X, asked.others, n_samples=SAMPLES, stdevs=0.0, target=asked.target
    )


def occlusion(asked: Question) -> Tensor:
    """How much the score falls when a window is covered. Source: Zeiler and Fergus, 2014."""
    from captum.attr import Occlusion

    channels, side = asked.X.shape[1:3]
    window = max(2, side // 5)
    stride = window // 2
    return Occlusion(asked.network).attribute(
        asked.X,
        (channels, window, window),
        strides=(channels, stride, stride),
        baselines=asked.baseline,
        target=asked.target,
        perturbations_per_eval=max(1, AT_ONCE // len(asked.X)),
    )


def ablation(asked: Question) -> Tensor:
    """How much the score falls when one segment is removed."""
    from captum.attr import FeatureAblation

    return FeatureAblation(asked.network).attribute(
        asked.X,
        asked.baseline,
        asked.target,
        feature_mask=torch.stack([segments_of(one) for one in asked.X])[:, None],
        perturbations_per_eval=max(1, AT_ONCE // len(asked.X)),
    )


def lime(asked: Question) -> Tensor:
    """The weights of a linear model that says what the network says when segments are left out at random.

    Source: Ribeiro et al., "Why should I trust you?", 2016.
    """
    from captum.attr import Lime
    from captum.attr._core.lime import get_exp_kernel_similarity_function

    near = get_exp_kernel_similarity_function("cosine", WIDTH)
    fitted = Lime(asked.network, new_ridge(), near)
    found = [
        fitted.attribute(
            X[None], base[None], y[None], feature_mask=segments_of(X)[None, None], n_samples=DRAWS,
            perturbations_per_eval=AT_ONCE,
        )
        for X, base, y in zip(asked.X, asked.baseline, asked.target)
    ]  # fmt: skip
    return torch.cat(found)


def new_ridge() -> Any:
    """Linear regression with weighted examples and small weights, as Captum asks for it."""
    from captum._utils.models.model import Model

    class Ridge(Model):
        def fit(self, train_data: Any, **kwargs: Any) -> None:
            X, y, weight = (torch.cat(part) for part in zip(*train_data))  # (N, F), (N,), (N,)
            X = X.float()
            centre, middle = (weight @ X) / weight.sum(), (weight @ y) / weight.sum()
            X, y = X - centre, y - middle
            # (Xᵀ W X + λ N I) b = Xᵀ W y
            left = X.T @ (weight[:, None] * X) + PENALTY * torch.eye(X.shape[1])
            self.weights = torch.linalg.solve(left, X.T @ (weight * y))[None]

        def representation(self) -> Tensor:
            return self.weights

        def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
            raise NotImplementedError

    return Ridge()


def edges(asked: Question) -> Tensor:
    """Edges of the picture by Sobel's filter, (B, 1, H, W): no network is asked; good to compare with."""
    grey = asked.X.mean(dim=1, keepdim=True)
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    both = torch.stack([across, across.T])[:, None]  # (2, 1, 3, 3)
    slopes = nn.functional.conv2d(nn.functional.pad(grey, (1, 1, 1, 1), mode="replicate"), both)
    return slopes.norm(dim=1, keepdim=True)


METHODS: dict[str, Callable[[Question], Tensor | None]] = {
    "cam": cam,
    "grad_cam": grad_cam,
    "grad_cam_plus_plus": grad_cam_plus_plus,
    "guided_grad_cam": guided_grad_cam,
    "saliency": saliency,
    "smooth_grad": smooth_grad,
    "input_x_gradient": input_x_gradient,
    "integrated_gradients": integrated_gradients,
    "deep_lift": deep_lift,
    "gradient_shap": gradient_shap,
    "occlusion": occlusion,
    "ablation": ablation,
    "lime": lime,
    "edges": edges,
}


def explain(asked: Question, method: str) -> Tensor | None:
    """What a method says, as it says it: (B, 1 or C, H, W); None where it cannot be asked."""
    with warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")  # Captum tells that it sets hooks, and takes them away again
        found = METHODS[method](asked)
    return None if found is None else found.detach().contiguous()  # Captum's metrics ask for it


def map_of(attributions: Float32[Tensor, "B c H W"]) -> Float32[Tensor, "B H W"]:
    """One number for each pixel: its channels added up."""
    return attributions.sum(dim=1)


def layer_of(asked: Question) -> nn.Module:
    """The block whose maps are read."""
    return asked.network.activations[asked.block]


def enlarged(maps: Float32[Tensor, "B 1 h w"], X: Tensor) -> Float32[Tensor, "B 1 H W"]:
    """Coarse maps as large as the picture."""
    return nn.functional.interpolate(maps, X.shape[2:], mode="bilinear", align_corners=False)
