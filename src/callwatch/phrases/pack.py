"""Phrase packs: the data of one language, read from TOML and checked.

`packs/README.md` is the schema. A wrong pack raises ConfigError with the id of the rule and what
to do.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from callwatch.core.channels import Language
from callwatch.core.cues import METHOD_STEPS, CueKind, ThreatCategory
from callwatch.core.errors import ConfigError
from callwatch.phrases.grammar import Sequence, parse, to_regex
from callwatch.phrases.spelling import SpokenForms
from callwatch.phrases.text import plain_letters

SCHEMA: Final = "callwatch.phrases/1"
PACK_DIR: Final = Path(__file__).parent / "packs"
STEPS: Final = (*METHOD_STEPS[1:], CueKind.BLAMING)
_TOP_KEYS: Final = {
    "schema",
    "language",
    "rewrites",
    "classes",
    "rules",
    "guards",
    "frames",
    "steps",
    "disable",
}
_RULE_KEYS: Final = {
    "rules": {"id", "category", "strength", "any", "unless"},
    "guards": {"id", "categories", "any", "unless", "quotes"},
    "frames": {"id", "categories", "any", "unless", "direct"},
    "steps": {"id", "step", "any", "unless"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One named group of patterns.

    `labels` are the categories (rules, guards, frames) or the step that it speaks of; `strong` is
    False for hints. `own`: an organisation wrote it, for words that no classifier has learnt.
    `quotes`: what follows in the sentence is somebody else's words (guards). `direct`: the speaker
    means the listener or himself (frames).
    """

    id: str
    labels: tuple[str, ...]
    patterns: tuple[Sequence, ...]
    unless: tuple[Sequence, ...] = ()
    strong: bool = True
    own: bool = False
    quotes: bool = False
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """All that a pack says, by id."""

    language: Language
    rewrites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: dict[str, tuple[Sequence, ...]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    guards: dict[str, Rule] = field(default_factory=dict)
    frames: dict[str, Rule] = field(default_factory=dict)
    steps: dict[str, Rule] = field(default_factory=dict)
    disable: tuple[str, ...] = ()

    def groups(self) -> Iterator[Rule]:
        """Every rule, guard, frame and step."""
        for kind in (self.rules, self.guards, self.frames, self.steps):
            yield from kind.values()

    def overlaid(self, other: "Pack") -> "Pack":
        """This pack with another on top: classes grow, known ids are replaced or go."""
        classes = dict(self.classes)
        for name, entries in other.classes.items():
            classes[name] = classes.get(name, ()) + entries
        off = set(other.disable)

        def merged(mine: dict[str, Rule], theirs: dict[str, Rule]) -> dict[str, Rule]:
            own = {key: replace(rule, own=True) for key, rule in theirs.items()}
            return {key: rule for key, rule in (mine | own).items() if key not in off}

        return Pack(
            self.language,
            {**self.rewrites, **other.rewrites},
            classes,
            merged(self.rules, other.rules),
            merged(self.guards, other.guards),
            merged(self.frames, other.frames),
            merged(self.steps, other.steps),
        )


def load_pack(language: Language, override_dir: Path | None = None) -> Pack:
    """The shipped pack, with the organisation's own on top when `override_dir` holds one."""
    pack = read_pack(PACK_DIR / f"{language}.toml", language)
    if override_dir is not None:
        if not override_dir.is_dir():
            raise ConfigError(
                f"There is no folder {override_dir} with phrase packs: "
                "create it, or name another with --packs."
            )
        own = override_dir / f"{language}.toml"
        if own.exists():
            pack = pack.overlaid(read_pack(own, language))
            check_classes(pack, str(own))
    patterns = (p for rule in pack.groups() for p in (*rule.patterns, *rule.unless))
    entries = (entry for entries in pack.classes.values() for entry in entries)
    return replace(pack, rewrites=SpokenForms(pack.rewrites, (*patterns, *entries)))


def read_pack(path: Path, language: Language | None = None) -> Pack:
    """One pack file. Class names are looked up later: an overlay may use the shipped ones."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigError(f"The phrase pack {path} cannot be read: {exc.strerror or exc}.") from exc
    except (ValueError, RecursionError) as exc:  # TOML's own errors among them
        raise ConfigError(f"The phrase pack {path} is not valid TOML: {str(exc)[:200]}.") from exc
    return _pack(data, str(path), language)


def _pack(data: dict[str, Any], where: str, language: Language | None) -> Pack:
    if unknown := sorted(set(data) - _TOP_KEYS):
        raise ConfigError(
            f"{where}: '{unknown[0][:80]}' is not a part of a phrase pack; remove it."
        )
    if data.get("schema") != SCHEMA:
        raise ConfigError(f'{where}: the first line must be schema = "{SCHEMA}".')
    try:
        named = Language(data.get("language", ""))
    except ValueError as exc:
        raise ConfigError(f"{where}: language must be one of {', '.join(Language)}.") from exc
    if language is not None and named is not language:
        raise ConfigError(
            f"{where}: this pack is for '{named}', not '{language}'; put it under its own name."
        )
    seen: set[str] = set()
    groups: dict[str, dict[str, Rule]] = {}
    for kind in _RULE_KEYS:
        some = [_rule(raw, kind, where, seen) for raw in _tables(data, kind, where)]
        groups[kind] = {rule.id: rule for rule in some}
    return Pack(
        named,
        _rewrites(data.get("rewrites", {}), where),
        _classes(data.get("classes", {}), where),
        **groups,
        disable=tuple(_strings(data.get("disable", []), f"{where}: disable")),
    )


def _tables(data: dict[str, Any], kind: str, where: str) -> list[dict[str, Any]]:
    tables = data.get(kind, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{where}: write every one of the {kind} under a line [[{kind}]].")
    return tables


def _strings(value: object, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where} must be a list of texts.")
    return value


def _rewrites(raw: object, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise ConfigError(f'{where}: [rewrites] must be lines of word = "other words".')
    return {
        plain_letters(key).lower(): tuple(plain_letters(value).lower().split())
        for key, value in raw.items()
    }


def _classes(raw: object, where: str) -> dict[str, tuple[Sequence, ...]]:
    if not isinstance(raw, dict):
        raise ConfigError(f'{where}: [classes] must be lines of name = ["word", ...].')
    return {
        name: _patterns(
            _strings(entries, f"{where}: the class {name[:80]}"), f"{where}: the class {name[:80]}"
        )
        for name, entries in raw.items()
    }


def _patterns(texts: list[str], where: str) -> tuple[Sequence, ...]:
    out: list[Sequence] = []
    for text in texts:
        try:
            out.append(parse(plain_letters(text)))
        except ConfigError as exc:
            raise ConfigError(f"{where}: {exc}.") from exc
    return tuple(out)


def _rule(raw: dict[str, Any], kind: str, where: str, seen: set[str]) -> Rule:
    name = raw.get("id")
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{where}: one of the {kind} has no id; give it a name of its own.")
    here = f"{where}: {name[:80]}"
    if name in seen:
        raise ConfigError(f"{where}: the id '{name[:80]}' is used twice; give each its own.")
    seen.add(name)
    if unknown := sorted(set(raw) - _RULE_KEYS[kind]):
        raise ConfigError(f"{here}: '{unknown[0][:80]}' is not known here; remove it.")
    patterns = _patterns(_strings(raw.get("any", []), f"{here}: any"), here)
    if not patterns:
        raise ConfigError(f"{here}: has no patterns; add some under any = [...].")
    strength = raw.get("strength", "strong")
    if strength not in ("strong", "weak"):
        raise ConfigError(f"{here}: strength must be strong or weak, not '{str(strength)[:80]}'.")
    for flag in ("quotes", "direct"):
        if not isinstance(raw.get(flag, False), bool):
            raise ConfigError(f"{here}: {flag} must be true or false.")
    return Rule(
        name,
        _labels(raw, kind, here),
        patterns,
        _patterns(_strings(raw.get("unless", []), f"{here}: unless"), here),
        strength == "strong",
        quotes=raw.get("quotes", False),
        direct=raw.get("direct", False),
    )


def _labels(raw: dict[str, Any], kind: str, here: str) -> tuple[str, ...]:
    if kind == "steps":
        if raw.get("step") not in STEPS:
            raise ConfigError(f"{here}: step must be one of {', '.join(STEPS)}.")
        return (str(raw["step"]),)
    key = "category" if kind == "rules" else "categories"
    named = (
        [raw.get("category")]
        if kind == "rules"
        else _strings(raw.get("categories", []), f"{here}: {key}")
    )
    if kind != "rules" and named == ["all"]:
        return tuple(ThreatCategory)
    for label in named:
        if label not in list(ThreatCategory):
            raise ConfigError(
                f"{here}: the category '{str(label)[:80]}' is not one of {', '.join(ThreatCategory)}."
            )
    if not named:
        raise ConfigError(f"{here}: names no category; add {key}.")
    return tuple(str(label) for label in named)


def check_classes(pack: Pack, where: str) -> None:
    """Raises ConfigError when a pattern names an unknown class, or classes go in a circle."""
    for name, entries in pack.classes.items():
        for entry in entries:
            _try_regex(entry, pack, f"{where}: the class {name[:80]}")
    for rule in pack.groups():
        for pattern in (*rule.patterns, *rule.unless):
            _try_regex(pattern, pack, f"{where}: {rule.id}")


def _try_regex(pattern: Sequence, pack: Pack, where: str) -> None:
    try:
        to_regex(pattern, pack.classes)
    except RecursionError as exc:
        raise ConfigError(
            f"{where}: its word classes lie too deep in each other; write it flat."
        ) from exc
    except ConfigError as exc:
        raise ConfigError(
            f"{where}: {exc}; define it under [classes] or correct the name."
        ) from exc
