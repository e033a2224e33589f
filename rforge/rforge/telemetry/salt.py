"""The local salt: what makes the digests of an install and of its users mean nothing elsewhere."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from rforge.locks import held

if TYPE_CHECKING:
    from pathlib import Path

FILE, LOCK = ".salt", ".salt.lock"
SALT_BYTES = 32
DIGITS = 16
PATIENCE_S = 0.5
"""How long another process may be making the salt, in seconds; it takes milliseconds."""


def local_salt(folder: Path) -> bytes:
    """The salt in `folder`; it is made where there is none, once, whoever else makes it at the same time.

    Raises:
        OSError: it can be neither read nor made.
    """
    file = folder / FILE
    salt = _read(file)
    if salt is not None:
        return salt
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with held(folder / LOCK, PATIENCE_S) as is_ours:
        if not is_ours:
            raise TimeoutError("another process keeps the salt")
        return _read(file) or _made(file)


def digest(salt: bytes, kind: str, text: str) -> str:
    """What stands for `text`: 16 hexadecimal digits, which differ between kinds."""
    hashed = hashlib.sha256(salt + kind.encode("ascii") + b"\0" + text.encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()[:DIGITS]


def _read(file: Path) -> bytes | None:
    if not file.is_file():  # reading a pipe would never end
        return None
    with file.open("rb") as stream:
        salt = stream.read(SALT_BYTES + 1)
    return salt if len(salt) == SALT_BYTES else None


def _made(file: Path) -> bytes:
    salt, new = os.urandom(SALT_BYTES), file.with_name(f"{FILE}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        os.write(descriptor, salt)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(file)
    return salt
