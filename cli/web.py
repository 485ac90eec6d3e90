"""The local web server behind ``chaffinch serve``.

Pages of other sites can send requests to this machine, too, and names of theirs can be made to
lead to it (DNS rebinding). So a request must name this server as its host, and one that sends
something must come from a page of this server.
"""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from threading import Lock
from urllib.parse import parse_qsl

from chaffinch.detector.audit.copies.text_comparison import compare_texts
from chaffinch.detector.detector import Detector
from chaffinch.features.document import MAX_CHARACTERS
from chaffinch.features.wording import visible
from chaffinch.reports.html.try_page import STYLE, compared_page, form_page, judged_page
from chaffinch.reports.results import Result

ADDRESS = "127.0.0.1"
"""The interface that is listened on: this machine alone can reach it."""

_MAX_BODY = 16_000_000
"""Bytes of a request's content. Our choice: a form writes a byte that is no ASCII letter as three,
and the texts that are scored have at most 400,000 characters."""

_SECONDS = 30
"""Seconds that a request may take to arrive; our choice."""

_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src '{STYLE.hash}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What goes with every page. A browser that is told to send no referrer sends no origin either."""


class _Refused(Exception):
    """A request that is not answered with a page."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Server(ThreadingHTTPServer):
    """A server that goes on when a browser goes away."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: what went wrong with an answer is in the answer."""


def local_server(detector: Detector, port: int) -> ThreadingHTTPServer:
    """A server on this machine's loopback interface; it answers once ``serve_forever`` runs.

    Args:
        detector: What to judge with.
        port: The port, or 0 for any that is free.

    Raises:
        OSError: The port is taken.
    """
    return _Server((ADDRESS, port), partial(_Handler, detector, Lock()))


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection.

    Args:
        detector: What to judge with.
        lock: Held while something is judged: one page at a time bounds memory.
    """

    timeout = _SECONDS
    server_version = "Chaffinch"
    sys_version = ""

    def __init__(self, detector: Detector, lock: Lock, *connection: object) -> None:
        self._detector = detector
        self._lock = lock
        model = f"{detector.name} {detector.digest[:8]}".strip()
        self._origin = f"Judged by Chaffinch {version('chaffinch')} with the model {model}."
        super().__init__(*connection)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Show the forms."""
        self._answer(self._form)

    def do_POST(self) -> None:
        """Judge or compare what a form sends."""
        self._answer(self._found)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: what an editor pastes is nobody's business."""

    def _answer(self, page: Callable[[], str]) -> None:
        try:
            self._check_host()
            status, content = HTTPStatus.OK, page()
        except _Refused as refused:
            # What is left of the request is not read.
            self.close_connection = True
            status = refused.status
            content = form_page(self._origin, problem=str(refused))
        except Exception as error:
            self.close_connection = True
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            problem = f"It could not be judged ({type(error).__name__}: {error})."
            content = form_page(self._origin, problem=visible(problem))
        data = content.encode("ascii", "xmlcharrefreplace")
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _own_hosts(self) -> set[str]:
        assert isinstance(self.server, ThreadingHTTPServer)
        port = self.server.server_port
        return {f"{ADDRESS}:{port}", f"localhost:{port}"}

    def _check_host(self) -> None:
        """Refuse a request to a name that somebody else made lead here."""
        if self.headers.get_all("Host", []) not in ([host] for host in self._own_hosts()):
            raise _Refused(HTTPStatus.MISDIRECTED_REQUEST, "This server has another name.")

    def _form(self) -> str:
        if self.path != "/":
            raise _Refused(HTTPStatus.NOT_FOUND, "There is no such page.")
        return form_page(self._origin)

    def _found(self) -> str:
        answers = {"/judge": self._judged, "/compare": self._compared}
        if self.path not in answers:
            raise _Refused(HTTPStatus.NOT_FOUND, "There is no such page.")
        if self.headers.get_all("Origin", []) != [f"http://{self.headers['Host']}"]:
            raise _Refused(HTTPStatus.FORBIDDEN, "Send the form from this page itself.")
        form = self._sent()
        with self._lock:
            return answers[self.path](form)

    def _sent(self) -> dict[str, str]:
        """The fields of the form that was sent."""
        if self.headers.get_content_type() != "application/x-www-form-urlencoded":
            raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send a form.")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "State the length of what is sent.")
        if len(length) > len(str(_MAX_BODY)) or int(length) > _MAX_BODY:
            raise _Refused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"Longer than {_MAX_BODY // 1_000_000} MB. Judge the file: chaffinch score FILE.",
            )
        content = self.rfile.read(int(length)).decode("ascii", "replace")
        try:
            # Our choice: a form has three fields at most.
            pairs = parse_qsl(content, keep_blank_values=True, max_num_fields=8)
        except ValueError:
            raise _Refused(HTTPStatus.BAD_REQUEST, "Too many fields.") from None
        # Browsers send line ends as mail has them.
        return {name: value.replace("\r\n", "\n") for name, value in pairs}

    def _judged(self, form: Mapping[str, str]) -> str:
        page, url = form.get("page", ""), form.get("url", "").strip()
        if not page.strip():
            return form_page(self._origin, form, "There is no text. Paste one.")
        verdict = (
            self._detector.score(html=page, url=url)
            if form.get("markup") == "html"
            else self._detector.score({"text": page, "url": url})
        )
        named = url or "pasted text"
        result = Result(named, named, verdict.threshold, verdict, None, self._detector.name)
        return judged_page(self._origin, form, result)

    def _compared(self, form: Mapping[str, str]) -> str:
        texts = form.get("suspect", ""), form.get("source", "")
        if not all(text.strip() for text in texts):
            return form_page(self._origin, form, "Two texts are needed. Paste both.")
        if max(map(len, texts)) > MAX_CHARACTERS:
            sentence = f"Each text may have {MAX_CHARACTERS:,} characters. Compare a part."
            return form_page(self._origin, {}, sentence)
        return compared_page(self._origin, form, compare_texts(*texts))
