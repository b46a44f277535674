"""A web server on this machine that breaks off, lies, stalls and changes its mind."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STALLED_S = 20.0


@dataclass
class Page:
    """A file on the server and how it misbehaves."""

    body: bytes
    etag: str | None = '"one"'
    break_after: int | None = None  # bytes of body sent before the connection is cut, each time
    breaks: int = 10**6  # how many times it breaks before it behaves
    ignores_range: bool = False
    wrong_range: bool = False
    claimed_length: int | None = None  # a false Content-Length
    endless: bool = False  # no length, and it never stops
    stalls: bool = False
    errors: list[int] = field(default_factory=list)  # statuses answered first
    redirect: str | None = None
    requests: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Server:
    """Its address and its pages."""

    url: str
    pages: dict[str, Page]


@contextmanager
def serving(pages: dict[str, Page]) -> Iterator[Server]:
    """Serves the pages (path without the slash) until the block ends."""
    over = threading.Event()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(pages, over))
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{httpd.server_address[1]}/", pages)
    finally:
        over.set()
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def _handler(
    pages: dict[str, Page], over: threading.Event
) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            page = pages.get(self.path.lstrip("/"))
            if page is None:
                self.send_error(404)
                return
            page.requests.append(dict(self.headers.items()))
            if page.errors:
                self.send_error(page.errors.pop(0))
            elif page.redirect is not None:
                self.send_response(302)
                self.send_header("Location", page.redirect)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif page.stalls:
                over.wait(STALLED_S)
            else:
                self._send(page)

        def _send(self, page: Page) -> None:
            start = self._start(page)
            if start >= len(page.body) and start:
                self.send_error(416)
                return
            body = page.body[start:]
            self.send_response(206 if start else 200)
            if start:
                shown = start + 1 if page.wrong_range else start
                self.send_header(
                    "Content-Range", f"bytes {shown}-{len(page.body) - 1}/{len(page.body)}"
                )
            if not page.endless:
                self.send_header("Content-Length", str(page.claimed_length or len(body)))
            if page.etag:
                self.send_header("ETag", page.etag)
            self.end_headers()
            if page.break_after is not None and page.breaks > 0:
                page.breaks -= 1
                body = body[: page.break_after]
            try:
                self.wfile.write(body)
                while page.endless and not over.is_set():
                    self.wfile.write(page.body)
            except OSError:
                return

        def _start(self, page: Page) -> int:
            match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            same = self.headers.get("If-Range", page.etag) == page.etag
            return int(match[1]) if match and same and not page.ignores_range else 0

        def log_message(self, *args: object) -> None:
            """Keeps quiet."""

    return Handler
