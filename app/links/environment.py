"""The settings of a sender, read from the environment: the one door to it in this package."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from app.domain.address import AddressKeys, BadSecret, parse_secret, parse_secrets
from app.links.hosts import parse_base_url, parse_domain
from app.links.purposes import parse_purpose_key
from app.links.tokens import Mint, Tokens
from app.links.urls import Links, checked_id

T = TypeVar("T")
BASE_URL = "set it to where people reach Sayso, such as https://mail.example.com"


class BadSetting(ValueError):
    """A setting that is missing or wrong. The message names it and says what to do."""


def from_environment(environ: Mapping[str, str]) -> Links:
    """The Links of SAYSO_BASE_URL and the secrets, each as NAME, in the file NAME_FILE, or, made
    by `sayso init`, in the data directory (SAYSO_DATA_DIR, `var` where unset). Raises BadSetting.

    SAYSO_UNSUBSCRIBE_DOMAIN adds the mailto: address, SAYSO_BRAND the brand of calls that name
    none.
    """
    settings = _Settings(environ)
    return Links(
        settings.needed("SAYSO_BASE_URL", parse_base_url, BASE_URL).text,
        AddressKeys(settings.kept("SAYSO_ADDRESS_SECRET", "address-secret", parse_secret)),
        _mint(settings),
        settings.optional("SAYSO_UNSUBSCRIBE_DOMAIN", parse_domain),
        settings.optional("SAYSO_BRAND", _brand),
    )


def _brand(text: str) -> int:
    return checked_id("brand", int(text))


def _mint(settings: "_Settings") -> Mint:
    unsubscribe = settings.optional("SAYSO_UNSUBSCRIBE_KEY", parse_purpose_key)
    preferences = settings.optional("SAYSO_PREFERENCES_KEY", parse_purpose_key)
    if unsubscribe is None and preferences is None:
        return _tokens(settings)
    if settings.text("SAYSO_LINK_SECRETS") is not None:
        raise BadSetting("set either SAYSO_LINK_SECRETS or purpose keys (SAYSO_…_KEY), not both")
    return Mint.for_sender(unsubscribe, preferences)


def _tokens(settings: "_Settings") -> Tokens:
    secrets = settings.kept("SAYSO_LINK_SECRETS", "link-secrets", parse_secrets)
    leaked = settings.optional("SAYSO_LINK_SECRETS_LEAKED", parse_secrets) or ()
    try:
        return Tokens(secrets, leaked=leaked)
    except BadSecret as why:
        raise BadSetting(f"SAYSO_LINK_SECRETS: {why}") from None


class _Settings:
    """Settings as an environment gives them: as they are, or as the name of a file."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._folder = Path(environ.get("SAYSO_DATA_DIR") or "var")

    def text(self, name: str) -> str | None:
        """What is set; an empty setting is none."""
        value, file = self._environ.get(name), self._environ.get(f"{name}_FILE")
        if value and file:
            raise BadSetting(f"{name} and {name}_FILE are both set; keep one")
        return _content(f"{name}_FILE", Path(file)) if file else value or None

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        """The parsed setting, None where it is not set."""
        text = self.text(name)
        return None if text is None else _parsed(name, text, parse)

    def needed(self, name: str, parse: Callable[[str], T], example: str) -> T:
        """The parsed setting, which has no default; `example` says what to set it to."""
        text = self.text(name)
        if text is None:
            raise BadSetting(f"{name} is not set, and links cannot be made without it: {example}")
        return _parsed(name, text, parse)

    def kept(self, name: str, file: str, parse: Callable[[str], T]) -> T:
        """The parsed setting, else what the data directory keeps in that file."""
        text = self.text(name)
        if text is not None:
            return _parsed(name, text, parse)
        path = self._folder / file
        if not path.exists():
            raise BadSetting(
                f"no {file}: set {name} or {name}_FILE, or SAYSO_DATA_DIR to the directory that "
                f"`sayso init` made (looked for {path.absolute()})"
            )
        return _parsed(str(path), _content(name, path), parse)


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as why:
        raise BadSetting(f"{name}: cannot read {path} ({type(why).__name__})") from None


def _parsed(name: str, text: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(text)
    except ValueError as why:
        raise BadSetting(f"{name}: {why}") from None
