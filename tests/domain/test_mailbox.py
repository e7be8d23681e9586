"""Which addresses mail can be sent to, by the cheap path and the whole one."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from app.domain import mailbox

LOCAL = st.text("ab0.+-_'!", min_size=1, max_size=66)
DOMAIN = st.lists(st.text("aZ0-", min_size=1, max_size=65), min_size=1, max_size=6)
TEN_SUNS = "xn--wgvaaaaaaaaa"
"""日 ten times: longer in its own script."""
TOP = st.sampled_from(["com", "co", "c", "c0m", "local", "test", "Onion", "museum"])


@given(
    st.builds(lambda local, labels, top: f"{local}@{'.'.join([*labels, top])}", LOCAL, DOMAIN, TOP)
)
def test_what_the_cheap_path_accepts_the_validator_accepts(address: str) -> None:
    if mailbox._PLAIN(address):
        validate_email(address, check_deliverability=False, strict=True, test_environment=True)


@pytest.mark.parametrize(
    ("address", "can"),
    [("zoë@example.nl", True), ("zoë@example.test", True), ("é" * 65 + "@example.nl", False)],
)
def test_mail_can_be_sent_in_any_script_as_far_as_an_envelope_holds_it(
    address: str, can: bool
) -> None:
    assert mailbox.sendable(address) is can


@pytest.mark.parametrize(
    "address",
    [
        *("a@example.com", "a.b+c@mail.example.co", "o'neill@example.ie", "a@sub-1.example.com"),
        *("a@x.local", "a@x.LocalHost", "a@x.test", "a@localhost", "a@-x.com", "a@x-.com"),
        *("a@xn--bcher-kva.example", "a@ab--cd.com", ".a@example.com", "a.@example.com"),
        *("a..b@example.com", "a@example.c", "a@example.123", "a" * 65 + "@example.com"),
        *("a@" + "x" * 64 + ".com", "a@" + "x." * 126 + "com", "a@example.com\n", "zoë@example.nl"),
        *(
            "a@bücher.example",
            "a.@bücher.example",
            "a@bücher",
            "a@bü_cher.example",
            "@bücher.example",
        ),
        *("a@bücher.example <b", "a@", "a", '"a@b"@bücher.example', "a@b@bücher.example"),
        *("a@\u0338.example", "a@\ud800.example", "a@ﷺ.example", "a" * 65 + "@bücher.example"),
        *(f"{'a' * n}@{'bücher.' * 16}example" for n in (21, 22, 23)),
        *(f"{'a' * n}@{('ﬁ' * 20 + '.') * 3}example" for n in (62, 63, 64)),
        *(f"{'a' * n}@{(TEN_SUNS + '.') * 7}example" for n in (28, 29, 30)),
        *("a@" + "é" * n + ".example" for n in range(50, 64)),
    ],
)
def test_the_cheap_path_changes_no_answer(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = mailbox.sendable(address)
    monkeypatch.setattr(mailbox, "_PLAIN", lambda text: None)
    monkeypatch.setattr(mailbox, "_PLAIN_LOCAL", lambda text: None)
    assert fast is mailbox.sendable(address)
