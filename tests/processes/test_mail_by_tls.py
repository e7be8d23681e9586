"""Service mail by TLS (ASVS 12.3.1, 12.3.2): to no server but one that the machine trusts, by its
name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.mail import State
from app.worker.mail import trust
from tests.processes.fixtures import ON_SQLITE
from tests.processes.front import by_tls
from tests.processes.installation import Installation, Shop
from tests.processes.office import office_of
from tests.processes.post import Post, listening

ANA = "ana@fernway.example"


@ON_SQLITE
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_waits_till_its_server_is_trusted_by_its_name(
    scheme: str,
    installation: Installation,
    shop: Shop,
    post: Post,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of a mail is said to a server whose certificate is unknown, or of another name."""
    context, certificate = by_tls(tmp_path)
    at_once = scheme == "smtps"
    tls = {"ssl_context": context} if at_once else {"tls_context": context, "require_starttls": 1}
    with (
        listening(post, **tls) as plain,
        office_of(installation, url := plain.replace("smtp:", f"{scheme}:")) as office,
    ):
        office.ask_for_link(ANA)

        def tried(url: str) -> tuple[State, str]:
            office.site = replace(office.site, settings=replace(office.site.settings, smtp_url=url))
            office.now = office.rows[0].due_at
            office.work()
            return State(office.rows[0].state), office.rows[0].answer

        trust.cache_clear()
        state, answer = tried(url)
        assert (state, "self-signed certificate" in answer) == (State.OWED, True)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trust.cache_clear()
        state, answer = tried(url.replace("127.0.0.1", "localhost"))
        assert (state, "Hostname mismatch" in answer) == (State.OWED, True)
        assert post.offered == []
        assert tried(url) == (State.SENT, "accepted")
    trust.cache_clear()
    assert [mail.to for mail in post.mails] == [[ANA]]
