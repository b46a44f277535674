"""The evidence of `callwatch audit` as a page to read and print; in English, as the doctor is."""

from collections.abc import Mapping, Sequence
from typing import Any

from callwatch.report.content_policy import with_strict_policy
from callwatch.report.html import environment

Section = tuple[str, str, Sequence[str], Sequence[Sequence[str]]]


def render_audit(document: Mapping[str, Any]) -> str:
    """The whole page; `document` as app/audit.py makes it."""
    template = environment().get_template("audit.html.j2")
    page = template.render(
        made_at=document["made_at"],
        version=document["system"]["callwatch"],
        sections=_sections(document),
    )
    return with_strict_policy(page)


def _sections(d: Mapping[str, Any]) -> list[Section]:
    kept, check, settings = d["kept"], d["mask_check"], d["settings"]
    two = ("what", "value")
    locked = ", ".join(settings["locked_by_it"]) or "none"
    values = [(key, _shown(value)) for key, value in settings["values"].items()]
    return [
        ("Calls that are kept", kept["fault"] or "", two, _pairs(kept, "fault")),
        ("Files", _exposed(d["readable_by_others"]), *_table(d["files"])),
        ("Last deletions", "Newest last.", *_table(d["deletions"])),
        (
            "Masking",
            f"Checked {check['at']}: {check['passed']} of {check['of']} built-in dialogues are as they must be.",
            *_table(d["earlier_mask_checks"]),
        ),
        ("Settings", f"Locked by IT: {locked}.", two, values),
        ("Program", "", two, _pairs(d["system"])),
        ("Speech models", "", *_table(d["models"])),
        ("Packages", "", two, _pairs(d["packages"])),
    ]


def _exposed(kinds: Sequence[str]) -> str:
    if not kinds:
        return "Nobody else on this machine can open them."
    return f"Others on this machine can open: {', '.join(kinds)}."


def _pairs(values: Mapping[str, Any], *without: str) -> list[tuple[str, str]]:
    return [(key.replace("_", " "), _shown(v)) for key, v in values.items() if key not in without]


def _table(rows: Sequence[Mapping[str, Any]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    head = list(rows[0]) if rows else []
    return [name.replace("_", " ") for name in head], [[_shown(r[n]) for n in head] for r in rows]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)
