"""Calls of hosts that others name."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import httpcore
import pytest

from app.worker.calling import UNTOLD, Calls
from tests.processes.front import by_tls
from tests.worker.receiver import receiving

HERE = ("127.0.0.0/8",)


def test_nothing_is_told_by_tls_to_who_is_not_trusted_by_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 12.3.2: the certificate has to name the host of the URL, though it is the address that
    was looked up which is called."""
    context, certificate = by_tls(tmp_path)
    lookup, called = socket.getaddrinfo, "other.example"

    def looked_up(host: str, *args: Any, **more: Any) -> Any:
        return lookup("127.0.0.1" if host == called else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)

    def told(url: str) -> int:
        return Calls(HERE).post(url, {"Content-Length": "2"}, b"{}")

    with receiving(context) as receiver:
        url = receiver.url().replace("http:", "https:")
        with pytest.raises(UNTOLD, match="self-signed certificate") as unknown:
            told(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(UNTOLD, match="Hostname mismatch") as misnamed:
            told(url.replace("127.0.0.1", called))
        assert {type(unknown.value), type(misnamed.value)} == {httpcore.ConnectError}
        assert receiver.heard == []
        assert told(url) == 200
        assert [heard.body for heard in receiver.heard] == [b"{}"]
