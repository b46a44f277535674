"""Keeps one faulty part from costing the call: it is switched off, named, and the rest goes on.

Called by the analysis thread alone.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from callwatch.core.facts import Fact
from callwatch.core.log import Plain, logger_of

_log: Final = logger_of(__name__)

T = TypeVar("T")


class Supervisor:
    """Watches parts by name. `failures` gives the facts about those that failed since the last time."""

    def __init__(self) -> None:
        self._off: set[str] = set()
        self._failures: list[Fact] = []

    def guard(self, name: str, stage: T, **otherwise: Callable[..., Any]) -> T:
        """The stage, with every call of it run by this supervisor.

        `otherwise` says for a method what takes the place of its result, called with the same
        arguments; of other methods it is an empty list.
        """
        return cast(T, _Guarded(self, name, stage, otherwise))

    def failed(self, name: str, fault: Exception) -> None:
        """This part is off from now on."""
        _log.error("%s failed and is off for this call", Plain(name), exc_info=fault)
        if name not in self._off:
            self._off.add(name)
            self._failures.append(Fact("stage_failed", {"stage": name}))

    def is_off(self, name: str) -> bool:
        """Whether it has failed."""
        return name in self._off

    def failures(self) -> list[Fact]:
        """What failed since the last time."""
        failures, self._failures = self._failures, []
        return failures


class _Guarded:
    """Passes every call on to a stage, as long as that has not failed."""

    def __init__(
        self,
        supervisor: Supervisor,
        name: str,
        stage: object,
        otherwise: dict[str, Callable[..., Any]],
    ) -> None:
        self._supervisor, self._name, self._stage = supervisor, name, stage
        self._otherwise = otherwise

    def __getattr__(self, attribute: str) -> Any:
        def instead(*args: Any, **how: Any) -> Any:
            made = self._otherwise.get(attribute)
            return [] if made is None else made(*args, **how)

        def call(*args: Any, **how: Any) -> Any:
            if self._supervisor.is_off(self._name):
                return instead(*args, **how)
            try:
                return getattr(self._stage, attribute)(*args, **how)
            except Exception as fault:  # noqa: BLE001  (whatever it is, the call goes on)
                self._supervisor.failed(self._name, fault)
                return instead(*args, **how)

        is_method = callable(getattr(type(self._stage), attribute, None))
        return call if is_method else getattr(self._stage, attribute)
