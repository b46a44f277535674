"""Whose calls a history shows.

An SQLite file is its owner's alone (mode 0600): all calls in it are theirs. A PostgreSQL server is
shared: there everybody sees, changes, exports and deletes the calls of their own pseudonym, and
nobody else's. Figures over several agents have a rule of their own (store.trends).
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from callwatch.core.errors import StoreError
from callwatch.store.models import Call

NO_NAME = (
    "this history is shared by several agents: set your pseudonym in the settings (agent_id under "
    "[call]), so that your calls are found as yours"
)


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who asks; `is_shared` says whether others' calls lie in the same history."""

    is_shared: bool
    agent_id: str | None

    def own(self) -> list[ColumnElement[bool]]:
        """The condition that a call is one's own; none where all are.

        Raises StoreError in a shared history when it is not known who asks.
        """
        if not self.is_shared:
            return []
        return [Call.agent_id == self.named()]

    def named(self) -> str:
        """The pseudonym of who asks; StoreError when it is not known."""
        if not self.agent_id:
            raise StoreError(NO_NAME)
        return self.agent_id

    def check_new(self, agent_id: str | None) -> None:
        """StoreError when a call would be put into a shared history as somebody else's."""
        if self.is_shared and agent_id != self.named():
            raise StoreError(
                f"the call is not of the agent of the settings ({self.agent_id}) and the history is "
                "shared: store it with that agent's settings"
            )

    def check(self, agent_id: str | None) -> None:
        """StoreError when somebody asks a shared history for another agent's calls."""
        if self.is_shared and agent_id != self.named():
            raise StoreError(
                "the calls of one agent are shown to that agent alone: leave --agent out for your "
                "own, or ask for the figures of the whole group with `callwatch trends --group`"
            )
