"""What a login of a shared history may do.

agent   the calls of their own pseudonym
batch   writes and reads every call, and publishes the group report
team    the published group report and nothing else
"""

from enum import StrEnum


class Role(StrEnum):
    """What a login is."""

    AGENT = "agent"
    BATCH = "batch"
    TEAM = "team"
