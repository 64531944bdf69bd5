"""A local server that answers as Twilio's API does and looks at every request."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ACCOUNT, SECRET = "AC" + "3" * 32, "the-auth-token"


class Twilio(ThreadingHTTPServer):
    """Answers as the documented API does, and remembers (method, path, form)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.answer: tuple[int, str] | None = None
        self.delay = 0.0

    def handle_error(self, *_args: object) -> None:
        """A client that gave up waiting; any other failure shows at the client."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Twilio

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body, keep_blank_values=True, strict_parsing=True).items()}
        self.server.seen.append((self.command, self.path, form))
        credentials = "Basic " + base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
        time.sleep(self.server.delay)
        status, text = self.server.answer or (201, json.dumps({"sid": "XX123", "status": "queued"}))
        if self.headers["Authorization"] != credentials:
            status, text = 401, json.dumps({"code": 20003, "message": "Authenticate", "status": 401})
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[Twilio]:
    with Twilio() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
