"""The secret of one installation, made once."""

import os
import secrets
from pathlib import Path


def installation_secret(path: Path) -> str:
    """Read the secret at ``path``; make it first where there is none (mode 0600, safe when two processes start)."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()
