"""Lint of phrase packs: what is wrong, and what is probably not meant, in plain sentences."""

from dataclasses import dataclass
from pathlib import Path

from callwatch.core.channels import Language
from callwatch.core.cues import ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.grammar import anchors
from callwatch.phrases.pack import PACK_DIR, Pack, check_classes, load_pack, read_pack


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a pack; an error makes the pack unusable, anything else is advice."""

    path: Path
    message: str
    is_error: bool


def check_packs(directory: Path | None = None) -> list[Finding]:
    """Findings on the shipped packs, or on the packs of an organisation in `directory`."""
    if directory is not None and not directory.is_dir():
        raise ConfigError(
            f"There is no folder {directory}: name the folder that holds your phrase packs."
        )
    root = directory or PACK_DIR
    paths = sorted(root.glob("*.toml"))
    if not paths:
        return [
            Finding(
                root,
                "There is no pack here: a pack is named after its language, such as sv.toml.",
                True,
            )
        ]
    return [finding for path in paths for finding in _check(path, own=directory is not None)]


def _check(path: Path, *, own: bool) -> list[Finding]:
    if path.stem not in list(Language):
        return [
            Finding(
                path,
                f"'{path.stem}' is not a language; name the file {', '.join(Language)} .toml.",
                True,
            )
        ]
    language = Language(path.stem)
    try:
        pack = read_pack(path, language)
        whole = load_pack(language).overlaid(pack) if own else pack
        check_classes(whole, str(path))
    except ConfigError as exc:
        return [Finding(path, str(exc), True)]
    shipped = load_pack(language)
    return [Finding(path, text, False) for text in _advice(pack, whole, shipped if own else None)]


def _advice(pack: Pack, whole: Pack, shipped: Pack | None) -> list[str]:
    out: list[str] = []
    for rule in pack.groups():
        for pattern in rule.patterns:
            found = anchors(pattern, whole.classes)
            if found is None:
                out.append(
                    f"{rule.id}: one pattern has no word of its own: it is tried on every line."
                )
            elif (
                rule in pack.rules.values()
                and rule.strong
                and len(pattern) == 1
                and max(len(t) for _, t in found) < 3
            ):
                out.append(
                    f"{rule.id}: a strong pattern of one short word flags much that is harmless."
                )
        if len(set(rule.patterns)) < len(rule.patterns):
            out.append(f"{rule.id}: the same pattern stands twice.")
    for word, forms in pack.rewrites.items():
        if any(form in whole.rewrites and form != word for form in forms):
            out.append(
                f"[rewrites] {word}: its new form is itself rewritten, which is not done twice."
            )
    if shipped is not None:
        known = {rule.id for rule in shipped.groups()}
        out += [
            f"disable: there is no '{name}' in the shipped pack."
            for name in pack.disable
            if name not in known
        ]
    else:
        covered = {label for rule in pack.rules.values() for label in rule.labels}
        out += [
            f"no rule speaks of '{category}'."
            for category in ThreatCategory
            if category not in covered
        ]
    return out
