"""What makes an unchanged tree 'already judged': the digest of what a gate runs."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phasegate.config import Gate


def definition(noxfile: bytes, gate: Gate) -> str:
    """SHA-256 (hex) over the noxfile, the session, its arguments and the artifact it must leave.

    The gate's own name is no part of it: two names for the same session share their evidence.
    """
    run = json.dumps([gate.session, list(gate.args), gate.artifact]).encode()
    return hashlib.sha256(hashlib.sha256(noxfile).digest() + run).hexdigest()
