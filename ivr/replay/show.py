"""A call at the terminal, line by line, as it happens."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ivr.replay.compare import Verdict
from ivr.replay.feed import Fact

__all__ = ["CallView"]


def _clock(ms: float) -> str:
    return f"{int(ms) // 60000}:{int(ms) // 1000 % 60:02d}"


class CallView:
    """Prints facts to ``console``; remembers only what it needs to say a thing once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._assessed: tuple[str, int] | None = None
        self._signals: Fact | None = None
        self._keys = 0

    def _row(self, ms: float, who: str, style: str, text: Text) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=6, justify="right")
        row.add_column(width=8)
        row.add_column(ratio=1)
        row.add_row(Text(_clock(ms), "dim"), Text(who, style), text)
        self._console.print(row)

    def fact(self, fact: Fact) -> None:
        """Show one fact of the feed; kinds that are of no interest to a reader are passed over."""
        kind, at = fact["kind"], fact["at_ms"]
        if kind != "key" and self._keys:
            self._row(at, "caller", "bold yellow", Text(f"pressed {self._keys} keys", "italic"))
            self._keys = 0
        match kind:
            case "key":
                self._keys += 1
            case "prompt":
                self._row(at, "line", "bold blue", Text(fact["text"]))
            case "heard":
                text = Text("(a secret: not written down)" if fact.get("hidden") else f"“{fact['text']}”")
                self._row(at, "caller", "bold yellow", text.append(f"  {fact['confidence']:.0%} sure", "dim"))
            case "slot":
                value = Text(f"{fact['name'].replace('_', ' ')} = ", "green").append(str(fact["value"]), "bold green")
                sure = fact["confidence"]
                sure = f"  {sure:.0%} sure," if sure is not None else "  "
                self._row(at, "  noted", "green", value.append(f"{sure} read back: {fact['read_back']}, stored", "dim"))
            case "signals":
                self._summary(fact)
            case "decision" | "offer" | "record" | "end":
                self._outcome(fact)

    def _summary(self, fact: Fact) -> None:
        self._signals = fact
        assessed = sum(signal["assessed"] for signal in fact["signals"])
        if (fact["band"], assessed) != self._assessed:
            self._assessed = (fact["band"], assessed)
            text = Text(f"{fact['band'].replace('_', ' ')}: {assessed} signals assessed,", "magenta")
            self._row(fact["at_ms"], "  fraud", "magenta", text.append(f" {len(fact['signals']) - assessed} not"))

    def _outcome(self, fact: Fact) -> None:
        out = self._console
        match fact["kind"]:
            case "decision":
                reasons = [f"• {reason['text']}" for reason in fact["reasons"]] or ["no reason against it"]
                out.print(
                    Panel(Text("\n".join(reasons)), title=Text(f"Decision: {fact['outcome']}"), border_style="cyan")
                )
            case "offer":
                text = f"{fact['principal']} over {fact['count']} instalments of {fact['payment']}"
                text += f"\nAPR {fact['apr']} %, interest {fact['rate']} % a year, {fact['total']} to repay in all"
                out.print(Panel(Text(text), title="Offer", border_style="cyan"))
            case "record":
                out.print(Text(f"The encrypted record: {fact['path']}", "bold"), soft_wrap=True)
                out.print(Text(f"Read it as an authorised operator: loanline records show {fact['call']}", "dim"))
            case "end":
                self._row(fact["at_ms"], "end", "bold", Text(fact["outcome"].replace("_", " ")))

    def signals(self) -> None:
        """The last state of every fraud signal; those that were not assessed by their reason."""
        if self._signals is None:
            return
        table = Table(title="Fraud signals", title_justify="left", header_style="bold")
        for head in ("Signal", "Value", "What it says"):
            table.add_column(head)
        absent: dict[str, list[str]] = {}
        for signal in self._signals["signals"]:
            value, name = signal.get("value"), signal["name"].replace("_", " ")
            if signal["assessed"]:
                shown = "" if value is None else f"{value:.3g} {signal.get('unit', '')}".strip()
                table.add_row(name, shown, Text(signal["text"]))
            else:
                absent.setdefault(signal["text"].removeprefix("not assessed: "), []).append(name)
        self._console.print(table)
        for why, names in absent.items():
            self._console.print(Text(f"Not assessed, {why}: {', '.join(names)}", "dim"))

    def verdict(self, verdict: Verdict, slots: Sequence[tuple[str, object, object]]) -> None:
        """What was expected beside what was heard, and what differs."""
        table = Table(title="Application", title_justify="left", header_style="bold")
        for head in ("Slot", "Expected", "Heard"):
            table.add_column(head)
        for name, expected, heard in slots:
            right = expected == heard
            shown = Text("nothing" if heard is None else str(heard), "green" if right else "bold red")
            table.add_row(name.replace("_", " "), str(expected), shown)
        self._console.print(table)
        for difference in verdict.differences:
            wrong = f"✗ {difference.what}: {difference.got}, not {difference.expected}"
            self._console.print(Text(wrong, "bold red"))
        if verdict.ok:
            self._console.print(Text("✓ The decision and every slot are as the fixture expects.", "bold green"))
