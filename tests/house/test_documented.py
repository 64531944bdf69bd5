"""What an operator can set, run, measure or audit is in the docs; and what the docs name exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import typer.main

from core.storage import privacy_tables
from ivr.cli import app
from ivr.settings import Settings
from tests.house.tree import ROOT, at, calls, dotted, files, modules, text, tree

DOCS = [path for path in files() if path.suffix == ".md" and path.parts[0] != "tests"]
CONFIGURATION = Path("docs/configuration.md")
COMMANDS = Path("docs/commands.md")
METRICS = Path("docs/metrics.md")
AUDIT = Path("docs/audit.md")
_METRIC_KINDS = ("Counter", "Gauge", "Histogram", "Summary", "Enum", "Info")


def _settings() -> set[str]:
    return {
        field.validation_alias if isinstance(field.validation_alias, str) else f"LOANLINE_{name.upper()}"
        for name, field in Settings.model_fields.items()
    }


def _commands() -> dict[str, click.Command]:
    """Every command that does something, by its whole name."""

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
            return
        for word, sub in inner.items():
            yield from walk(sub, f"{name} {word}")

    return dict(walk(typer.main.get_command(app), "loanline"))


def _literal(path: Path, node: ast.expr, what: str) -> str:
    """The text itself, or the module-level constant of that name."""
    if isinstance(node, ast.Name):
        values = {
            line.value.value
            for module in modules()
            for line in tree(module).body
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
            if dotted(line.targets[0]) == node.id
        }
        assert len(values) == 1, f"{at(path, node)}: {node.id} is not one constant"
        return str(values.pop())
    value = node.value if isinstance(node, ast.Constant) else None
    assert isinstance(value, str), f"{at(path, node)}: write the {what} as text"
    return value


def _metrics() -> set[str]:
    return {
        _literal(path, node.args[0], "metric's name")
        for path in modules()
        if "prometheus_client" in text(path)
        for name, node in calls(path)
        if name.rpartition(".")[2] in _METRIC_KINDS and node.args
    }


def _events() -> set[str]:
    """What is counted under ``loanline_events``: the first argument of every ``….meter.count(name)``."""
    counters = re.compile(r"(^|[._])(meter|metrics)\.count$")
    return {
        _literal(path, node.args[0], "event's name")
        for path in modules()
        for name, node in calls(path)
        if counters.search(name)
    }


def _audit_actions() -> set[str]:
    """The second argument of every ``….audit.append(actor, action, subject)``."""
    actions = set()
    for path in modules():
        for name, node in calls(path):
            if re.search(r"(^|[._])audit\.append$", name) and path.parts[:2] != ("core", "storage"):
                given = {word.arg: word.value for word in node.keywords}
                action = given["action"] if "action" in given else node.args[1]
                branches = [action.body, action.orelse] if isinstance(action, ast.IfExp) else [action]
                actions |= {_literal(path, branch, "audit action") for branch in branches}
    return actions


def test_every_setting_is_described_and_every_described_one_exists() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", text(CONFIGURATION), re.MULTILINE))
    assert described == _settings()


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    named = {name for path in DOCS for name in re.findall(r"\b(?:LOANLINE|TWILIO)_[A-Z][A-Z_]*\b", text(path))}
    assert named - _settings() == set()


def test_only_the_settings_read_the_environment() -> None:
    found = [
        at(path, node)
        for path in modules()
        for name, node in calls(path)
        if name in {"os.getenv", "os.environ.get"}
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith(("LOANLINE_", "TWILIO_"))
    ]
    assert found == []


def test_every_command_is_described_with_its_options() -> None:
    page = text(COMMANDS)
    missing = []
    for name, command in _commands().items():
        section = re.search(rf"^### `{re.escape(name)}(?:`| [^\n]*`)$(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
        if section is None:
            missing.append(name)
            continue
        for option in command.params:
            long = [word for word in option.opts if word.startswith("--") and word != "--help"]
            if long and not getattr(option, "hidden", False) and long[0] not in section[0]:
                missing.append(f"{name} {long[0]}")
    assert missing == []


def test_no_page_names_a_command_that_does_not_exist() -> None:
    real = _commands()
    groups = {name.rpartition(" ")[0] for name in real}
    call = re.compile(r"(?:`|^ *(?:\.venv/bin/)?)(loanline(?: [a-z][a-z-]*(?![\w./-]))+)", re.MULTILINE)
    unknown = set()
    for path in DOCS:
        for line in call.findall(text(path)):
            words = line.split()
            if not any(" ".join(words[:count]) in real for count in (2, 3)) and line not in groups:
                unknown.add(f"{path}: {line}")
    assert unknown == set()


def test_every_metric_is_described_and_every_described_one_exists() -> None:
    described = set(re.findall(r"^\| `([a-z_]+)` \|", text(METRICS), re.MULTILINE))
    assert described == _metrics() | _events()


def test_every_audit_action_is_described_and_every_described_one_exists() -> None:
    described = set(re.findall(r"^\| `([a-z_.]+)` \|", text(AUDIT), re.MULTILINE))
    assert described == _audit_actions()


def test_every_verb_of_the_makefile_says_what_it_does() -> None:
    makefile = text(Path("Makefile"))
    verbs = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert verbs == set(re.findall(r"^([a-z-]+):.*## \w", makefile, re.MULTILINE))
    named = {verb for path in DOCS for verb in re.findall(r"`make ([a-z-]+)", text(path))}
    assert named <= verbs


def _paths_named_in(page: Path) -> set[str]:
    """Whatever stands in backticks and looks like a file or folder of ours; ``*`` stands for any name. A page may name
    a file by the end of its path."""
    ours = re.compile(r"(ivr|speech|antifraud|core|audio_fixtures|tests|docs|scripts|\.ci)/\S*|\S+\.(py|toml|lock)")
    return {name for name in re.findall(r"`([\w.-]+(?:/[\w.*-]+)*/?)`", text(page)) if ours.fullmatch(name)}


def test_every_path_that_a_page_names_exists() -> None:
    pages = [path for path in DOCS if path.parts[0] == "docs" or len(path.parts) == 1]
    assert Path("ARCHITECTURE.md") in pages
    tails = {"/".join(path.parts[-count:]) for path in files() for count in range(1, len(path.parts) + 1)}
    gone = {
        str(page): sorted(
            name for name in _paths_named_in(page) if name not in tails and not list(ROOT.glob(name.rstrip("/")))
        )
        for page in pages
    }
    assert {page: names for page, names in gone.items() if names} == {}


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page}: {target}"
        for page in DOCS
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(page))
        if not re.match(r"[a-z]+:", target) and not (ROOT / page.parent / target).exists()
    ]
    assert broken == []


def test_the_reader_of_calls_knows_dotted_names() -> None:
    assert dotted(ast.parse("self._audit.append", mode="eval").body) == "self._audit.append"


def test_every_table_has_its_data_class() -> None:
    page = (ROOT / "docs/security/data-classes.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)`", page))
    ours = {name for name in privacy_tables.metadata.tables if name != "audit_state"}  # a size and hashes
    assert ours - named == set()
