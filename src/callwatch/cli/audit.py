"""`callwatch audit` and `callwatch support`: what is kept here, and what helps whoever repairs it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from callwatch.cli.console import out
from callwatch.report.files import write_private


def audit(
    target: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where it is written.")],
) -> None:
    """Write the evidence that an auditor asks for: what is kept, since when, under which settings.

    audit.html to read and audit.json for programs; nothing of any call is in them. Exit status 1 when
    something is not as it should be.
    """
    from callwatch.app.audit import audit_document
    from callwatch.report.audit_html import render_audit

    document = audit_document()
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    write_private(target / "audit.json", text)
    out.print(escape(str(write_private(target / "audit.html", render_audit(document)))))
    faults = list(_faults(document))
    for fault in faults:
        out.print(f"not as it should be: {fault}", markup=False)
    if faults:
        raise typer.Exit(1)


def _faults(document: Mapping[str, Any]) -> list[str]:
    kept, check = document["kept"], document["mask_check"]
    found = []
    if kept["fault"]:
        found.append(kept["fault"])
    if kept["older_than_retention"]:
        found.append(f"{kept['older_than_retention']} calls are older than the retention time")
    if check["passed"] < check["of"]:
        found.append("the masking does not hide what it must: install callwatch again")
    if document["readable_by_others"]:
        kinds = ", ".join(document["readable_by_others"])
        found.append(f"others on this machine can open {kinds}: take their rights away")
    found += [
        f"the speech model {model['name']} is not as it was installed"
        for model in document["models"]
        if model["problems"]
    ]
    return found


def support(
    target: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .zip file to write.")],
) -> None:
    """Write a bundle for whoever repairs callwatch: versions, checks, settings and the log.

    No speech, transcript, number or name is in it; look before you send it.
    """
    from callwatch.app.support import support_bundle

    out.print(escape(str(write_private(target, support_bundle()))))
    out.print("No speech, transcript, number or name is in it. Look before you send it.")
