"""The network of the second reader: an encoder, and the log-odds of each token."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-12
"""Added to the variance in every layer normalisation, as BERT has it."""


_NEVER = -1e4
"""Log-odds at which nothing is read of a piece that is not there."""


class Shape(NamedTuple):
    """Sizes of a network.

    Attributes:
        n_pieces: Pieces that it knows.
        n_places: Most pieces that it can read at once.
        width: Numbers that stand for a piece.
        inner: Numbers between the two matrices of a layer.
        n_layers: Layers.
        n_heads: Heads of attention in each of them.
    """

    n_pieces: int
    n_places: int
    width: int
    inner: int
    n_layers: int
    n_heads: int


MINILM = Shape(n_pieces=30_522, n_places=512, width=384, inner=1_536, n_layers=6, n_heads=12)
"""MiniLM-L6: Wang et al., "MiniLM" (NeurIPS 2020)."""


class Layer(nn.Module):
    """One layer: attention and two matrices, each added to what came in and normalised.

    Source: Vaswani et al., "Attention is all you need" (NIPS 2017), as BERT has it.

    Args:
        shape: Sizes of the network.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.n_heads = shape.n_heads
        self.attention_in = nn.Linear(shape.width, 3 * shape.width)
        self.attention_out = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, EPSILON)
        self.inner_in = nn.Linear(shape.width, shape.inner)
        self.inner_out = nn.Linear(shape.inner, shape.width)
        self.inner_norm = nn.LayerNorm(shape.width, EPSILON)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """Values of shape (n_crops, n_pieces, width); the mask is True where a piece stands."""
        n_crops, n_pieces, width = values.shape
        parts = self.attention_in(values).view(n_crops, n_pieces, 3, self.n_heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4).contiguous()
        # torch's own attention takes three times as long on a processor, most of it backwards, and
        # autocast would do the softmax in float32.
        with torch.autocast("cpu", enabled=False):
            fit = query * (width // self.n_heads) ** -0.5 @ key.transpose(-1, -2)
            share = fit.masked_fill(~mask[:, None, None], _NEVER).softmax(-1)
            read = (share @ value).transpose(1, 2).reshape(n_crops, n_pieces, width)
        values = self.attention_norm(values + self.attention_out(read))
        inner = functional.gelu(self.inner_in(values))
        made: Tensor = self.inner_norm(values + self.inner_out(inner))
        return made


class Network(nn.Module):
    """Reads pieces, and says for each how likely a spinner wrote the token that it begins.

    Args:
        shape: Its sizes.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.n_pieces, shape.width)
        self.places = nn.Embedding(shape.n_places, shape.width)
        self.norm = nn.LayerNorm(shape.width, EPSILON)
        self.layers = nn.ModuleList([Layer(shape) for _ in range(shape.n_layers)])
        self.head_in = nn.Linear(shape.width, shape.width)
        self.head_out = nn.Linear(shape.width, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Log-odds of every piece, of shape (n_crops, n_pieces).

        Args:
            ids: int64, numbers of the pieces, of shape (n_crops, n_pieces).
            mask: bool of the same shape, False where a crop has ended.
        """
        values = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        for layer in self.layers:
            values = layer(values, mask)
        odds: Tensor = self.head_out(functional.gelu(self.head_in(values))).squeeze(-1)
        return odds


def from_bert(weights: Mapping[str, Tensor], shape: Shape) -> Network:
    """A network that begins as a BERT encoder; its head is drawn at random.

    Args:
        weights: The encoder's tensors, as Hugging Face names them.
        shape: The encoder's sizes.
    """
    network = Network(shape)
    own = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        # A crop is one sentence to us, so that the first type's row is added everywhere.
        "places.weight": weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0],
    }
    for kind in ("weight", "bias"):
        own[f"norm.{kind}"] = weights[f"embeddings.LayerNorm.{kind}"]
        for number in range(shape.n_layers):
            theirs, ours = f"encoder.layer.{number}", f"layers.{number}"
            own[f"{ours}.attention_in.{kind}"] = torch.cat(
                [
                    weights[f"{theirs}.attention.self.{part}.{kind}"]
                    for part in ("query", "key", "value")
                ]
            )
            for mine, name in (
                ("attention_out", "attention.output.dense"),
                ("attention_norm", "attention.output.LayerNorm"),
                ("inner_in", "intermediate.dense"),
                ("inner_out", "output.dense"),
                ("inner_norm", "output.LayerNorm"),
            ):
                own[f"{ours}.{mine}.{kind}"] = weights[f"{theirs}.{name}.{kind}"]
    head = {name: value for name, value in network.state_dict().items() if name.startswith("head")}
    network.load_state_dict({**own, **head})
    return network
