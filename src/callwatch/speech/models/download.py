"""Fetches a file over HTTP(S): resumes, bounds, survives breaks. The only network code there is.

    part file     |#########|            a break, a stall, Ctrl-C: the part stays
    next request            Range: bytes=9- , If-Range: ETag
    answer 206              |########|   appended
    answer 200    |#################|    the server starts again, or the file has changed

Proxies are those of the environment (HTTPS_PROXY, NO_PROXY). No threads.
"""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from callwatch import __version__
from callwatch.core.errors import BrokenOffError, ModelError, NoRoomError

Progress = Callable[[int, int | None], None]

_BLOCK: Final = 1 << 16
_WHOLE: Final = 200
_PART: Final = 206
_BEYOND_END: Final = 416


@dataclass(frozen=True, slots=True)
class FetchConfig:
    """How patient a download is. Each default with its reason."""

    stall_s: float = 30.0  # nothing for so long: the connection is dead
    attempts: int = 5  # in a row without a single new byte
    pause_s: float = 2.0  # between attempts, times their number: a server may need a moment


class _BrokenError(Exception):
    """The transfer broke off; what has come is kept, and another attempt may go on."""


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from HTTPS to anything else."""

    def redirect_request(  # noqa: PLR0917  (the library's signature)
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        if req.full_url.startswith("https:") and urlsplit(newurl).scheme != "https":
            raise ModelError(
                f"{req.full_url} redirects to an unencrypted address, which is refused: use a "
                "mirror with --from."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One file to fetch: from where, into which part file, how much at most.

    `progress` gets the bytes so far and in all (None: not known).
    """

    url: str
    part: Path
    limit_bytes: int
    progress: Progress

    @property
    def have(self) -> int:
        """Bytes that have come."""
        return self.part.stat().st_size if self.part.is_file() else 0


def fetch(transfer: Transfer, pause: Callable[[float], None], config: FetchConfig) -> None:
    """Downloads into the part file, going on where an earlier attempt stopped.

    `pause` waits so many seconds. Raises ModelError when the server refuses, sends more than the
    limit, or keeps breaking off; the part file then stays for the next time.
    """
    if urlsplit(transfer.url).scheme not in ("http", "https"):
        raise ModelError(f"{transfer.url} is no address that models are fetched from: use https.")
    idle, most = 0, transfer.have
    while True:
        try:
            _attempt(transfer, config.stall_s)
        except _BrokenError as exc:
            # A server that lies about the length would otherwise be asked for ever.
            idle = 0 if transfer.have > most else idle + 1
            most = max(most, transfer.have)
            if idle >= config.attempts:
                raise BrokenOffError(
                    f"The download of {transfer.url} broke off {idle} times in a row ({exc}): "
                    "check the connection or the proxy and run the command again; it goes on "
                    "where it stopped."
                ) from exc
            pause(config.pause_s * max(1, idle))
        else:
            _tag_file(transfer.part).unlink(missing_ok=True)
            return


def _attempt(transfer: Transfer, stall_s: float) -> None:
    headers = {"User-Agent": f"callwatch/{__version__}"}
    request = urllib.request.Request(transfer.url, headers=headers)
    tag = _tag(transfer)
    if transfer.have and tag:
        request.add_header("Range", f"bytes={transfer.have}-")
        request.add_header("If-Range", tag)
    opener = urllib.request.build_opener(_NoDowngrade)
    try:
        with opener.open(request, timeout=stall_s) as response:
            _receive(response, transfer)
    except urllib.error.HTTPError as exc:
        exc.close()
        if exc.code == _BEYOND_END and transfer.have:
            transfer.part.unlink()  # the file on the server is another one now: start again
            raise _BrokenError("the file changed on the server") from exc
        if exc.code >= 500 or exc.code in (408, 429):
            raise _BrokenError(f"the server answers {exc.code}") from exc
        raise ModelError(
            f"{transfer.url} cannot be fetched: the server answers {exc.code} ({exc.reason}). "
            "The model may have moved: try a mirror with --from."
        ) from exc
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as exc:
        reason = getattr(exc, "reason", None) or str(exc) or type(exc).__name__
        raise _BrokenError(str(reason)) from exc


def _receive(response: HTTPResponse, transfer: Transfer) -> None:
    """Writes the body behind what is there, or from the start when the server sends it whole."""
    start, total = 0, _length(response)
    if response.status == _PART:
        start, total = _range(response)
        if start != transfer.have:
            transfer.part.unlink(missing_ok=True)
            raise _BrokenError("the server sent another part than asked for")
    elif response.status != _WHOLE:
        raise ModelError(f"{transfer.url} cannot be fetched: the server answers {response.status}.")
    if total is not None and total > transfer.limit_bytes:
        raise _too_much(transfer)
    _remember_tag(transfer, response)
    try:
        with transfer.part.open("ab" if start else "wb") as file:
            _copy(response, file, transfer, total)
    except (TimeoutError, ConnectionError):
        raise
    except OSError as exc:
        raise NoRoomError(
            f"{transfer.part} cannot be written ({exc.strerror or exc}): free some space, or set "
            "CALLWATCH_MODELS to a directory with room."
        ) from exc
    if total is not None and transfer.have < total:
        raise _BrokenError(f"{transfer.have} of {total} bytes came")


def _copy(response: HTTPResponse, file: IO[bytes], transfer: Transfer, total: int | None) -> None:
    while block := response.read1(_BLOCK):
        if file.tell() + len(block) > transfer.limit_bytes:
            raise _too_much(transfer)
        file.write(block)
        transfer.progress(file.tell(), total)


def _too_much(transfer: Transfer) -> ModelError:
    transfer.part.unlink(missing_ok=True)
    return ModelError(
        f"{transfer.url} is larger than {transfer.limit_bytes} bytes, which is not the model: "
        "nothing was installed. Try another mirror."
    )


def _length(response: HTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def _range(response: HTTPResponse) -> tuple[int, int | None]:
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if match is None:
        raise _BrokenError("the server sent a part without saying which")
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _tag_file(part: Path) -> Path:
    return part.with_name(part.name + ".from")


def _tag(transfer: Transfer) -> str | None:
    """The validator of the part that is there, when it came from this address."""
    try:
        saved = json.loads(_tag_file(transfer.part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(saved, dict) or saved.get("url") != transfer.url:
        return None
    return str(saved["tag"])


def _remember_tag(transfer: Transfer, response: HTTPResponse) -> None:
    """Strong ETag or date of change: without one a part cannot be continued safely."""
    tag = response.headers.get("ETag", "")
    if not tag or tag.startswith("W/"):
        tag = response.headers.get("Last-Modified", "")
    file = _tag_file(transfer.part)
    if tag:
        file.write_text(json.dumps({"url": transfer.url, "tag": tag}), encoding="utf-8")
    else:
        file.unlink(missing_ok=True)
