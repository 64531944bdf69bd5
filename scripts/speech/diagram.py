"""A reliability diagram as SVG: promised against observed error, with the range chance alone would give."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scripts.speech.scoring import Bin, bins

__all__ = ["reliability_svg"]

_EDGES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1.0001)
_LEAST = 0.003
_SIZE, _LEFT, _TOP = 360, 64, 24


def _place(share: float) -> float:
    """A share on the logarithmic axis, 0 to 1: the small errors are those that matter."""
    return (math.log(max(share, _LEAST)) - math.log(_LEAST)) / -math.log(_LEAST)


def _x(share: float) -> float:
    return _LEFT + _SIZE * _place(share)


def _y(share: float) -> float:
    return _TOP + _SIZE * (1 - _place(share))


def _interval(one: Bin) -> tuple[float, float]:
    """Wilson's 95 % interval of the observed share."""
    z, n, p = 1.96, one.count, one.wrong
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def reliability_svg(answers: Sequence[tuple[float, bool]], error: float) -> str:
    """``answers``: promised error and whether the answer was wrong."""
    made = bins([promised for promised, _ in answers], [wrong for _, wrong in answers], _EDGES)
    width, height = _LEFT + _SIZE + 24, _TOP + _SIZE + 56
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
        ' font-family="sans-serif" font-size="12" aria-label="Promised against observed error of heard answers">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for share in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0):
        label = f"{share:.1%}" if share < 0.01 else f"{share:.0%}"
        lines += [
            f'<line x1="{_x(share):.1f}" y1="{_TOP}" x2="{_x(share):.1f}" y2="{_TOP + _SIZE}" stroke="#ddd"/>',
            f'<line x1="{_LEFT}" y1="{_y(share):.1f}" x2="{_LEFT + _SIZE}" y2="{_y(share):.1f}" stroke="#ddd"/>',
            f'<text x="{_x(share):.1f}" y="{_TOP + _SIZE + 18}" text-anchor="middle">{label}</text>',
            f'<text x="{_LEFT - 6}" y="{_y(share) + 4:.1f}" text-anchor="end">{label}</text>',
        ]
    lines.append(f'<line x1="{_LEFT}" y1="{_TOP + _SIZE}" x2="{_LEFT + _SIZE}" y2="{_TOP}" stroke="#999"/>')
    for one in made:
        low, high = _interval(one)
        at = _x(one.promised)
        lines += [
            f'<path d="M{at:.1f} {_y(low):.1f} V{_y(high):.1f}" stroke="#2a6f97" stroke-width="2"/>',
            f'<circle cx="{at:.1f}" cy="{_y(one.wrong):.1f}" r="5" fill="#2a6f97"/>',
            f'<text x="{at + 8:.1f}" y="{_y(one.wrong) - 6:.1f}" fill="#555">{one.count}</text>',
        ]
    middle, side = _LEFT + _SIZE / 2, _TOP + _SIZE / 2
    title = f"{len(answers)} answers of speakers not fitted on; calibration error {error:.3f}"
    lines += [
        f'<text x="{middle:.0f}" y="{_TOP + _SIZE + 42}" text-anchor="middle">promised error</text>',
        f'<g transform="rotate(-90 16 {side:.0f})"><text x="16" y="{side:.0f}" text-anchor="middle">',
        "observed error</text></g>",
        f'<text x="{middle:.0f}" y="16" text-anchor="middle">{title}</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
