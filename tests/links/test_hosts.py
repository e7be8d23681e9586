"""Where links lead (R-26): what is wrong with a base URL shows at start, not in a mail."""

import pytest

from app.links.hosts import BadHost, parse_base_url, parse_domain


@pytest.mark.parametrize(
    ("text", "base", "host"),
    [
        ("https://mail.example.com", "https://mail.example.com", "mail.example.com"),
        (" HTTPS://Mail.Example.COM./ \n", "https://mail.example.com", "mail.example.com"),
        ("https://example.com:8443/a/b.c/", "https://example.com:8443/a/b.c", "example.com"),
        ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("https://192.0.2.7", "https://192.0.2.7", "192.0.2.7"),
        ("https://intranet", "https://intranet", "intranet"),
        ("http://localhost:8000", "http://localhost:8000", "localhost"),
        ("http://a.localhost", "http://a.localhost", "a.localhost"),
        ("http://127.1.2.3:80/p", "http://127.1.2.3:80/p", "127.1.2.3"),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]"),
    ],
)
def test_a_base_url_is_https_or_leads_to_this_machine(text: str, base: str, host: str) -> None:
    """R-26."""
    assert parse_base_url(text) == (base, host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/u/",
        "mail.example.com",
        "//mail.example.com",
        "https://",
        "https:///u",
        "https://:443",
        "https:mail.example.com",
        "ftp://mail.example.com",
        "https://user:secret@mail.example.com",
        "https://mail.example.com?a=b",
        "https://mail.example.com/#top",
        "https://mail.example.com/a//b",
        "https://mail.example.com/../b",
        "https://mail.example.com/a/.",
        "https://mail.example.com/a b",
        "https://mail.example.com/a,b",
        "https://mail.example.com/<b>",
        "https://mail.example.com\\b",
        "https://mail.example.com:0",
        "https://mail.example.com:65536",
        "https://mail.example.com:",
        "https://mail.example.com:٣",
        "https://mail..example.com",
        "https://-mail.example.com",
        "https://ma_il.example.com",
        "https://mail.example.com\r\nBcc:x",
        "https://\u200b",
        "https://❤.example",
        "https://[2001:db8::1]",
        f"https://{'a' * 64}.example",
    ],
)
def test_a_base_url_that_leads_nowhere_is_refused(text: str) -> None:
    """R-26, R-34: relative, host-less, or with what a header must not carry."""
    with pytest.raises(BadHost):
        parse_base_url(text)


@pytest.mark.parametrize(
    "text", ["http://mail.example.com", "http://localhost.example.com", "http://128.0.0.1"]
)
def test_http_leads_to_this_machine_only(text: str) -> None:
    """R-02: no header with an http URL leaves the machine, as no Links is made for one."""
    with pytest.raises(BadHost, match="has to be https"):
        parse_base_url(text)


def test_a_base_url_leaves_room_for_the_token() -> None:
    """R-105: 255 at the very most."""
    longest = "https://mail.example.com/" + "a" * (255 - 77 - 25)
    assert parse_base_url(longest).text == longest
    with pytest.raises(BadHost, match="at most 178 characters"):
        parse_base_url(longest + "a")


def test_the_namespace_of_list_ids_is_a_dot_atom() -> None:
    """R-27, R-28."""
    assert parse_base_url("https://mail.example.com:444/x").namespace == "mail.example.com"
    assert parse_base_url("http://[::1]:8000").namespace == "localhost"


def test_a_mail_domain_is_written_in_a_labels() -> None:
    assert parse_domain(" Mail.BÜCHER.example. ") == "mail.xn--bcher-kva.example"


def test_a_domain_has_253_octets_at_most() -> None:
    longest = ".".join(["a" * 63] * 3 + ["b" * 61])
    assert parse_domain(longest + ".") == longest
    with pytest.raises(BadHost):
        parse_domain(longest + "b")


@pytest.mark.parametrize(
    "text", ["", ".", "a b", "a@b", "a..b", "https://a", "a:25", "[127.0.0.1]", "a.b\0"]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    """R-34."""
    with pytest.raises(BadHost, match="is not a domain"):
        parse_domain(text)
