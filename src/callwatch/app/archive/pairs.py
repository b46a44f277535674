"""Mono recordings that belong together, by a pattern of their names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from callwatch.app.archive.recording import Recording
from callwatch.core.errors import ConfigError, InputError
from callwatch.core.files import path_text


@dataclass(frozen=True, slots=True)
class PairPattern:
    """How the agent's and the customer's files of one call are called: `*-agent.wav`, `*-customer.wav`.

    What the star stands for, folder included, is the same in both.
    """

    agent: str
    customer: str

    @classmethod
    def parse(cls, text: str) -> "PairPattern":
        """From `AGENT,CUSTOMER`; ConfigError when it is not two patterns with one star each."""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != 2 or any(part.count("*") != 1 for part in parts) or parts[0] == parts[1]:
            raise ConfigError(
                f"the pair pattern {text!r} cannot be used: give two names with one star each, "
                "the agent's first, as in '*-agent.wav,*-customer.wav'"
            )
        return cls(*parts)

    def join(self, files: Iterable[str]) -> Iterator[Recording | InputError]:
        """Pairs as one recording each, files that fit neither name as they are.

        A side whose other side is missing is a fault.
        """
        sides: dict[tuple[str, str], list[str | None]] = {}
        for file in files:
            folder, slash, name = file.rpartition("/")
            for index, pattern in enumerate((self.agent, self.customer)):
                if fnmatchcase(name, _escaped(pattern)):
                    head, tail = pattern.split("*")
                    key = (folder + slash, name[len(head) : len(name) - len(tail)])
                    sides.setdefault(key, [None, None])[index] = file
                    break
            else:
                yield Recording((file,))
        for agent, customer in sides.values():
            if agent is not None and customer is not None:
                yield Recording((agent, customer))
                continue
            lone, other = (agent, "customer") if agent is not None else (customer, "agent")
            yield InputError(
                f"{path_text(lone or '')} has no recording of the {other} beside it: copy it there, "
                "or change --pairs"
            )


def _escaped(pattern: str) -> str:
    """Only the star is a wildcard."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
