"""The loss of a network at many weights at once.

The weights are combinations θ = Σ cₖ vₖ of few vectors, as in any slice. The first layer is linear in its weights, so
its pre-activations are the same combination of K products made once; the layers after it are batched matrix products.
"""

from __future__ import annotations

import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from dlviz.lessons.loss_landscape.networks import CHANNELS, CLASSES, MAP, SIDE, Network, pieces

CPU = torch.device("cpu")
EPSILON = 1e-5  # of batch normalisation
AT_ONCE = 800_000  # activations of one layer that are held at a time: 3 MB stay near the processor
AT_ONCE_GPU = 100_000_000  # on a graphics processor, which is quicker the more it has to do


class Evaluation:
    """Loss and accuracy at θ = Σ cₖ vₖ, on training and on test examples.

    With batch normalisation every θ is judged with the statistics that the whole training set has at this θ, for
    training and test examples alike; the running averages of one training run would not fit any other weights.

    Args:
        network: says what the weights mean; its own are not used.
        vectors: v, (K, P).
        train, test: images and labels.
        device: where it is computed.
    """

    def __init__(
        self,
        network: Network,
        vectors: Float32[Tensor, "K P"],
        train: tuple[Float32[Tensor, "N 64"], Int64[Tensor, " N"]],
        test: tuple[Float32[Tensor, "M 64"], Int64[Tensor, " M"]] | None = None,
        device: torch.device = CPU,
    ) -> None:
        self.network, self.vectors = network, vectors.to(device)
        self.pieces = pieces(network)
        self.trained = len(train[0])  # N
        images = (torch.cat([train[0], test[0]]) if test else train[0]).to(device)
        labels = (torch.cat([train[1], test[1]]) if test else train[1]).to(device)
        self.count = len(images)  # N + M
        self.chosen = labels * self.count + torch.arange(
            self.count, device=device
        )  # of the logits in a row, (N + M,)
        self.convolves = len(network.shape) > 1
        # W₁ X + b₁ of every vector, (K, H (N + M)); examples stand last, so that all arithmetic runs along them
        first = zip(self._of(self.vectors, "layers.0.weight"), self._of(self.vectors, "layers.0.bias"))
        self.first = torch.stack([self._first(weight, bias, images) for weight, bias in first]).flatten(1)
        at_once = AT_ONCE if device.type == "cpu" else AT_ONCE_GPU
        self.size = max(1, at_once // self.first.shape[1])  # weights at a time, S
        self.layers = torch.empty(
            2, self.size, self.first.shape[1], device=device
        )  # before and after a layer
        self.logits = torch.empty(self.size, CLASSES, self.count, device=device)

    @torch.no_grad()
    def at(self, coefficients: Float32[Tensor, "C K"]) -> Float32[Tensor, "C 4"]:
        """Training loss, test loss, training accuracy, test accuracy; the test's are NaN without test examples."""
        chunks = coefficients.to(self.vectors.device).split(self.size)
        return torch.cat([self._chunk(chunk) for chunk in chunks]).cpu()

    def _chunk(self, coefficients: Tensor) -> Tensor:
        weights = coefficients @ self.vectors  # (C, P)
        C, N = len(coefficients), self.trained
        before, after = self.layers[:, :C].view(2, C, -1, self.count)  # (C, H, N + M) each
        torch.mm(coefficients, self.first, out=after.view(C, -1))
        for k in range(len(self.network.layers)):
            if k > 0:
                before, after = after, before
                self._multiply(weights, k, before, after)
            self._activate(weights, k, after)
            if self.network.skip and k > 0:
                after += before
        weight, bias = (self._of(weights, f"output.{name}") for name in ("weight", "bias"))
        logits = torch.baddbmm(bias[..., None], weight, after, out=self.logits[:C])  # (C, 10, N + M)
        log_probabilities = torch.log_softmax(logits, 1)
        of_label = log_probabilities.view(C, -1).index_select(1, self.chosen)  # (C, N + M)
        correct = (of_label >= log_probabilities.amax(1)).float()  # (C, N + M)
        losses = -of_label[:, :N].mean(1), -of_label[:, N:].mean(1)
        return torch.stack([*losses, correct[:, :N].mean(1), correct[:, N:].mean(1)], 1)

    def _multiply(self, weights: Tensor, k: int, before: Tensor, after: Tensor) -> None:
        """W h + b for C weights at once: (C, H, H) @ (C, H, N + M)."""
        weight, bias = (self._of(weights, f"layers.{k}.{name}") for name in ("weight", "bias"))
        if self.convolves:
            # a convolution is a matrix too: each kernel written where it lies, 0 where it does not
            padded = torch.cat([weight.flatten(1), weight.new_zeros(len(weight), 1)], 1)  # (C, 577)
            weight = padded.index_select(1, PLACES.to(padded.device)).view(
                len(weight), CHANNELS * MAP**2, CHANNELS * MAP**2
            )
            bias = bias.repeat_interleave(MAP**2, 1)  # (C, H)
        torch.baddbmm(bias[..., None], weight, before, out=after)

    def _activate(self, weights: Tensor, k: int, hidden: Tensor) -> None:
        """Normalises, and cuts off below zero, in place."""
        if self.network.batch_norm:
            scale, shift = (self._of(weights, f"norms.{k}.{name}")[..., None] for name in ("weight", "bias"))
            channels = hidden.view(
                len(hidden), scale.shape[1], -1, self.count
            )  # (C, channels, pixels, N + M)
            seen = channels[..., : self.trained]
            # γ (u - mean) / √(variance + ε) + β
            channels -= seen.mean((2, 3), keepdim=True)
            squares = torch.linalg.vector_norm(seen, dim=3).square().sum(2)  # (C, channels)
            variance = squares / (seen.shape[2] * seen.shape[3])
            channels *= scale[..., None] * (variance + EPSILON).rsqrt()[..., None, None]
            channels += shift[..., None]
        hidden.relu_()

    def _first(self, weight: Tensor, bias: Tensor, images: Tensor) -> Tensor:
        """The first layer's pre-activations, (H, N + M)."""
        if not self.convolves:
            return weight @ images.T + bias[:, None]
        maps = torch.conv2d(images.view(-1, 1, SIDE, SIDE), weight, bias, stride=2, padding=1)
        return maps.flatten(1).T  # (N + M, 8, 4, 4) -> (128, N + M)

    def _of(self, vectors: Tensor, name: str) -> Tensor:
        """One parameter in each of these vectors, (C, ...)."""
        start, end, shape = self.pieces[name]
        return vectors[:, start:end].view(len(vectors), *shape)


def kernel_places() -> Int64[Tensor, " HH"]:
    """Which weight of a 3x3 kernel connects two places of the feature maps; the one behind the last if none does."""
    place = torch.arange(MAP)
    offset = (
        place[None, :] - place[:, None] + 1
    )  # of the input's row from the output's, 0 to 2 under the kernel
    rows, columns = (
        offset[:, None, :, None],
        offset[None, :, None, :],
    )  # (out row, out column, in row, in column)
    under = ((rows >= 0) & (rows < 3) & (columns >= 0) & (columns < 3)).view(MAP * MAP, MAP * MAP)
    inside = (3 * rows + columns).view(MAP * MAP, MAP * MAP)
    pair = 9 * torch.arange(CHANNELS * CHANNELS).view(CHANNELS, 1, CHANNELS, 1)  # (out, 1, in, 1)
    nowhere = torch.tensor(9 * CHANNELS * CHANNELS)
    return torch.where(under[None, :, None, :], inside[None, :, None, :] + pair, nowhere).reshape(-1)


PLACES = kernel_places()
