"""The header fields by which mail programs unsubscribe, to the byte."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.mime.text import MIMEText

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.links.headers import BadPhrase, list_id, message_policy
from tests.links.samples import ANA, ANAS_TOKEN, links

LIST_ID = re.compile(r"(?:[^<>]+ )?<t7\.b3\.mail\.example\.com>")


def fields(phrase: str | None = None, domain: str | None = "example.com") -> dict[str, str]:
    made = links(domain=domain)
    return made.unsubscribe_headers(ANA, type=7, brand=3, message=812, phrase=phrase)


def raw(values: dict[str, str]) -> bytes:
    """The bytes that Python's own mailer sends."""
    message = EmailMessage(policy=message_policy)
    for name, value in values.items():
        message[name] = value
    message.set_content("Hello")
    return message.as_bytes()


def test_the_fields_are_those_of_rfc_8058() -> None:
    """R-01, R-02, R-03, R-20, R-21, R-22, R-23: one of each, https first, then mailto."""
    assert fields() == {
        "List-Unsubscribe": (
            f"<https://mail.example.com/u/{ANAS_TOKEN}>, <mailto:unsub+{ANAS_TOKEN}@example.com>"
        ),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<t7.b3.mail.example.com>",
    }


def test_without_a_mail_domain_there_is_no_mailto() -> None:
    """R-02: exactly one URL."""
    assert fields(domain=None)["List-Unsubscribe"] == (f"<https://mail.example.com/u/{ANAS_TOKEN}>")


def test_the_fields_of_a_brand_opt_out_of_the_brand() -> None:
    made = links().unsubscribe_headers(ANA, brand=3)
    assert made["List-Unsubscribe"] == f"<{links().unsubscribe_url(ANA, brand=3)}>"
    assert made["List-Id"] == "<b3.mail.example.com>"


def test_the_token_and_its_mailbox_just_fit_a_local_part() -> None:
    """R-30, R-31, R-32: in the address, not the subject, and no field that could copy others in."""
    mailbox = fields()["List-Unsubscribe"].partition("<mailto:")[2].removesuffix(">")
    local, _, domain = mailbox.partition("@")
    assert (len(local), domain) == (64, "example.com")
    assert not set("?&%; ") & set(mailbox)


def test_pythons_mailer_sends_the_fields_unchanged() -> None:
    """R-24, R-25, H-51: one line each, nothing encoded."""
    lines = raw(fields('Fernway "news", weekly')).split(b"\r\n")
    assert b"=?" not in b"".join(lines)
    for name, value in fields("Fernway news, weekly").items():
        assert f"{name}: {value}".encode() in lines
    assert max(map(len, lines)) < 998


def test_older_mailers_fold_only_after_the_comma() -> None:
    """R-25."""
    message = MIMEText("Hello")
    message["List-Unsubscribe"] = fields()["List-Unsubscribe"]
    folded = f"<https://mail.example.com/u/{ANAS_TOKEN}>,\n <mailto:"
    assert folded.encode() in message.as_bytes()


@pytest.mark.parametrize(
    ("phrase", "written"),
    [
        ("News", '"News" '),
        ("  Fernway   news, weekly (new) ", '"Fernway news, weekly (new)" '),
        ('Fernway "<b>"\\news', '"Fernway bnews" '),
        ("=?utf-8?q?=0D=0ABcc:?=", '"utf-8?q?=0D=0ABcc:?=" '),
        ("größer", "=?utf-8?b?Z3LDtsOfZXI=?= "),
        ('Über (neu), "a" <b@c>', "=?utf-8?q?=C3=9Cber_neu_a_b_c?= "),
        ("", ""),
        ('<"">', ""),
        ("   ", ""),
        (None, ""),
    ],
)
def test_a_list_has_its_name_before_its_id(phrase: str | None, written: str) -> None:
    """R-27, R-29."""
    assert fields(phrase)["List-Id"] == f"{written}<t7.b3.mail.example.com>"


@pytest.mark.parametrize(
    "control", ["\r", "\n", "\r\n", "\0", "\t", "\x1b", "\x85", "\u2028", "\ud800"]
)
def test_a_name_with_a_line_break_never_enters_a_header(control: str) -> None:
    """R-34, H-36: refused, not repaired."""
    with pytest.raises(BadPhrase, match="line break"):
        fields(f"News{control}Bcc: bob@example.com")


@pytest.mark.parametrize("phrase", ["n" * 1000, "ü" * 1000, "新聞" * 500, "n ü" * 500])
def test_a_long_name_is_cut_to_255_octets(phrase: str) -> None:
    """R-27."""
    host = "a-rather-long-host-name.of-a-rather-long-department.with-a-long-name.example.com"
    field = list_id(f"{host}.{host}", 2**31 - 1, 2**31 - 1, phrase)
    name, _, identifier = field.partition("<")
    assert identifier == f"t2147483647.b2147483647.{host}.{host}>"
    assert re.fullmatch(r'"n+" |(=\?utf-8\?[bq]\?[^ ?]+\?= )+', name)
    assert len(field) == 255 if phrase.isascii() else 245 < len(field) <= 255


def test_a_name_that_finds_no_room_is_left_out() -> None:
    """R-27."""
    field = list_id("a" * 244, 3, 7, "News")
    assert field == f"<t7.b3.{'a' * 244}>"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=150))
@example("Ü =?utf-8?q?=3Cx=3E?=")
@example("Ü <x> (y")
@example("\xa0")
@example("\xa0\u3000é\xa0")
def test_whatever_its_name_a_list_is_known_by_its_id_alone(phrase: str) -> None:
    """R-21, R-27: as given to any mailer, and as Python's own ones write it."""
    field = fields(phrase)["List-Id"]
    assert field.isascii()
    assert field.isprintable()
    assert len(field) <= 255
    assert LIST_ID.fullmatch(field)
    sent = message_from_bytes(raw({"List-Id": field}), policy=policy.compat32)["List-Id"]
    assert LIST_ID.fullmatch(sent)
    older = MIMEText("Hello")
    older["List-Id"] = field
    unfolded = re.sub(r"\n(?=[ \t])", "", older.as_string().partition("List-Id: ")[2])
    assert LIST_ID.fullmatch(unfolded.partition("\n")[0])
