"""The training itself: LF-MMI by gradient descent, on a CPU or a GPU, in steps that resume where the last one ended."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from speech.training.batches import Example, Passes
from speech.training.bundle import Bundle
from speech.training.denominator import Denominator
from speech.training.features import BINS, Mfcc
from speech.training.network import Network
from speech.training.numerator import Numerator, collated, graph_of
from speech.training.shape import Weights, save_weights, shape_of

__all__ = ["Plan", "Trainer"]

Tensor = Any
_EMPTY = -1e20
_LOG_EVERY, _SAVE_EVERY = 25, 100


@dataclass(frozen=True, slots=True)
class Plan:
    """``minutes`` of training in all, over however many calls; on a CPU those that the processor gave, so that a busy
    machine costs time and not steps. The rate falls from ``rate`` to ``rate * floor`` along a cosine after a short
    rise. ``seconds`` of speech make a batch."""

    minutes: float
    rate: float = 3e-4
    floor: float = 0.02
    warm_steps: int = 50
    seconds: float = 48.0
    dropout: float = 0.05
    masks: bool = True
    seed: int = 1
    threads: int = 1
    weight_decay: float = 1e-3


class Trainer:
    """Trains ``weights`` on ``bundle`` and keeps everything in ``folder``: ``latest.npz`` (weights), ``state.pt`` (to
    resume), ``log.jsonl`` (a line every 25 steps), ``plan.json``."""

    def __init__(
        self, folder: Path, bundle: Bundle, weights: Weights, trigram: npt.NDArray[np.float32], plan: Plan
    ) -> None:
        torch.set_num_threads(plan.threads)
        torch.set_flush_denormal(True)
        torch.manual_seed(plan.seed)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._folder, self._plan = folder, plan
        self._net = Network(shape_of(weights), plan.dropout)
        self._net.load(weights)
        self._net.to(self._device)
        self._mfcc = Mfcc(self._device)
        self._trigram = torch.tensor(trigram, device=self._device)
        self._optimiser = torch.optim.AdamW(
            self._net.parameters(), lr=plan.rate, weight_decay=plan.weight_decay, betas=(0.9, 0.98)
        )
        self._step, self._spent, self._speech = 0, 0.0, 0.0
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plan.json").write_text(json.dumps(asdict(plan), indent=1) + "\n", encoding="utf-8")
        self._resume()
        self._rng = np.random.default_rng((plan.seed, self._step))
        self._batches = Passes(bundle, self._rng, plan.seconds)

    @property
    def finished(self) -> bool:
        return self._spent >= self._plan.minutes * 60

    def run(self, most_minutes: float, most_steps: int | None = None) -> None:
        """Train until the plan is done, at most so long or so many steps; the next call goes on."""
        self._net.train()
        begun, given, before, first = time.monotonic(), self._given(), self._spent, self._step
        gained, frames = 0.0, 0.0
        for batch in self._batches:
            enough = most_steps is not None and self._step - first >= most_steps
            if self.finished or enough or time.monotonic() - begun > most_minutes * 60:
                break
            objective, counted, norm = self._learn(batch)
            gained, frames = gained + objective * counted, frames + counted
            self._step += 1
            self._spent = before + self._given() - given
            if self._step % _LOG_EVERY == 0:
                self._log(gained / max(1.0, frames), norm)
                gained, frames = 0.0, 0.0
            if self._step % _SAVE_EVERY == 0:
                self.save()
        self.save()

    def _given(self) -> float:
        """Seconds of work so far."""
        return time.monotonic() if self._device == "cuda" else time.process_time() / self._plan.threads

    def save(self) -> None:
        save_weights(self._folder / "latest.npz", self._net.weights())
        state = {"optimiser": self._optimiser.state_dict(), "step": self._step, "spent": self._spent}
        part = self._folder / "state.part"
        torch.save({**state, "speech": self._speech, "net": self._net.state_dict()}, part)
        part.replace(self._folder / "state.pt")

    def _resume(self) -> None:
        file = self._folder / "state.pt"
        if not file.is_file():
            return
        state = torch.load(file, map_location=self._device, weights_only=True)
        self._net.load_state_dict(state["net"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._step, self._spent, self._speech = state["step"], state["spent"], state["speech"]

    def _rate(self) -> float:
        done = min(1.0, self._spent / (self._plan.minutes * 60))
        fall = self._plan.floor + (1 - self._plan.floor) * 0.5 * (1 + math.cos(math.pi * done))
        return self._plan.rate * min(1.0, (self._step + 1) / self._plan.warm_steps) * fall

    def _learn(self, batch: Sequence[Example]) -> tuple[float, float, float]:
        """One step: the objective for each frame, the frames that counted, the gradient's norm."""
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        features, lengths = self._features(batch)
        graphs = collated([graph_of(example.words) for example in batch], self._device)
        with torch.autocast(self._device, torch.bfloat16):
            outputs = self._net(features)
        outputs = outputs.float()
        total = Denominator.apply(outputs, lengths, self._trigram)
        said = Numerator.apply(outputs, lengths, *graphs)
        fits = (said > _EMPTY).float()
        frames = (lengths.float() * fits).sum().clamp(min=1.0)
        objective = ((said - total) * fits).sum() / frames
        inside = (torch.arange(outputs.shape[1], device=self._device)[None] < lengths[:, None]).float()
        loss = -objective + 0.5 * 5e-5 * ((outputs**2).sum(-1) * inside).sum() / inside.sum()
        self._optimiser.zero_grad(set_to_none=False)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._net.parameters(), 2.0)
        self._optimiser.step()
        self._speech += sum(len(example.sound) for example in batch) / 8000
        return objective.item(), frames.item(), norm.item()

    def _features(self, batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
        """MFCC, the shorter ones continued with their last frame, and how many output frames each has."""
        made = []
        for example in batch:
            energies = self._mfcc.log_mel(torch.tensor(example.sound[None], device=self._device))[0]
            if self._plan.masks:
                self._mask(energies)
            made.append(self._mfcc.cepstra(energies))
        longest = max(len(one) for one in made)
        whole = [torch.cat([one, one[-1:].expand(longest - len(one), -1)]) for one in made]
        return torch.stack(whole), torch.tensor([(len(one) + 2) // 3 for one in made], device=self._device)

    def _mask(self, energies: Tensor) -> None:
        """Blind patches in band and time, in place (SpecAugment, Park et al. 2019)."""
        for _ in range(int(self._rng.integers(0, 3))):
            width = int(self._rng.integers(1, 6))
            low = int(self._rng.integers(0, BINS - width))
            energies[:, low : low + width] = energies[:, low : low + width].mean()
        mean = energies.mean()
        for _ in range(int(self._rng.random() * len(energies) / 120)):
            width = int(self._rng.integers(2, 13))
            first = int(self._rng.integers(0, max(1, len(energies) - width)))
            energies[first : first + width] = mean

    def _log(self, objective: float, norm: float) -> None:
        line = {
            "step": self._step, "minutes": round(self._spent / 60, 2), "objective": round(objective, 4),
            "norm": round(norm, 2), "rate": round(self._rate(), 7), "hours": round(self._speech / 3600, 2),
        }  # fmt: skip
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
