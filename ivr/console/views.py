"""Templates: Jinja2 with autoescape, the labels, and who asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from core.usecases.roles import Action, may
from core.usecases.staff import Visitor
from ivr.console.labels import Labels

__all__ = ["STATIC", "Views"]

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


class Views:
    """Renders pages and fragments. ``demo`` shows what only a demonstration has."""

    def __init__(self, labels: Labels, *, demo: bool) -> None:
        self.labels = labels
        self._env = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals.update(t=labels, word=labels.word, lang=labels.language, demo=demo, may=may, Action=Action)

    def fragment(self, template: str, **facts: Any) -> str:
        return self._env.get_template(template).render(facts)

    def page(self, template: str, who: Visitor | None, place: str, code: int = 200, **facts: Any) -> HTMLResponse:
        """``place`` names the page in the navigation."""
        return HTMLResponse(self.fragment(template, who=who, place=place, **facts), code)

    def error(self, request: Request, status: int, message: str) -> HTMLResponse:
        """What went wrong, as a page or, for a part of one, as a fragment."""
        if request.headers.get("hx-request"):
            return HTMLResponse(self.fragment("_problem.html", message=message), status)
        return self.page("problem.html", None, "", status, message=message, status=status)
