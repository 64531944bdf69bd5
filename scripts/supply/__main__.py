"""What we install and what we wrote, looked at by tools made for it: ``make supply``.

Every check prints one line. Exit 1 when one found something, 0 when none did. A check that this machine cannot make (no
answer from the network, nothing of its kind here) says so and is not counted as passed: read the lines.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
LOCK = ROOT / "requirements.lock"
OUT = ROOT / "out" / "supply"
PRODUCT = ("core", "speech", "antifraud", "ivr")
#: Left to ruff, which asks for a reason at each place: assertions for the type checker, and imports of modules whose
#: use is what matters.
LEFT_TO_RUFF = {"B101", "B403", "B404", "B405"}


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(TOOLS / tool), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def pins() -> str | None:
    """Every locked package is one exact version with its hashes."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text("utf-8"))
    packages = [entry for entry in entries if not entry.startswith("#") and entry.strip()]
    loose = [entry.partition(" ")[0] for entry in packages if "==" not in entry or "--hash=sha256:" not in entry]
    print(f"pins       {len(packages)} packages, each of one version with its hashes" if not loose else "pins")
    return f"not pinned: {', '.join(loose)}" if loose else None


def vulnerabilities() -> str | None:
    """Known vulnerabilities of the locked packages (advisories of PyPI, then of OSV)."""
    for source in ("pypi", "osv"):
        report = OUT / f"audit-{source}.json"
        report.unlink(missing_ok=True)
        options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "-s", source, "-f", "json")
        run("pip-audit", "-r", str(LOCK), *options, "-o", str(report))
        if not report.exists():
            continue
        found = json.loads(report.read_text("utf-8"))["dependencies"]
        known = [each for each in found if "vulns" in each]
        if len(known) < len(found) / 2:
            continue  # a mirror without advisories answers "not found"
        bad = {f"{each['name']} {each['version']}: {vuln['id']}" for each in known for vuln in each["vulns"]}
        print(f"advisories {len(known)} of {len(found)} packages known to {source}, {len(bad)} advisories")
        return "\n".join(sorted(bad)) or None
    print("advisories NOT CHECKED: no source of advisories answers from here; run this where the network is open")
    return None


def findings() -> str | None:
    """bandit over the product. What ruff's same rule is silenced for, with a reason, stays silenced."""
    report = OUT / "bandit.json"
    run("bandit", "-q", "-r", *PRODUCT, "-f", "json", "-o", str(report))
    left = []
    for each in json.loads(report.read_text("utf-8"))["results"]:
        lines = (ROOT / each["filename"]).read_text("utf-8").splitlines()
        silenced = any("noqa: S" in lines[number - 1] for number in each["line_range"])
        if each["test_id"] not in LEFT_TO_RUFF and not silenced:
            left.append(f"{each['filename']}:{each['line_number']} {each['test_id']} {each['issue_text']}")
    print(f"bandit     {len(left)} findings without a written reason")
    return "\n".join(left) or None


def bill() -> str | None:
    """The software bill of materials, CycloneDX JSON."""
    target = OUT / "sbom.cdx.json"
    options = ("--pyproject", "pyproject.toml", "--of", "JSON", "-o", str(target))
    made = run("cyclonedx-py", "requirements", str(LOCK), *options)
    if made.returncode or not target.exists():
        return f"no bill could be made: {made.stderr.strip().splitlines()[-1:]}"
    count = len(json.loads(target.read_text("utf-8"))["components"])
    print(f"bill       {count} components in {target.relative_to(ROOT)}")
    return None


def workflows() -> str | None:
    """zizmor over CI workflows."""
    if not any((ROOT / ".github").glob("workflows/*")):
        print("zizmor     nothing to check: CI is .ci/run, a shell script without a workflow file")
        return None
    looked = run("zizmor", "--offline", ".github")
    print("zizmor     clean" if looked.returncode == 0 else "zizmor")
    return looked.stdout if looked.returncode else None


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    problems = [problem for check in (pins, vulnerabilities, findings, bill, workflows) if (problem := check())]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
