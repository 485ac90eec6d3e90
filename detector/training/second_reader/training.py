"""Training of the second reader, which can be interrupted and resumed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import Tensor
from torch.nn import functional

from chaffinch.detector.training.second_reader.crops import AT_ONCE, BATCH, Crop
from chaffinch.detector.training.second_reader.network import Network

_RATE = 2e-4
"""Greatest learning rate; our choice, high for an encoder: a run has only some thousand steps."""

_WARM_UP = 100
"""Steps in which the learning rate rises; our choice."""

_BETAS, _DECAY = (0.9, 0.98), 0.01
"""Of AdamW: Liu et al., "RoBERTa" (2019)."""

_LONGEST_GRADIENT = 1.0
"""Greatest norm of a step's gradient, as BERT has it."""

_SAVE_EVERY, _EVALUATE_EVERY, _REPORT_EVERY = 100, 300, 20
"""Steps between checkpoints, between looks at the development crops, and between reports."""

_AT_ONCE = 50
"""Development crops that are read at once; our choice."""


class CheckpointError(Exception):
    """A checkpoint that another training left."""


class Batch(NamedTuple):
    """Crops of like length.

    Attributes:
        ids: int64 tensor of shape (n_crops, n_pieces), padded with 0.
        mask: bool tensor of the same shape, False where a crop has ended.
        first: int64 tensor of shape (n_tokens,), where tokens begin, counted over all of `ids`.
        replaced: float32 tensor of shape (n_tokens,), 1 for what a spinner wrote.
    """

    ids: Tensor
    mask: Tensor
    first: Tensor
    replaced: Tensor

    @classmethod
    def of(cls, crops: Sequence[Crop]) -> "Batch":
        """The batch of some crops."""
        longest = max(len(crop.ids) for crop in crops)
        ids = np.zeros((len(crops), longest), np.int64)
        mask = np.zeros(ids.shape, np.bool_)
        for row, crop in enumerate(crops):
            ids[row, : len(crop.ids)] = crop.ids
            mask[row, : len(crop.ids)] = True
        first = np.concatenate([row * longest + crop.first for row, crop in enumerate(crops)])
        replaced = np.concatenate([crop.replaced for crop in crops])
        return cls(
            torch.from_numpy(ids),
            torch.from_numpy(mask),
            torch.from_numpy(first.astype(np.int64)),
            torch.from_numpy(replaced.astype(np.float32)),
        )


def log_odds(network: Network, batch: Batch) -> Tensor:
    """Log-odds of a batch's tokens, float32 of shape (n_tokens,)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        odds: Tensor = network(batch.ids, batch.mask)
    return odds.float().flatten()[batch.first]


def batches(crops: Sequence[Crop], group: int, seed: int) -> list[Batch]:
    """The batches of one group of crops, of like lengths, in an order that is drawn."""
    by_length = sorted(crops, key=lambda crop: len(crop.ids))
    parts = [by_length[start : start + BATCH] for start in range(0, len(crops), BATCH)]
    order = np.random.default_rng([seed, group]).permutation(len(parts))
    return [Batch.of(parts[number]) for number in order]


class Trainer:
    """A training and where it stands.

    Args:
        network: What is trained.
        n_steps: Its steps.
        seed: Seed of the batches' order.
        checkpoint: File that the state is written to, and read from where it exists.

    Attributes:
        step: Steps that are done.

    Raises:
        CheckpointError: The file is of a training with other steps or another seed.
    """

    def __init__(
        self, network: Network, n_steps: int, seed: int, checkpoint: Path | None = None
    ) -> None:
        self.network = network
        self.step = 0
        self._n_steps = n_steps
        self._seed = seed
        self._checkpoint = checkpoint
        self._optimiser = torch.optim.AdamW(
            network.parameters(), _RATE, _BETAS, weight_decay=_DECAY, fused=True
        )
        if checkpoint and checkpoint.exists():
            self._read(checkpoint)

    def run(
        self,
        groups: Callable[[int], Sequence[Crop]],
        report: Callable[[str], None] = lambda line: None,
        evaluate: Callable[[], str] | None = None,
    ) -> None:
        """Do the steps that are left.

        Args:
            groups: Gives the crops of a group by its number, `AT_ONCE` of them.
            report: Called with lines that say how it goes.
            evaluate: Called every few hundred steps; what it says is reported.
        """
        per_group = AT_ONCE // BATCH
        losses: list[float] = []
        current: list[Batch] = []
        self.network.train()
        while self.step < self._n_steps:
            group, place = divmod(self.step, per_group)
            if not current or place == 0:
                current = batches(groups(group), group, self._seed)
            losses.append(self._learn(current[place]))
            if self.step % _REPORT_EVERY == 0:
                report(f"step {self.step:,} of {self._n_steps:,}: loss {np.mean(losses):.4f}")
                losses.clear()
            last = self.step == self._n_steps
            if self._checkpoint and (last or self.step % _SAVE_EVERY == 0):
                self._save(self._checkpoint)
            if evaluate and (last or self.step % _EVALUATE_EVERY == 0):
                report(f"step {self.step:,}: {evaluate()}")
        self.network.eval()

    def _learn(self, batch: Batch) -> float:
        rise = min(1.0, (self.step + 1) / _WARM_UP)
        for group in self._optimiser.param_groups:
            group["lr"] = _RATE * rise * (1 - self.step / self._n_steps)
        loss = functional.binary_cross_entropy_with_logits(
            log_odds(self.network, batch), batch.replaced
        )
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_GRADIENT)
        self._optimiser.step()
        self.step += 1
        return float(loss.detach())

    def _save(self, file: Path) -> None:
        state = {
            "network": self.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": self.step,
            "n_steps": self._n_steps,
            "seed": self._seed,
        }
        unfinished = file.with_name(f"{file.name}.unfinished")
        torch.save(state, unfinished)
        unfinished.replace(file)

    def _read(self, file: Path) -> None:
        state = torch.load(file, weights_only=True)
        for name, own in (("n_steps", self._n_steps), ("seed", self._seed)):
            if state[name] != own:
                raise CheckpointError(
                    f"{file} is of a training with {name} {state[name]}. Got {own}."
                )
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]


def read(network: Network, crops: Sequence[Crop]) -> list[NDArray[np.float32]]:
    """Log-odds of the tokens of each crop."""
    network.eval()
    found: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(crops)
    order = sorted(range(len(crops)), key=lambda number: len(crops[number].ids))
    with torch.no_grad():
        for start in range(0, len(order), _AT_ONCE):
            own = order[start : start + _AT_ONCE]
            odds = log_odds(network, Batch.of([crops[number] for number in own])).numpy()
            ends = np.cumsum([len(crops[number].first) for number in own])
            for number, values in zip(own, np.split(odds, ends[:-1]), strict=True):
                found[number] = values
    network.train()
    return found


class Quality(NamedTuple):
    """How well replaced words are told from others.

    Attributes:
        loss: Mean cross-entropy of a token, nats.
        auroc: Area under the ROC curve, over tokens.
        average_precision: Average precision, over tokens.
    """

    loss: float
    auroc: float
    average_precision: float

    def __str__(self) -> str:
        return (
            f"loss {self.loss:.4f}, AUROC {self.auroc:.4f}, "
            f"average precision {self.average_precision:.4f}"
        )


def quality(crops: Sequence[Crop], odds: Sequence[NDArray[np.float32]]) -> Quality:
    """The quality of log-odds of some crops' tokens."""
    label = np.concatenate([crop.replaced for crop in crops])
    value = np.concatenate(odds).astype(np.float64)
    loss = np.logaddexp(0, np.where(label, -value, value)).mean()
    return Quality(
        float(loss),
        float(roc_auc_score(label, value)),
        float(average_precision_score(label, value)),
    )
