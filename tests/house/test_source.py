"""House rules that can be read off the source: sizes, clocks, prints, silenced checks, error types."""

from __future__ import annotations

import ast
import re

from tests.house.tree import ROOMS, ROOT, at, below, calls, files, modules, text, tree

#: Modules that decide: the same input gives the same output, on any day and on any machine.
PURE = (
    "core.application",
    "core.decision",
    "core.events",
    "core.evidence",
    "core.finance",
    "core.jurisdiction",
    "core.money",
    "core.risk",
    "ivr.call_session",
    "ivr.dialogue",
    "ivr.replay.caller",
    "ivr.twilio.messages",
    "ivr.twilio.protocol",
    "speech.activity",
    "speech.answers",
)
EXACT = ("core.finance", "core.money")


def test_no_module_is_too_long() -> None:
    lengths = {str(path): len(text(path).splitlines()) for path in files() if path.suffix == ".py"}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
    assert lengths["ivr/call_session.py"] <= 250


def test_every_pure_module_exists() -> None:
    present = [path for path in modules() if below(path, PURE)]
    for name in PURE:
        assert any(below(path, (name,)) for path in present), f"{name} is gone; correct the list"


def test_the_product_prints_only_in_its_commands() -> None:
    found = [
        at(path, node)
        for path in modules()
        if path.parts[:2] != ("ivr", "commands")
        for name, node in calls(path)
        if name in {"print", "pprint", "sys.stdout.write"}
    ]
    assert found == []


def test_pure_modules_read_no_clock_and_throw_no_dice() -> None:
    clock_or_dice = re.compile(
        r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|monotonic|perf_counter|sleep)|uuid[14]|"
        r"urandom|token_(hex|bytes|urlsafe)|randbelow|default_rng|random\.\w+)$"
    )
    pure = [path for path in modules() if below(path, PURE) and not below(path, ("ivr.replay.caller",))]
    assert [at(path, node) for path in pure for name, node in calls(path) if clock_or_dice.search(name)] == []


def test_no_time_without_a_zone() -> None:
    found = []
    for path in modules():
        for name, node in calls(path):
            naive_now = name.endswith("datetime.now") and not node.args and not node.keywords
            if naive_now or name.endswith(("datetime.utcnow", "utcfromtimestamp", "date.today", "datetime.today")):
                found.append(at(path, node))
    assert found == []


def test_money_and_finance_know_no_float() -> None:
    found = []
    for path in modules("core"):
        if below(path, EXACT):
            for node in ast.walk(tree(path)):
                literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
                if literal or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"):
                    found.append(at(path, node))
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path) for path in modules() if tree(path).body and not ast.get_docstring(tree(path))]
    assert silent == []


def test_errors_raised_on_purpose_have_a_type_of_ours() -> None:
    vague = {"Exception", "BaseException", "RuntimeError", "OSError", "NotImplementedError", "AssertionError"}
    found = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Raise) and node.exc is not None:
                raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if getattr(raised, "id", "") in vague:
                    found.append(at(path, node))
    assert found == []


def test_a_silenced_check_gives_its_reason() -> None:
    silenced = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover|nosec)")
    with_reason = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])\s+(# |[-–:] ?)\S+ \S+")
    # The house has every command import what is heavy only when it runs; that reason need not stand on each line.
    late_import = re.compile(r"^ +(import|from) .*# noqa: PLC0415$")
    found = []
    for path in (path for path in files() if path.suffix == ".py" and path.parts[1:2] != ("house",)):
        lines = text(path).splitlines()
        for number, line in enumerate(lines):
            above = lines[number - 1].strip() if number else ""
            by_rule = path.parts[:2] == ("ivr", "commands") and late_import.search(line)
            explained = with_reason.search(line) or with_reason.search(above) or above.startswith("# ")
            if silenced.search(line) and not (explained or by_rule):
                found.append(f"{path}:{number + 1}")
    assert found == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    kinds = {".py", ".toml", ".md", ".html", ".css", ".js"}
    ours = [path for path in files() if path.suffix in kinds and "vendor" not in path.parts]
    assert [str(path) for path in ours if marks.search(text(path))] == []


def test_the_rooms_are_the_four_of_the_map() -> None:
    packages = {path.parts[0] for path in files() if len(path.parts) > 1 and path.name == "__init__.py"}
    assert packages - {"tests", "scripts"} == set(ROOMS)
    assert all((ROOT / room / "__init__.py").is_file() for room in ROOMS)
