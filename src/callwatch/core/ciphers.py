"""What rooms that encrypt ask of a cipher; `callwatch.store.sealing` has the only one."""

from typing import Protocol


class Cipher(Protocol):
    """Encrypts and decrypts the numbered pieces of one call."""

    def seal(self, number: int, data: bytes, *, is_last: bool = False) -> bytes:
        """The ciphertext of piece `number`, with its tag. No number may come twice."""

    def unseal(self, number: int, data: bytes, *, is_last: bool = False) -> bytes | None:
        """What was sealed as this piece; None when it was not, or with another key."""
