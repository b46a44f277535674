"""What the name of a recording says: when the call was, and more with a pattern of one's own."""

import re
from typing import Final

from callwatch.app.archive.recording import CallDetails
from callwatch.audio.recorded_at import moment_in
from callwatch.core.channels import Language
from callwatch.core.errors import ConfigError

_GROUPS: Final = frozenset(("time", "queue", "agent", "language"))


class NamePattern:
    """Reads details out of a file's name.

    expression   a regular expression with any of the groups `time`, `queue`, `agent`, `language`;
                 None looks for a date and time alone

    Raises ConfigError for an expression that cannot be used.
    """

    def __init__(self, expression: str | None = None) -> None:
        self._expression: re.Pattern[str] | None = None
        if expression is None:
            return
        try:
            self._expression = re.compile(expression)
        except re.error as exc:
            raise ConfigError(
                f"the name pattern cannot be read ({exc}): give a regular expression such as "
                r"'(?P<queue>\w+)-(?P<time>\d{8}-\d{6})'"
            ) from exc
        names = set(self._expression.groupindex)
        if not names or names - _GROUPS:
            raise ConfigError(
                "the name pattern needs groups that are called time, queue, agent or language: "
                r"(?P<queue>\w+)"
            )

    def details(self, name: str) -> CallDetails:
        """What is known from a name (the last part of a path); nothing when it does not fit."""
        if self._expression is None:
            return CallDetails(started_at=moment_in(name))
        found = self._expression.search(name)
        if found is None:
            return CallDetails(started_at=moment_in(name))
        groups = {key: value or "" for key, value in found.groupdict().items()}
        return CallDetails(
            moment_in(groups.get("time", name)),
            groups.get("agent") or None,
            groups.get("queue", ""),
            language_of(groups.get("language", "")),
        )


def language_of(text: str) -> Language | None:
    """A language by its code or that of its country; None when it is none that is known."""
    code = text.strip().lower().replace("_", "-").partition("-")[0]
    try:
        return Language({"no": "nb", "se": "sv", "dk": "da"}.get(code, code))
    except ValueError:
        return None
