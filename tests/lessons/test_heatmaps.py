"""Truths about heat maps: numbers on paper, sums, Captum's own results, and what the recording holds."""

from __future__ import annotations

import subprocess
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import captum.attr
import pytest
import torch
from torch import Tensor, nn

from dlviz.lessons.heatmaps.experiment import Config, scatter
from dlviz.lessons.heatmaps.methods import AT_ONCE, METHODS, PATH, Question, explain, map_of
from dlviz.lessons.heatmaps.pieces import segments_of
from dlviz.models.convnet import Network
from tests.lessons.questions import SMALL, asked


def on_paper() -> Question:
    """One picture of 4x4 and a network of two units: A = x and A = 1 - x; the score is 2 mean(x) - mean(1 - x)."""
    recipe = SimpleNamespace(
        blocks=1, filters=2, kernel_size="3", pooling="none", batch_norm=False, dropout=0.0, head="average"
    )
    network = Network(recipe, 1, 4, 2, torch.Generator()).eval()
    with torch.no_grad():
        for part in network.parameters():
            part.zero_()
        network.convolutions[0].weight[:, 0, 1, 1] = torch.tensor([1.0, -1.0])
        network.convolutions[0].bias[1] = 1.0
        network.head.weight[0] = torch.tensor([2.0, -1.0])
    X = torch.tensor([[1, 0.5, 0, 0]] * 4)[None, None]
    return Question(network, X, torch.tensor([0]), torch.zeros_like(X), 0, X)


def test_grad_cam_of_a_small_network_is_that_on_paper() -> None:
    """The weights are 2/16 and -1/16, so the map is ReLU(2x - (1 - x)) / 16: 1/8, 1/32 and nothing."""
    expected = torch.tensor([[0.125, 0.03125, 0, 0]] * 4)
    found = explain(on_paper(), "grad_cam")
    assert torch.allclose(map_of(found)[0], expected)


def test_grad_cam_plus_plus_of_a_small_network_is_that_on_paper() -> None:
    """g = 1/8 and ΣA = 6: each α is 1 / (2 + 6/8), the weight 16 α g = 8/11; the unit with g < 0 has none."""
    expected = torch.tensor([[1, 0.5, 0, 0]] * 4) * 8 / 11
    found = explain(on_paper(), "grad_cam_plus_plus")
    assert torch.allclose(map_of(found)[0], expected)


def test_cam_is_grad_cam_up_to_scale_where_maps_are_averaged() -> None:
    config = Config(**SMALL, pooling="none", head="average")
    for target in range(4):
        question = asked(config, [3, 8], target)
        cam, grad_cam = explain(question, "cam"), explain(question, "grad_cam")
        assert torch.allclose(cam.relu() / 64, grad_cam, atol=1e-6)  # 64 pixels
        assert cam.abs().max() > 1e-3


@pytest.mark.parametrize("pooling", ["average", "none"])
@pytest.mark.parametrize("head", ["average", "flatten"])
def test_integrated_gradients_and_deep_lift_sum_to_the_difference_of_scores(pooling: Any, head: Any) -> None:
    config = Config(data="shapes", epochs=1, filters=4, blocks=2, pooling=pooling, head=head)
    question = asked(config, [0, 3, 6], 2)
    network = question.network
    difference = (network(question.X) - network(question.baseline))[:, 2].detach()
    lifted = explain(question, "deep_lift").sum(dim=(1, 2, 3))
    assert torch.allclose(lifted, difference, atol=1e-4)
    integrated = explain(question, "integrated_gradients").sum(dim=(1, 2, 3))
    assert torch.allclose(integrated, difference, atol=0.03 * float(difference.abs().max()))


def test_what_captum_says_is_passed_on_unchanged() -> None:
    config = Config(**{**SMALL, "data": "shapes"}, baseline="blurred")
    question = asked(config, [3], 3)
    network, X, y, baseline = question.network, question.X, question.target, question.baseline
    layer = network.activations[-1]
    segments = segments_of(X[0])[None, None]
    own = {
        "grad_cam": lambda: nn.functional.interpolate(
            captum.attr.LayerGradCam(network, layer).attribute(X, y, relu_attributions=True), (32, 32),
            mode="bilinear", align_corners=False,
        ),
        "guided_grad_cam": lambda: captum.attr.GuidedGradCam(network, layer).attribute(
            X, y, interpolate_mode="bilinear"
        ),
        "saliency": lambda: captum.attr.Saliency(network).attribute(X, y),
        "smooth_grad": lambda: captum.attr.NoiseTunnel(captum.attr.Saliency(network)).attribute(
            X, nt_type="smoothgrad", nt_samples=24, stdevs=0.1, target=y
        ),
        "input_x_gradient": lambda: captum.attr.InputXGradient(network).attribute(X, y),
        "integrated_gradients": lambda: captum.attr.IntegratedGradients(network).attribute(
            X, baseline, y, n_steps=PATH
        ),
        "deep_lift": lambda: captum.attr.DeepLift(network).attribute(X, baseline, y),
        "gradient_shap": lambda: captum.attr.GradientShap(network).attribute(
            X, question.others, n_samples=24, stdevs=0.0, target=y
        ),
        "occlusion": lambda: captum.attr.Occlusion(network).attribute(
            X, (3, 6, 6), strides=(3, 3, 3), baselines=baseline, target=y, perturbations_per_eval=AT_ONCE
        ),
        "ablation": lambda: captum.attr.FeatureAblation(network).attribute(
            X, baseline, y, feature_mask=segments
        ),
    }  # fmt: skip
    for method, direct in own.items():
        scatter(5)
        found = explain(question, method)
        scatter(5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert torch.allclose(found, direct().detach(), atol=1e-6), method


def test_the_integral_and_the_windows_are_right_by_another_route() -> None:
    """Input x gradient and occlusion of one window, by differences of the score."""
    config = Config(**SMALL, pooling="none")
    question = asked(config, [3], 3)
    network, X = question.network, question.X
    said = explain(question, "ablation")[0, 0]
    segments = segments_of(X[0])
    for k in (0, int(segments.max())):
        gone = torch.where(segments == k, question.baseline, X)
        fall = (network(X) - network(gone))[0, 3]
        assert said[segments == k].mean().item() == pytest.approx(fall.item(), abs=1e-5)
    slope = explain(question, "input_x_gradient")[0, 0]
    at = divmod(int(slope.abs().argmax()), 8)
    change = torch.zeros_like(X)
    change[0, 0][at] = 1e-3
    numeric = (network(X + change) - network(X - change))[0, 3] / 2e-3
    assert slope[at].item() == pytest.approx((numeric * X[0, 0][at]).item(), rel=0.02)


def test_lime_finds_the_weights_of_a_network_that_adds_segments_up() -> None:
    full = torch.ones(1, 1, 8, 8)
    segments = segments_of(full[0])
    weights = torch.linspace(-1, 1, int(segments.max()) + 1)

    class Sum(nn.Module):
        def forward(self, X: Tensor) -> Tensor:
            score = (X[:, 0] * weights[segments]).sum(dim=(1, 2))
            return torch.stack([score, -score], dim=1)

    question = Question(Sum(), full, torch.tensor([0]), torch.zeros_like(full), 0, full)  # type: ignore[arg-type]
    scatter(0)
    found = explain(question, "lime")[0, 0]
    expected = (weights * segments.flatten().bincount())[segments]
    assert torch.corrcoef(torch.stack([found.flatten(), expected.flatten()]))[0, 1] > 0.99


def test_no_hook_is_left_behind() -> None:
    question = asked(Config(**SMALL), [3], 3)
    before = question.network(question.X)
    for method in METHODS:
        explain(question, method)
    hooks = [
        hook
        for module in question.network.modules()
        for hook in (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
    ]
    assert not any(hooks)
    assert torch.equal(question.network(question.X), before)


def test_captum_is_loaded_by_nobody_who_only_looks() -> None:
    check = (
        "import sys\nfrom dlviz.lessons.heatmaps import experiment, figures, presets\n"
        "experiment.scene(experiment.Config())\nprint('captum' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
