"""The transformer of the house against PyTorch's own, and what masks and positions promise."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dlviz.models.transformer import (
    Block,
    MultiHeadAttention,
    Transformer,
    causal,
    split,
    turned,
    waves,
)

shapes = given(heads=st.sampled_from([1, 2, 4]), length=st.integers(1, 7), seed=st.integers(0, 99))


def drawn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@shapes
@settings(max_examples=25, deadline=None)
def test_attention_is_torchs_scaled_dot_product(heads: int, length: int, seed: int) -> None:
    torch.manual_seed(seed)
    layer, x = MultiHeadAttention(8, heads), drawn(seed, 3, length, 8)
    for mask in (None, causal(length)):
        ours = layer(x, mask=mask)
        query, key, value = (split(part(x), heads) for part in (layer.query, layer.key, layer.value))
        theirs = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        assert torch.allclose(ours.mixed, theirs, atol=1e-5)
        assert torch.allclose(ours.weights.sum(-1), torch.ones(()), atol=1e-5)


@shapes
@settings(max_examples=25, deadline=None)
def test_attention_is_torchs_multihead_attention(heads: int, length: int, seed: int) -> None:
    torch.manual_seed(seed)
    layer, theirs = MultiHeadAttention(8, heads), nn.MultiheadAttention(8, heads, batch_first=True)
    copied = {
        "in_proj_weight": torch.cat([layer.query.weight, layer.key.weight, layer.value.weight]),
        "in_proj_bias": torch.cat([layer.query.bias, layer.key.bias, layer.value.bias]),
        "out_proj.weight": layer.join.weight,
        "out_proj.bias": layer.join.bias,
    }
    theirs.load_state_dict({name: part.detach() for name, part in copied.items()})
    x, memory = drawn(seed, 2, length, 8), drawn(seed + 1, 2, length + 2, 8)
    for keys, mask in ((x, None), (x, causal(length)), (memory, None)):
        ours = layer(x, None if keys is x else keys, mask)
        hidden = None if mask is None else ~mask  # torch names what is forbidden
        out, weights = theirs(x, keys, keys, attn_mask=hidden, average_attn_weights=False)
        assert torch.allclose(ours.joined, out, atol=1e-5)
        assert torch.allclose(ours.weights, weights, atol=1e-5)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_block_is_torchs_encoder_layer(norm: str) -> None:
    torch.manual_seed(0)
    block = Block(8, 2, 16, norm=norm)  # type: ignore[arg-type]
    theirs = nn.TransformerEncoderLayer(8, 2, 16, 0.0, "gelu", batch_first=True, norm_first=norm == "pre")
    own = block.attention
    with torch.no_grad():
        theirs.self_attn.in_proj_weight.copy_(torch.cat([own.query.weight, own.key.weight, own.value.weight]))
        theirs.self_attn.in_proj_bias.copy_(torch.cat([own.query.bias, own.key.bias, own.value.bias]))
    theirs.self_attn.out_proj.load_state_dict(own.join.state_dict())
    for mine, their in zip((block.feed[0], block.feed[2], *block.norms),
                           (theirs.linear1, theirs.linear2, theirs.norm1, theirs.norm2), strict=True):  # fmt: skip
        their.load_state_dict(mine.state_dict())
    x = drawn(1, 2, 5, 8)
    assert torch.allclose(block(x)[0], theirs(x), atol=1e-5)


@pytest.mark.parametrize("position", ["none", "sinusoidal", "learnt", "rotary"])
def test_future_tokens_do_not_matter_under_a_causal_mask(position: str) -> None:
    torch.manual_seed(0)
    network = Transformer(10, 10, 8, heads=4, layers=3, position=position)  # type: ignore[arg-type]
    tokens = torch.arange(8)[None]
    for now in range(7):
        other = tokens.clone()
        other[:, now + 1 :] = 9
        before, after = (network(t, causal(8))[0][0, : now + 1] for t in (tokens, other))
        assert torch.equal(before, after)
        free = [network(t)[0][0, : now + 1] for t in (tokens, other)]
        assert not torch.allclose(*free, atol=1e-4)


@given(order=st.permutations(range(6)), norm=st.sampled_from(["pre", "post"]))
@settings(max_examples=20, deadline=None)
def test_without_positions_a_shuffle_of_the_input_shuffles_the_output(order: list[int], norm: str) -> None:
    torch.manual_seed(1)
    network = Transformer(9, 5, 6, layers=2, position="none", norm=norm)  # type: ignore[arg-type]
    tokens = torch.tensor([[3, 1, 4, 1, 5, 8]])
    assert torch.allclose(network(tokens)[0][:, order], network(tokens[:, order])[0], atol=1e-5)


@pytest.mark.parametrize("position", ["sinusoidal", "learnt", "rotary"])
def test_with_positions_a_shuffle_of_the_input_is_seen(position: str) -> None:
    torch.manual_seed(1)
    network = Transformer(9, 5, 6, layers=2, position=position)  # type: ignore[arg-type]
    tokens, order = torch.tensor([[3, 1, 4, 1, 5, 8]]), [5, 3, 0, 1, 2, 4]
    assert not torch.allclose(network(tokens)[0][:, order], network(tokens[:, order])[0], atol=1e-3)


def test_rotary_scores_depend_on_the_distance_alone() -> None:
    query, key = drawn(0, 1, 1, 1, 8).expand(1, 1, 9, 8), drawn(1, 1, 1, 1, 8).expand(1, 1, 9, 8)
    scores = (turned(query) @ turned(key).transpose(-2, -1))[0, 0]  # (9, 9)
    for distance in range(-8, 9):
        along = scores.diagonal(distance)
        assert torch.allclose(along, along[:1].expand_as(along), atol=1e-4)
    assert scores[0].std() > 0.1


def test_waves_are_the_formula_of_2017() -> None:
    table = waves(5, 6)
    for t in range(5):
        for i in range(3):
            angle = t / 10_000 ** (2 * i / 6)
            assert table[t, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert table[t, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


def test_a_head_that_is_switched_off_adds_nothing() -> None:
    torch.manual_seed(0)
    layer, x = MultiHeadAttention(8, 2), drawn(0, 1, 4, 8)
    gates = torch.tensor([[1.0, 0.0]])
    kept = layer(x).mixed[:, 0]  # (1, 4, 4)
    alone = kept @ layer.join.weight[:, :4].T + layer.join.bias
    assert torch.allclose(layer(x, gates=gates).joined, alone, atol=1e-5)
    network = Transformer(9, 5, 6, layers=2)
    tokens = torch.tensor([[3, 1, 4, 1, 5, 8]])
    assert torch.allclose(network(tokens)[0], network(tokens, gates=torch.ones(1, 2, 2))[0])
    assert not torch.allclose(network(tokens)[0], network(tokens, gates=torch.zeros(1, 2, 2))[0])


def test_width_is_shared_evenly_or_refused() -> None:
    with pytest.raises(ValueError, match="multiple of heads"):
        MultiHeadAttention(10, 4)
