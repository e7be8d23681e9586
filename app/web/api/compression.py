"""Answers packed by gzip, for who accepts it: whole ones at once, streams as they go."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator

from flask import Response, request

SMALLEST = 1_000
LEVEL = 1
"""A tenth larger than the best, in a fifth of its time."""


def compress(response: Response) -> Response:
    """The response, packed where that helps."""
    response.headers.add("Vary", "Accept-Encoding")
    content = None if response.is_streamed else response.get_data()
    if content is not None and len(content) < SMALLEST:
        return response
    if not request.accept_encodings["gzip"] or "Content-Encoding" in response.headers:
        return response
    if content is None:
        response.response = _packed(response.iter_encoded())
    else:
        response.set_data(gzip.compress(content, LEVEL))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _packed(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, wbits=zlib.MAX_WBITS | 16)
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()
