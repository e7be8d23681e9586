"""Links that end: to confirm a request, by mail. Not for footers, whose links never expire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from app.links.tokens import UnreadableLink

CONFIRMATION_SECONDS = 7 * 24 * 3600


class Request(NamedTuple):
    """Whose request, for which brand, and the record that opened it."""

    key: bytes
    brand: int
    record: int


class Confirmations:
    """Mints and reads confirmation links: the last secret signs, all verify but leaked ones."""

    def __init__(self, secrets: Sequence[bytes], leaked: Sequence[bytes] = ()) -> None:
        sound = [secret for secret in secrets if secret not in leaked]
        self._serializer = URLSafeTimedSerializer(sound, salt="sayso.confirmation.1")

    def mint(self, request: Request) -> str:
        """The text of a link."""
        return str(self._serializer.dumps([request.key.hex(), request.brand, request.record]))

    def read(self, text: str) -> Request:
        """Whose request it is. Raises UnreadableLink, also when its time is over."""
        try:
            key, brand, record = self._serializer.loads(text, max_age=CONFIRMATION_SECONDS)
            return Request(bytes.fromhex(key), int(brand), int(record))
        except SignatureExpired:
            raise UnreadableLink("expired") from None
        except (BadSignature, ValueError, TypeError):
            raise UnreadableLink("signature") from None
