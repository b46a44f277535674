"""What one check of the doctor found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ok: True well, False broken, None not needed by everybody and not there."""

    name: str
    ok: bool | None
    message: str
    remedy: str | None = None
