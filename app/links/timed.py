"""Links that end, each kind for one purpose: to confirm, to see one's data, to move to another
address. Not for footers, whose links never expire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from app.links.tokens import UnreadableLink

HOUR_SECONDS = 3600


class Request(NamedTuple):
    """Whose request, for which brand, and its number: the record that opened it, with the mark of
    its first event, the mail that brought it, or the request it is about."""

    key: bytes
    brand: int
    record: int
    mark: str = ""


class Timed:
    """Mints and reads links of one purpose: the last secret signs, all verify but leaked ones."""

    salt: ClassVar[str]
    lasts: ClassVar[int]
    """In seconds."""

    def __init__(self, secrets: Sequence[bytes], leaked: Sequence[bytes] = ()) -> None:
        sound = [secret for secret in secrets if secret not in leaked]
        self._serializer = URLSafeTimedSerializer(sound, salt=self.salt)

    def mint(self, request: Request) -> str:
        """The text of a link."""
        return str(self._serializer.dumps([request.key.hex(), *request[1:]]))

    def read(self, text: str) -> Request:
        """Whose request it is. Raises UnreadableLink, also when its time is over."""
        return self.read_with_end(text)[0]

    def read_with_end(self, text: str) -> tuple[Request, int]:
        """The same, and the moment in milliseconds when its time is over."""
        try:
            (key, brand, record, *mark), at = self._serializer.loads(
                text, max_age=self.lasts, return_timestamp=True
            )
            request = Request(bytes.fromhex(key), int(brand), int(record), *map(str, mark))
            return request, (int(at.timestamp()) + self.lasts) * 1000
        except SignatureExpired:
            raise UnreadableLink("expired") from None
        except (BadSignature, ValueError, TypeError):
            raise UnreadableLink("signature") from None


class Confirmations(Timed):
    """To confirm a request of a type: `record` opened it."""

    salt = "sayso.confirmation.1"
    lasts = 7 * 24 * HOUR_SECONDS


class Accesses(Timed):
    """To see one's data, and to act on it once: `record` is the mail that brought it."""

    salt = "sayso.access.1"
    lasts = HOUR_SECONDS


class Moves(Timed):
    """To agree to a change of address: `record` is the request, `key` the mailbox that agrees."""

    salt = "sayso.address-change.1"
    lasts = 7 * 24 * HOUR_SECONDS
