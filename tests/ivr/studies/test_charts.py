"""Pages with charts: well-formed, self-contained, escaped."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.errors import EnvironmentProblem
from ivr.studies.charts import Chart, page, write_page

CHART = Chart("Outcomes <b>", "cases & shares", ["approve", "a < b"], [("then", [3, 0]), ("now", [1.5, 6])])
SPACE = "{http://www.w3.org/2000/svg}"


def test_bars_are_as_high_as_their_figures() -> None:
    drawn = ElementTree.fromstring(CHART.svg())
    heights = [float(bar.attrib["height"]) for bar in drawn.iter(f"{SPACE}rect")]
    assert heights == pytest.approx([150, 75, 0, 300])
    tips = [tip.text for bar in drawn.iter(f"{SPACE}rect") for tip in bar]
    assert tips[0] == "approve, then: 3"


def test_nothing_to_show_is_still_a_chart() -> None:
    ElementTree.fromstring(Chart("empty", "", [], [("one", [])]).svg())
    ElementTree.fromstring(Chart("zeros", "", ["a"], [("one", [0])]).svg())


def test_a_page_loads_nothing_and_escapes_everything() -> None:
    text = page("Title & more", "note <i>", [CHART], ["what"], [["<script>"]])
    assert "<script" not in text
    assert "src=" not in text
    assert "&lt;script&gt;" in text
    assert text.count("<svg") == 1


def test_a_page_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    write_page(tmp_path / "deep" / "page.html", "x")
    assert (tmp_path / "deep" / "page.html").read_text() == "x"
    with pytest.raises(EnvironmentProblem):
        write_page(tmp_path, "x")
