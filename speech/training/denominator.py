"""The denominator of LF-MMI: every phone sequence, weighted by a phone trigram that is kept as a dense table.

Each phone is one state of Kaldi's "chain" topology: its first frame has output ``2 * (phone - 1)``, its further frames
the one after it. Phones count from 1; 0 is the edge of the utterance. (Povey et al., Interspeech 2016; the flat start
from whole sentences after Hadian et al., Interspeech 2018.)
"""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["Denominator"]

Tensor = Any


class Denominator(torch.autograd.Function):
    """Log sum over all phone sequences for each utterance; in the probability domain with a scale for each frame."""

    @staticmethod
    def forward(ctx: Any, outputs: Tensor, lengths: Tensor, trigram: Tensor) -> Tensor:
        """``outputs`` [B, T, 2P], ``lengths`` [B] in frames, ``trigram`` from ``trigram.phone_trigram`` -> [B]."""
        batch, frames, width = outputs.shape
        phones, device = width // 2, outputs.device
        peak = outputs.max(-1, keepdim=True).values
        likely = torch.exp(outputs - peak)
        enter, stay = likely[..., 0::2], likely[..., 1::2]
        follow = trigram[:, 1:, 1:].permute(1, 0, 2).contiguous()  # [phone, the one before, the next]
        final = trigram[:, 1:, 0].T.contiguous()
        # A state is a phone and the one before it: [phone, utterance, the one before].
        state = torch.zeros(phones, batch, phones + 1, device=device)
        state[:, :, 0] = (trigram[0, 0, 1:][None] * enter[:, 0]).T
        scale = state.sum((0, 2))
        state = state / scale[None, :, None]
        states, scales = [state], [scale]
        for t in range(1, frames):
            further = state * stay[:, t].T[:, :, None]
            further[:, :, 1:] += (torch.bmm(state, follow) * enter[:, t][None]).permute(2, 1, 0)
            live = t < lengths
            further = torch.where(live[None, :, None], further, state)
            scale = torch.where(live, further.sum((0, 2)), torch.ones(batch, device=device))
            state = further / scale[None, :, None]
            states.append(state)
            scales.append(scale)
        total = (state * final[:, None, :]).sum((0, 2)).clamp(min=1e-30)
        inside = torch.arange(frames, device=device)[None] < lengths[:, None]
        result = torch.log(torch.stack(scales, 1)).sum(1) + (peak.squeeze(-1) * inside).sum(1) + torch.log(total)
        back = final[:, None, :] / total[None, :, None]
        ctx.save_for_backward(_posteriors(outputs, lengths, states, scales, back, enter, stay, follow))
        return result

    @staticmethod
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor, None, None]:
        (posteriors,) = ctx.saved_tensors
        return posteriors * given[:, None, None], None, None


def _posteriors(
    outputs: Tensor,
    lengths: Tensor,
    states: list[Tensor],
    scales: list[Tensor],
    back: Tensor,
    enter: Tensor,
    stay: Tensor,
    follow: Tensor,
) -> Tensor:
    """How likely each output is at each frame, from the backward pass."""
    found = torch.zeros_like(outputs)
    for t in range(outputs.shape[1] - 1, 0, -1):
        live = t < lengths
        counted = live.float()[:, None]
        before, scaled = states[t - 1], back / scales[t][None, :, None]
        staying = before * stay[:, t].T[:, :, None] * scaled
        onward = scaled[:, :, 1:].permute(2, 1, 0)
        entering = torch.bmm(before, follow) * enter[:, t][None] * onward
        found[:, t, 0::2] = entering.sum(0) * counted
        found[:, t, 1::2] = staying.sum(2).T * counted
        reached = (onward * enter[:, t][None]).contiguous()
        earlier = scaled * stay[:, t].T[:, :, None] + torch.bmm(reached, follow.transpose(1, 2))
        back = torch.where(live[None, :, None], earlier, back)
    found[:, 0, 0::2] = (states[0] * back).sum(2).T
    return found
