"""`make audit`: is what is installed what the lock says, may it be shipped, and is anything of it known to be weak?

    python scripts/audit_dependencies.py [--advisories FOLDER] [--constraints constraints.txt]

It opens no connection. Known weaknesses come from a folder of advisories in the OSV format, one JSON file each
(https://osv.dev publishes all of PyPI as one archive), which somebody brings to this machine; without one the other
two questions are answered. Exit status 1 when something is found.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from packaging.markers import Marker
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from scripts.sbom import ROOT, Locked, by_name, licence_of, read_lock

# Of a licence that may not go with a program under the GPL, version 3 or later.
_NOT_WITH_GPL: Final = (
    "proprietary",
    "noncommercial",
    "non-commercial",
    "cc-by-nc",
    "cc by-nc",
    "gpl-2.0-only",
)
# Made by callwatch's own build, or there before anything is installed.
_OWN: Final = ("callwatch", "pip", "setuptools", "wheel")


def strangers(lock: Iterable[Locked]) -> Iterator[str]:
    """What is installed and not as the lock says."""
    known = by_name(lock)
    for found in sorted(metadata.distributions(), key=lambda d: str(d.metadata["Name"]).lower()):
        name = canonicalize_name(str(found.metadata["Name"]))
        if name in _OWN:
            continue
        if name not in known:
            yield f"{name} {found.version} is installed and not in the lock"
        else:
            versions = [one.version for one in known[name] if _applies(one)]
            if versions and found.version not in versions:
                yield f"{name} is installed as {found.version}, the lock says {versions[0]}"


def _applies(one: Locked) -> bool:
    return not one.marker or Marker(one.marker).evaluate()


def licences(lock: Iterable[Locked]) -> Iterator[str]:
    """Packages whose licence does not go with callwatch's."""
    for one in lock:
        licence = licence_of(one.name)
        if any(bad in licence.lower() for bad in _NOT_WITH_GPL):
            yield f"{one.name}: its licence ({licence}) does not go with the GPL"


def weaknesses(lock: Iterable[Locked], advisories: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Advisories that speak of a locked version."""
    known = by_name(lock)
    for advisory in advisories:
        if advisory.get("withdrawn"):
            continue
        for affected in advisory.get("affected", ()):
            package = affected.get("package", {})
            if package.get("ecosystem") != "PyPI":
                continue
            for one in known.get(canonicalize_name(str(package.get("name", ""))), ()):
                if one.version in affected.get("versions", ()) or _in_ranges(one.version, affected):
                    summary = str(advisory.get("summary") or "no summary")
                    yield f"{one.name} {one.version}: {advisory.get('id')}, {summary}"


def _in_ranges(version: str, affected: dict[str, Any]) -> bool:
    """OSV's own rule: the last event at or before the version decides."""
    try:
        own = Version(version)
        for span in affected.get("ranges", ()):
            if span.get("type") != "ECOSYSTEM":
                continue
            is_weak = False
            for event in sorted(span.get("events", ()), key=_place):
                place = _place(event)
                if "introduced" in event and place <= own:
                    is_weak = True
                elif ("fixed" in event and place <= own) or (
                    "last_affected" in event and place < own
                ):
                    is_weak = False
            if is_weak:
                return True
    except InvalidVersion:
        return False
    return False


def _place(event: dict[str, str]) -> Version:
    return Version(next(iter(event.values()), "0"))


def read_advisories(folder: Path) -> Iterator[dict[str, Any]]:
    """The advisories of a folder; a file that is none is named on stderr and passed over."""
    for path in sorted(folder.rglob("*.json")):
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield found
        else:
            sys.stderr.write(f"{path} is no advisory: passed over\n")


def main() -> None:
    """Ask the three questions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--constraints", type=Path, default=ROOT / "constraints.txt")
    parser.add_argument("--advisories", type=Path)
    options = parser.parse_args()
    lock = read_lock(options.constraints)
    found = [*strangers(lock), *licences(lock)]
    if options.advisories is not None:
        found += weaknesses(lock, read_advisories(options.advisories))
    for line in found:
        print(line)
    asked = "lock, licences" + (", advisories" if options.advisories else "; no advisories given")
    print(f"{len(lock)} packages ({asked}): {len(found)} found")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
