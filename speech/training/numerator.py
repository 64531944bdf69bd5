"""The numerator of LF-MMI: what was said, in every listed pronunciation, with or without a pause after each word."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from speech.training.phones import SILENCE

__all__ = ["Graph", "Numerator", "collated", "graph_of"]

Tensor = Any
_NEVER = -1e30
_PAUSE, _EDGE = 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes are phones; ``before`` lists each node's predecessors with their log weights."""

    nodes: list[int]
    before: list[list[tuple[int, float]]]
    start: dict[int, float]
    final: dict[int, float]


def graph_of(words: Sequence[Sequence[Sequence[int]]]) -> Graph:
    """[silence] word [silence] word … [silence], for the pronunciations of each word."""
    paused, joined = math.log(_PAUSE), math.log(1 - _PAUSE)
    quiet, sudden = math.log(_EDGE), math.log(1 - _EDGE)
    graph = Graph([SILENCE], [[]], {0: quiet}, {})
    ends: list[int] | None = None
    silence = 0
    for at, pronunciations in enumerate(words):
        new_ends = []
        share = -math.log(len(pronunciations))
        for phones in pronunciations:
            for k, phone in enumerate(phones):
                node = len(graph.nodes)
                graph.nodes.append(phone)
                if k:
                    graph.before.append([(node - 1, 0.0)])
                    continue
                graph.before.append([(silence, share)] + [(end, joined + share) for end in ends or ()])
                if ends is None:
                    graph.start[node] = sudden + share
            new_ends.append(len(graph.nodes) - 1)
        ends, silence = new_ends, len(graph.nodes)
        graph.nodes.append(SILENCE)
        graph.before.append([(end, quiet if at == len(words) - 1 else paused) for end in ends])
    graph.final[silence] = 0.0
    graph.final.update(dict.fromkeys(ends or (), sudden))
    return graph


def collated(graphs: Sequence[Graph], device: str = "cpu") -> tuple[Tensor, ...]:
    """Graphs of one batch as tables: nodes, predecessors, their weights, start, final."""
    batch, size = len(graphs), max(len(graph.nodes) for graph in graphs)
    most = max(len(before) for graph in graphs for before in graph.before)
    nodes = torch.ones(batch, size, dtype=torch.long)
    before = torch.full((batch, size, most), -1, dtype=torch.long)
    weight = torch.full((batch, size, most), _NEVER)
    start, final = torch.full((batch, size), _NEVER), torch.full((batch, size), _NEVER)
    for b, graph in enumerate(graphs):
        nodes[b, : len(graph.nodes)] = torch.tensor(graph.nodes)
        for at, listed in enumerate(graph.before):
            for k, (node, log_weight) in enumerate(listed):
                before[b, at, k], weight[b, at, k] = node, log_weight
        for node, log_weight in graph.start.items():
            start[b, node] = log_weight
        for node, log_weight in graph.final.items():
            final[b, node] = log_weight
    return tuple(table.to(device) for table in (nodes, before, weight, start, final))


class Numerator(torch.autograd.Function):
    """Log sum over the ways the words could have been said, for each utterance, in the log domain."""

    @staticmethod
    def forward(
        ctx: Any,
        outputs: Tensor,
        lengths: Tensor,
        nodes: Tensor,
        before: Tensor,
        weight: Tensor,
        start: Tensor,
        final: Tensor,
    ) -> Tensor:
        """``outputs`` [B, T, 2P], ``lengths`` [B] in frames, the rest from :func:`collated` -> [B]; hugely negative
        where the words do not fit into the frames."""
        batch, frames, _ = outputs.shape
        size, most = before.shape[1:]
        index = 2 * (nodes - 1)
        enter = torch.gather(outputs, 2, index[:, None, :].expand(batch, frames, size))
        stay = torch.gather(outputs, 2, (index + 1)[:, None, :].expand(batch, frames, size))
        flat = before.clamp(min=0).reshape(batch, size * most)
        state = (start + enter[:, 0]).clamp(min=_NEVER)
        states = [state]
        for t in range(1, frames):
            arriving = torch.logsumexp(torch.gather(state, 1, flat).view(batch, size, most) + weight, -1)
            further = torch.logaddexp(state + stay[:, t], arriving + enter[:, t]).clamp(min=_NEVER)
            state = torch.where((t < lengths)[:, None], further, state)
            states.append(state)
        result = torch.logsumexp(state + final, -1)
        back = final - result[:, None]
        ctx.save_for_backward(_posteriors(outputs, lengths, states, back, enter, stay, index, flat, weight))
        return result

    @staticmethod
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor | None, ...]:
        (posteriors,) = ctx.saved_tensors
        return (posteriors * given[:, None, None], None, None, None, None, None, None)


def _posteriors(
    outputs: Tensor,
    lengths: Tensor,
    states: list[Tensor],
    back: Tensor,
    enter: Tensor,
    stay: Tensor,
    index: Tensor,
    flat: Tensor,
    weight: Tensor,
) -> Tensor:
    """How likely each output is at each frame, from the backward pass."""
    batch, size, most = weight.shape
    found = torch.zeros_like(outputs)
    for t in range(outputs.shape[1] - 1, 0, -1):
        live = t < lengths
        counted = live.float()[:, None]
        before, onward = states[t - 1], enter[:, t] + back
        staying = torch.exp(before + stay[:, t] + back)
        arriving = torch.gather(before, 1, flat).view(batch, size, most) + weight + onward[:, :, None]
        found[:, t].scatter_add_(1, index + 1, staying * counted)
        found[:, t].scatter_add_(1, index, torch.exp(torch.logsumexp(arriving, -1)) * counted)
        given = (onward[:, :, None] + weight).view(batch, size * most)
        kept = stay[:, t] + back
        peak = torch.maximum(given.max(1, keepdim=True).values.clamp(min=-1e20), kept.max(1, keepdim=True).values)
        total = torch.zeros_like(kept).scatter_add_(1, flat, torch.exp(given - peak)) + torch.exp(kept - peak)
        earlier = torch.log(total.clamp(min=1e-38)) + peak
        earlier = torch.where(total > 0, earlier, torch.full_like(earlier, _NEVER))
        back = torch.where(live[:, None], earlier, back)
    found[:, 0].scatter_add_(1, index, torch.exp(states[0] + back).clamp(max=1.0))
    return found
