"""The errors a user may see. Each message is one sentence that says what to do.

    CallwatchError
    ├── InputError            a recording or a device that cannot be used as it is
    │   └── DeviceLostError   a device that was there and stopped delivering
    ├── ConfigError           a setting that cannot be used
    ├── ModelError            a speech model that is missing, partial or of the wrong kind
    │   ├── BrokenOffError    its download broke off; what has come is kept
    │   └── NoRoomError       there is no room for it, or it may not be written
    ├── MissingPartError      an optional library or system library is not installed
    ├── OutputError           a report or history that cannot be written
    └── StoreError            a history that cannot be opened or read

Bugs raise ordinary exceptions; only these are turned into exit status 1 by the command line.
"""


class CallwatchError(Exception):
    """Base of all errors that are shown to the user in one sentence."""


class InputError(CallwatchError):
    """A recording or a device that cannot be used as it is."""


class DeviceLostError(InputError):
    """A device stopped delivering, or the sound server moved it to another source."""


class ConfigError(CallwatchError):
    """A setting that cannot be used."""


class ModelError(CallwatchError):
    """A speech model that is missing, partial or of the wrong kind."""


class BrokenOffError(ModelError):
    """The download of a model broke off; what has come is kept for the next time."""


class NoRoomError(ModelError):
    """A model cannot be written: the disk is full, or the folder is not ours."""


class MissingPartError(CallwatchError):
    """An optional library, or a system library, that is not installed."""


class OutputError(CallwatchError):
    """A report, journal or export that cannot be written."""


class StoreError(CallwatchError):
    """A call history that cannot be opened, read or written."""
