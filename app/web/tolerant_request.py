"""A request that may be damaged: gateways glue on what they like, connections break (R-102)."""

from __future__ import annotations

from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Request
from werkzeug.exceptions import BadRequest, RequestTimeout


class TolerantRequest(Request):
    """Bytes of the query string that are no UTF-8 are replaced. Werkzeug would fail, while it tells
    of failing too. A body that the server cannot read on is 400 and no mistake of ours (R-130)."""

    def __init__(
        self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False
    ) -> None:
        environ["wsgi.input"] = Body(environ["wsgi.input"])
        super().__init__(environ, populate_request, shallow)
        self.query_string = self.query_string.decode(errors="replace").encode()

    def get_data(self, *args: Any, **named: Any) -> Any:
        """The whole body. Where no length is said, Werkzeug stops at the limit without a word, and
        half a body would be taken for one. Raises RequestEntityTooLarge."""
        content = super().get_data(*args, **named)
        if not self.environ.get("CONTENT_LENGTH"):
            self.stream.read(1)
        return content


class Body:
    """A server's stream. Each server has exceptions of its own for a broken chunk."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, *size: int) -> bytes:
        """What comes next. Raises BadRequest, RequestTimeout where the sender fell silent, and
        OSError where the connection is gone."""
        try:
            content: bytes = self._stream.read(*size)
        except BlockingIOError:
            raise RequestTimeout from None
        except OSError:
            raise
        except Exception as fault:
            raise BadRequest from fault
        return content
