"""`make sbom`: what callwatch is made of, as a CycloneDX 1.6 document, from constraints.txt and what is installed.

    python scripts/sbom.py [--constraints constraints.txt] [--out sbom.cdx.json]

It opens no connection and reads the lock and the metadata of the installed packages alone. The same lock and the
same packages give the same bytes: there is no time in it, and its serial number is made from its contents.
"""

import argparse
import json
import sys
import tomllib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parent.parent
_NAMESPACE: Final = uuid.UUID(
    "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
)  # RFC 4122: names that are URLs


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of the lock: a package and the version that is installed."""

    name: str
    version: str
    marker: str = ""

    @property
    def purl(self) -> str:
        """The package URL, by which other tools know it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(path: Path) -> list[Locked]:
    """The packages of a constraints file, by name. Raises ValueError for a line that pins no version."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.partition(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        wanted = Requirement(text)
        pins = [spec.version for spec in wanted.specifier if spec.operator == "=="]
        if len(pins) != 1:
            raise ValueError(f"{path.name}:{number} pins no version: write NAME==VERSION")
        found.append(Locked(canonicalize_name(wanted.name), pins[0], str(wanted.marker or "")))
    return sorted(found, key=lambda one: one.name)


def document(lock: list[Locked], project: dict[str, Any], version: str) -> dict[str, Any]:
    """The CycloneDX document."""
    name = str(project["name"])
    root = {
        "type": "application", "bom-ref": name, "name": name, "version": version,
        "licenses": [{"license": {"id": project["license"]}}],
    }  # fmt: skip
    known = by_name(lock)
    body: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root, "lifecycles": [{"phase": "build"}]},
        "components": [_component(one) for one in lock],
        "dependencies": [
            {"ref": name, "dependsOn": _wanted(project, known)},
            *({"ref": one.purl, "dependsOn": list(_needs(one, known))} for one in lock),
        ],
    }
    serial = uuid.uuid5(_NAMESPACE, json.dumps(body, sort_keys=True))
    return {"serialNumber": f"urn:uuid:{serial}", **body}


def by_name(lock: Iterable[Locked]) -> dict[str, list[Locked]]:
    """The lines of each package: one may be locked in two versions for two Pythons."""
    out: dict[str, list[Locked]] = {}
    for one in lock:
        out.setdefault(one.name, []).append(one)
    return out


def _component(one: Locked) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "library", "bom-ref": one.purl, "name": one.name, "version": one.version,
        "purl": one.purl,
    }  # fmt: skip
    if licence := licence_of(one.name):
        entry["licenses"] = [{"license": {"name": licence}}]
    if one.marker:
        entry["properties"] = [{"name": "callwatch:only_if", "value": one.marker}]
    return entry


def licence_of(name: str) -> str:
    """What an installed package says of its licence, in a line; "" for one that is not there or says nothing."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if "License-Expression" in about:
        return str(about["License-Expression"])
    classified = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    written = "".join(about.get_all("License") or ()).strip().partition("\n")[0]
    return ", ".join(classified) or written[:80]


def _wanted(project: dict[str, Any], known: dict[str, list[Locked]]) -> list[str]:
    extras = project.get("optional-dependencies", {}).values()
    lines = [*project.get("dependencies", ()), *(line for lines in extras for line in lines)]
    names = {canonicalize_name(Requirement(line).name) for line in lines}
    return sorted(one.purl for name in names for one in known.get(name, ()))


def _needs(one: Locked, known: dict[str, list[Locked]]) -> Iterator[str]:
    try:
        lines = metadata.requires(one.name) or ()
    except metadata.PackageNotFoundError:
        return
    wanted = [Requirement(line) for line in lines]
    plain = {
        canonicalize_name(need.name)
        for need in wanted
        if need.marker is None or need.marker.evaluate({"extra": ""})
    }
    plain.discard(one.name)
    yield from sorted(other.purl for name in plain for other in known.get(name, ()))


def main() -> None:
    """Write the document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--constraints", type=Path, default=ROOT / "constraints.txt")
    parser.add_argument("--out", type=Path, default=Path("sbom.cdx.json"))
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    from callwatch import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = read_lock(options.constraints)
    text = json.dumps(document(lock, project, __version__), indent=1, ensure_ascii=False)
    options.out.write_text(text + "\n", "utf-8")
    print(f"{options.out}: {len(lock)} packages")


if __name__ == "__main__":
    main()
