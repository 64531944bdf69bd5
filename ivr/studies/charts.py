"""Bar charts as plain SVG in one HTML page: no script, nothing loaded from elsewhere, readable when printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from core.errors import EnvironmentProblem

__all__ = ["Chart", "page", "write_page"]

_COLOURS = ("#1f4e79", "#c55a11", "#548235", "#7f6000")
_HEIGHT, _LEFT, _TOP, _BOTTOM, _BAR = 300, 60, 20, 60, 22


@dataclass(frozen=True, slots=True)
class Chart:
    """Groups of bars: ``labels`` along the bottom, one bar a series in each group. ``unit`` stands at the axis."""

    title: str
    unit: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]

    def svg(self) -> str:
        """The chart; its bars carry their value as a tooltip, and a description for those who do not see it."""
        top = max([0.0, *(value for _, values in self.series for value in values)]) or 1.0
        group = _BAR * len(self.series) + 16
        width = _LEFT + max(group * len(self.labels), 240) + 20
        size = f'viewBox="0 0 {width} {_HEIGHT + _TOP + _BOTTOM}" width="{width}"'
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}><title>{escape(self.title)}</title>']
        for step in range(5):
            value, y = top * step / 4, _TOP + _HEIGHT - _HEIGHT * step / 4
            parts.append(f'<line x1="{_LEFT}" x2="{width - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>')
            parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,.4g}</text>')
        for at, label in enumerate(self.labels):
            x = _LEFT + 8 + at * group
            for number, (name, values) in enumerate(self.series):
                parts.append(_bar(x + number * _BAR, values[at], top, number, f"{label}, {name}"))
            middle, foot = x + _BAR * len(self.series) / 2, _TOP + _HEIGHT + 14
            place = f'x="{middle:.1f}" y="{foot}" text-anchor="end" transform="rotate(-30 {middle:.1f} {foot})"'
            parts.append(f"<text {place}>{escape(label)}</text>")
        parts.append(f'<text x="4" y="{_TOP - 6}">{escape(self.unit)}</text></svg>')
        return "".join(parts)


def page(title: str, note: str, charts: Sequence[Chart], head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The whole page: what it shows, the charts with their keys, and the same figures as a table."""
    drawn = "".join(f"<h2>{escape(chart.title)}</h2>{_key(chart)}{chart.svg()}" for chart in charts)
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1><p>{escape(note)}</p>{drawn}"
        f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></body></html>\n"
    )


def write_page(path: Path, text: str) -> None:
    """Raises ``EnvironmentProblem`` when the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise EnvironmentProblem(f"The chart cannot be written ({error.strerror}); choose another --chart.") from None


def _bar(x: float, value: float, top: float, number: int, what: str) -> str:
    height = _HEIGHT * max(value, 0.0) / top
    y = _TOP + _HEIGHT - height
    colour = _COLOURS[number % len(_COLOURS)]
    tip = f"<title>{escape(what)}: {value:,.6g}</title>"
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{_BAR - 3}" height="{height:.1f}" fill="{colour}">{tip}</rect>'


def _key(chart: Chart) -> str:
    entries = [
        f'<span style="color:{_COLOURS[number % len(_COLOURS)]}">&#9632;</span> {escape(name)}'
        for number, (name, _) in enumerate(chart.series)
    ]
    return f'<p class="key">{" &nbsp; ".join(entries)}</p>'


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "svg{max-width:100%;height:auto;font:11px system-ui,sans-serif}table{border-collapse:collapse;margin-top:2rem}"
    "td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:right}th:first-child,td:first-child{text-align:left}"
)
