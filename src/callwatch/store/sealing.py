"""Encryption of what was said, and of its sound, at rest: AES-256-GCM with a key from the system's keyring.

    sealed body:  MAGIC | nonce (12 bytes) | ciphertext and tag; bound to the id of its call
    sealed sound, and sealed lines of a journal: pieces, each with its number as nonce, under a key that is the
                  file's own: HKDF of the key with the file's salt, bound to the id of its call (RFC 5869)

The key is made once, at random, and lies in the keyring of the user's session (Secret Service, KWallet, Windows
Credential Locker, macOS Keychain) and nowhere else: who loses it loses the words. The only file that imports
`cryptography` and `keyring`, which come with the extra `callwatch[encryption]`. One thread, which waits for a slow
keyring.
"""

import base64
import os
import threading
import time
from concurrent.futures import Future
from typing import Any, Final

from callwatch.core.errors import MissingPartError, StoreError

MAGIC: Final = b"callwatch-sealed-1\0"
_SERVICE: Final = "callwatch"
_NAME: Final = "history-key-1"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12  # what GCM is specified for (NIST SP 800-38D)
_SOUND: Final = b"callwatch sound of "
_WORDS: Final = b"callwatch words of "
# A keyring that asks its user for a password must hold up no call that begins or ends, and no start of the app.
_WAIT_S: Final = 2.0


def seal(body: bytes, call_id: str) -> bytes:
    """The body, readable with the key alone; makes the key at the first call.

    Raises StoreError when no key can be had, MissingPartError without the libraries.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return MAGIC + nonce + bytes(_cipher(_key_soon()).encrypt(nonce, body, call_id.encode()))


def is_sealed(body: bytes) -> bool:
    """Whether `seal` made it."""
    return body.startswith(MAGIC)


def unseal(body: bytes, call_id: str) -> bytes:
    """What was sealed; StoreError when the key is lost or another, or the bytes were changed."""
    from cryptography.exceptions import InvalidTag

    nonce, sealed = body[len(MAGIC) :][:_NONCE_BYTES], body[len(MAGIC) + _NONCE_BYTES :]
    try:
        return bytes(_cipher(_key(make=False)).decrypt(nonce, sealed, call_id.encode()))
    except (InvalidTag, ValueError) as exc:
        raise StoreError(
            f"the words of the call {call_id} are encrypted with another key than that of the keyring, or were "
            f"changed: bring the keyring back from its backup, or delete the call; {FIGURES_STAY}"
        ) from exc


class CallCipher:
    """Encrypts the sound of one call, or its words (callwatch.core.ciphers.Cipher)."""

    def __init__(self, key: bytes, salt: bytes, purpose: bytes, call_id: str) -> None:
        try:
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF
        except ImportError as exc:
            raise _missing("cryptography") from exc
        own = HKDF(SHA256(), _KEY_BYTES, salt, purpose + call_id.encode())
        self._cipher = _cipher(own.derive(key))

    def seal(self, number: int, data: bytes, *, is_last: bool = False) -> bytes:
        """The ciphertext of piece `number`, with its tag."""
        return bytes(self._cipher.encrypt(_piece_nonce(number, is_last), data, None))

    def unseal(self, number: int, data: bytes, *, is_last: bool = False) -> bytes | None:
        """What was sealed as this piece; None when it was not, or with another key."""
        from cryptography.exceptions import InvalidTag

        try:
            return bytes(self._cipher.decrypt(_piece_nonce(number, is_last), data, None))
        except (InvalidTag, ValueError):
            return None


def new_sound_cipher(call_id: str, salt: bytes) -> CallCipher:
    """For a call that begins; makes the key at the first. Raises as `seal` does."""
    return CallCipher(_key_soon(), salt, _SOUND, call_id)


def sound_cipher(call_id: str, salt: bytes) -> CallCipher:
    """For the sound of a stored call; StoreError when the key is lost."""
    return CallCipher(_key(make=False), salt, _SOUND, call_id)


def new_words_cipher(call_id: str, salt: bytes) -> CallCipher:
    """For the journal of a call that begins. Raises as `seal` does."""
    return CallCipher(_key_soon(), salt, _WORDS, call_id)


def words_cipher(call_id: str, salt: bytes) -> CallCipher:
    """For the journal of a call that was cut short; opens nothing when the key is another by now.

    Raises as `seal` does.
    """
    return CallCipher(_key_soon(), salt, _WORDS, call_id)


def _piece_nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(_NONCE_BYTES - 1, "big") + bytes([is_last])


FIGURES_STAY: Final = "its figures in `calls list` and the trends stay"


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as exc:
        raise _missing("cryptography") from exc
    return AESGCM(key)


def _key_soon() -> bytes:
    """The key, made if need be, from a keyring that answers at once. Raises as `seal` does.

    One request at a time: who asks while another waits gets the same answer, and waits no longer than it.
    """
    try:
        return _REQUEST.answer()
    except TimeoutError as exc:
        raise StoreError(
            "the keyring of this session does not answer: unlock it, and start callwatch again"
        ) from exc


class _KeyRequest:
    """The question that the keyring has not answered yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: Future[bytes] | None = None
        self._until_s = 0.0

    def answer(self) -> bytes:
        """Raises TimeoutError, and what `_key` raises."""
        with self._lock:
            if self._pending is None or self._pending.done():
                self._until_s = time.monotonic() + _WAIT_S
                self._pending = Future()
                threading.Thread(
                    target=self._ask, args=(self._pending,), name="callwatch-keyring", daemon=True
                ).start()
            pending = self._pending
        return pending.result(max(0.0, self._until_s - time.monotonic()))

    @staticmethod
    def _ask(answer: "Future[bytes]") -> None:
        try:
            answer.set_result(_key(make=True))
        except Exception as exc:  # noqa: BLE001  (raised where it was asked for)
            answer.set_exception(exc)


_REQUEST: Final = _KeyRequest()


def _key(*, make: bool) -> bytes:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as exc:
        raise _missing("keyring") from exc
    try:
        found = keyring.get_password(_SERVICE, _NAME)
        if found is None and make:
            new = base64.b64encode(os.urandom(_KEY_BYTES)).decode()
            keyring.set_password(_SERVICE, _NAME, new)
            found = keyring.get_password(_SERVICE, _NAME)
    except (KeyringError, OSError, RuntimeError) as exc:
        raise StoreError(
            "the keyring of this session gives no key for what is encrypted: unlock it, or install one "
            "(GNOME Keyring, KWallet), or set encrypt = false under [store]"
        ) from exc
    return _decoded(found)


def _decoded(found: str | None) -> bytes:
    try:
        key = base64.b64decode(found or "", validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise StoreError(
            "the key for what is encrypted is not in this session's keyring: bring the keyring back from its backup, "
            f"or delete the calls that need it; {FIGURES_STAY}"
        )
    return key


def _missing(library: str) -> MissingPartError:
    return MissingPartError(
        f"Encryption needs the library {library}: pip install 'callwatch[encryption]', or set encrypt = false "
        "under [store]."
    )
