"""Debian's Chromium over its DevTools protocol: enough of a browser driver for our tests, and nothing to install.

Protocol: chromedevtools.github.io/devtools-protocol (domains Page, Runtime, Input, Log, Emulation).
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

__all__ = ["Page", "chromium", "installed"]

_KEYS = {"Enter": ("\r", 13), "Tab": ("", 9), "Escape": ("", 27), "Space": (" ", 32)}


def installed() -> str | None:
    """The browser's path, if this machine has one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Page:
    """One tab. ``problems`` collects what the browser complains of: errors, exceptions, blocked content."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.session = ""
        self.problems: list[str] = []
        self._traced: list[dict[str, Any]] | None = None
        self._traced_all = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message.get("sessionId") == self.session:
                self._note(message["method"], message["params"])

    def _note(self, method: str, given: dict[str, Any]) -> None:
        if method == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.problems.append(f"{given['entry']['text']} {given['entry'].get('url', '')}")
        elif method == "Runtime.exceptionThrown":
            details = given["exceptionDetails"]
            self.problems.append(str(details.get("exception", {}).get("description", details["text"])))
        elif method == "Tracing.dataCollected" and self._traced is not None:
            self._traced += given["value"]
        elif method == "Tracing.tracingComplete":
            self._traced_all.set()
        elif method == "Runtime.consoleAPICalled" and given["type"] in {"error", "assert"}:
            self.problems.append(" ".join(str(arg.get("value", arg.get("description"))) for arg in given["args"]))

    async def call(self, method: str, **given: Any) -> dict[str, Any]:
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        message: dict[str, Any] = {"id": self._number, "method": method, "params": given}
        if self.session:
            message["sessionId"] = self.session
        await self._socket.send(json.dumps(message))
        reply = await asyncio.wait_for(answer, 30)
        assert "error" not in reply, f"{method}: {reply.get('error')}"
        result: dict[str, Any] = reply["result"]
        return result

    async def trace(self, *categories: str) -> None:
        """Begin to write down what the browser does."""
        self._traced = []
        self._traced_all.clear()
        await self.call("Tracing.start", traceConfig={"includedCategories": list(categories)})

    async def traced(self) -> list[dict[str, Any]]:
        """End the trace; its events as the browser gives them (``ts``, ``dur`` and ``tdur`` in microseconds)."""
        await self.call("Tracing.end")
        await asyncio.wait_for(self._traced_all.wait(), 60)
        found, self._traced = self._traced or [], None
        return found

    async def start(self) -> None:
        target = (await self.call("Target.createTarget", url="about:blank"))["targetId"]
        self.session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")

    def refused(self, status: int) -> None:
        """The last complaints were about a request that was to be refused with ``status``; forget exactly those."""
        expected = [one for one in self.problems if f" {status} " in one or f"status of {status}" in one]
        assert expected, f"nothing was refused with {status}"
        self.problems = [one for one in self.problems if one not in expected]

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def run(self, script: str) -> Any:
        """The value of an expression; a promise is awaited."""
        done = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"].get("exception", done["exceptionDetails"])
        return done["result"].get("value")

    async def wait(self, script: str, seconds: float = 15.0) -> Any:
        """Until the expression is true; returns its value."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        if value := await self.run(script):
                            return value
                    except AssertionError:
                        pass  # the page is just changing
                    await asyncio.sleep(0.05)
        except TimeoutError:
            text = await self.run("document.body.innerText.slice(0, 1500)")
            raise AssertionError(f"never true: {script}\n{text}\n{self.problems}") from None

    async def go(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.wait(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url[:12])})")

    async def click(self, selector: str) -> None:
        """A real mouse click in the middle of the element, scrolled into view."""
        name = json.dumps(selector)
        await self.wait(f"!!document.querySelector({name})")
        box = await self.run(
            f"(() => {{ const e = document.querySelector({name}); e.scrollIntoView({{block: 'center'}});"
            " const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    async def press(self, key: str, *, shift: bool = False) -> None:
        text, code = _KEYS.get(key, (key, ord(key.upper()) if len(key) == 1 else 0))
        more = {
            "key": "" if key == "Space" else key,
            "code": key,
            "windowsVirtualKeyCode": code,
            "modifiers": 8 if shift else 0,
        }
        await self.call("Input.dispatchKeyEvent", type="keyDown", **({"text": text} if text else {}), **more)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **more)

    async def type(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def fill(self, selector: str, text: str) -> None:
        await self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.type(text)

    async def choose(self, selector: str, value: str) -> None:
        await self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(value)};"
            " for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind, {bubbles: true})); })()"
        )

    async def size(self, width: int, height: int, *, dark: bool = False, phone: bool = False) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        scheme = "dark" if dark else "light"
        await self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def picture(self, path: Path, *, whole: bool = False) -> None:
        shot = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


@asynccontextmanager
async def chromium(folder: Path, *more: str) -> AsyncIterator[Page]:
    """A headless browser with a profile of its own in ``folder``; gone afterwards, whatever happens."""
    path = installed()
    assert path is not None
    command: Sequence[str] = (
        path,
        "--headless=new",
        "--no-sandbox",  # tests run as root in containers
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--hide-scrollbars",
        "--autoplay-policy=no-user-gesture-required",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder / 'profile'}",
        *more,
    )
    child = await asyncio.create_subprocess_exec(*command, stdout=-3, stderr=-3)
    try:
        async with connect(
            await _address(folder / "profile" / "DevToolsActivePort"), max_size=None, proxy=None
        ) as socket:
            page = Page(socket)
            await page.start()
            try:
                yield page
            finally:
                await page.close()
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), 10)
            except TimeoutError:
                child.kill()
                await child.wait()


async def _address(file: Path) -> str:
    async with asyncio.timeout(60):
        while True:
            lines = await asyncio.to_thread(_lines, file)
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            await asyncio.sleep(0.05)


def _lines(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []
