"""The one way in which the web asks something of another host: SNS, for certificate and yes."""

from __future__ import annotations

from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5
LARGEST = 64 * 1024


def fetched(url: str) -> bytes:
    """What lies at an https URL. Raises OSError; a redirect is not followed and is one."""
    parts = urlsplit(url)
    connection = HTTPSConnection(parts.hostname or "", timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise ConnectionError(f"answered {answer.status}")
        return answer.read(LARGEST)
    except HTTPException as fault:
        raise ConnectionError(type(fault).__name__) from None
    finally:
        connection.close()
