"""A reverse proxy on loopback that forwards to a platform, counts what it is asked, and misbehaves when told to.

Real HTTP, real connections: an answer that is lost is a connection closed, after the write went through.
"""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True)
class Call:
    """One request, as it came."""

    method: str
    path: str

    @property
    def is_write(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"


@dataclass(frozen=True)
class Fault:
    """How to misbehave.

    Attributes:
        status: answer with this status; None lets the answer be.
        forward: do what was asked, first.
        lose: close the connection without an answer.
        cut: close it in the middle of the body.
        body: answer this, as HTML.
        headers: of the answer, besides.
        then: called once the request is forwarded, or would have been.
    """

    status: int | None = None
    forward: bool = False
    lose: bool = False
    cut: bool = False
    body: bytes = b"<html><body>Bad gateway</body></html>"
    headers: tuple[tuple[str, str], ...] = ()
    then: Callable[[], object] | None = None


LOST_ANSWER = Fault(forward=True, lose=True)
LOST_REQUEST = Fault(lose=True)
CUT_ANSWER = Fault(forward=True, cut=True)
BAD_GATEWAY = Fault(status=502)
UNAVAILABLE = Fault(status=503)
FAILED_AFTER = Fault(status=500, forward=True)
HTML = Fault(status=200, forward=True)


def too_many(retry_after: str | None) -> Fault:
    """A 429, with how long to wait when it says so."""
    return Fault(status=429, headers=() if retry_after is None else (("Retry-After", retry_after),))


@dataclass
class FaultyPlatform:
    """The proxy: `url` is what to give as a platform; faults are consumed in the order they were given."""

    target: str
    calls: list[Call] = field(default_factory=list)
    _faults: list[tuple[Callable[[Call], bool], Fault]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    @property
    def writes(self) -> list[Call]:
        """The calls that may have changed something."""
        return [call for call in self.calls if call.is_write]

    def on(self, matches: Callable[[Call], bool], fault: Fault) -> None:
        """Misbehave at the next call that matches."""
        self._faults.append((matches, fault))

    def on_write(self, number: int, fault: Fault) -> None:
        """Misbehave at the write of that number from now, the first being 1."""
        seen = 0

        def matches(call: Call) -> bool:
            nonlocal seen
            seen += call.is_write
            return call.is_write and seen == number

        self.on(matches, fault)

    def forget(self) -> None:
        """Forget the calls made and the faults to come."""
        self.calls.clear()
        self._faults.clear()

    def _taken(self, call: Call) -> Fault | None:
        with self._lock:
            self.calls.append(call)
            for position, (matches, fault) in enumerate(self._faults):
                if matches(call):
                    del self._faults[position]
                    return fault
        return None


@contextmanager
def faulty_platform(target: str) -> Iterator[FaultyPlatform]:
    """Run a proxy before a platform for the time of a block."""
    proxy = FaultyPlatform(target)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Stay silent."""

        def __getattr__(self, name: str) -> Any:
            """Answer every method alike."""
            if name.startswith("do_"):
                return lambda: _answer(self, proxy)
            raise AttributeError(name)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _answer(handler: BaseHTTPRequestHandler, proxy: FaultyPlatform) -> None:
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    fault = proxy._taken(Call(handler.command, urlsplit(handler.path).path))
    status, content = 0, b""
    headers: list[tuple[str, str]] = []
    if fault is None or fault.forward:
        status, headers, content = _forward(handler, proxy.target, body)
    if fault is not None and fault.then is not None:
        fault.then()
    if fault is not None and fault.lose:
        _close(handler)
        return
    if fault is not None and fault.status is not None:
        status, headers, content = fault.status, [("Content-Type", "text/html"), *fault.headers], fault.body
    try:
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2] if fault is not None and fault.cut else content)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the client was killed, or had read enough
    if fault is not None and fault.cut:
        _close(handler)


def _forward(handler: BaseHTTPRequestHandler, target: str, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection(urlsplit(target).netloc, timeout=120)
    headers = {name: value for name, value in handler.headers.items() if name.lower() not in HOP_BY_HOP}
    connection.request(handler.command, handler.path, body or None, headers)
    answer = connection.getresponse()
    content = answer.read()
    kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
    connection.close()
    return answer.status, kept, content


def _close(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.wfile.flush()
    with suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)
