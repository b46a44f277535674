"""The source of the Windows installer for msitools' wixl.

msiexec /i callwatch.msi /qn [AUTOSTART=1] [SITESETTINGS=\\\\server\\share\\callwatch.toml]
msiexec /x callwatch.msi /qn [REMOVEDATA=1]
"""

import hashlib
from pathlib import Path
from string import Template
from typing import Final
from uuid import UUID, uuid5
from xml.sax.saxutils import quoteattr

# Never to change: by it Windows knows that a newer callwatch replaces an older one.
UPGRADE_CODE: Final = UUID("6d5b9a51-8c6e-4b86-9a0d-6a2f3c0b7e11")
_NAMED: Final = ("StartMenu", "Version", "Autostart", "SiteSettings")
# What wixl does not know: conditions of components, and which words of the command line an administrator may give.
# REMOVE: what was installed by a word of the command line is removed without it.
COMPLETED: Final = (
    "UPDATE `Component` SET `Condition` = 'AUTOSTART = 1 OR REMOVE' WHERE `Component` = 'Autostart'",
    "UPDATE `Component` SET `Condition` = 'SITESETTINGS OR REMOVE' WHERE `Component` = 'SiteSettings'",
)
_SOURCE: Final = Path(__file__).with_name("callwatch.wxs.in")


def installer_source(folder: Path, version: str, icon: Path) -> str:
    """The wxs of a folder that is installed as it is."""
    components: list[str] = list(_NAMED)
    files = _directory(folder, folder, components)
    return Template(_SOURCE.read_text("utf-8")).substitute(
        {f"guid_{name}": _guid(name) for name in _NAMED},
        version=version,
        code=str(UPGRADE_CODE).upper(),
        icon=icon,
        python=f"f{_mark('python.exe')}",
        files=files,
        refs="\n".join(f'<ComponentRef Id="{name}"/>' for name in components),
    )


def _directory(path: Path, root: Path, components: list[str]) -> str:
    """The components of a folder's files, and its folders."""
    out = []
    for child in sorted(path.iterdir()):
        name = child.relative_to(root).as_posix()
        mark = _mark(name)
        if child.is_dir():
            inner = _directory(child, root, components)
            out.append(
                f'<Directory Id="d{mark}" Name={quoteattr(child.name)}>\n{inner}</Directory>\n'
            )
            continue
        components.append(f"c{mark}")
        out.append(
            f'<Component Id="c{mark}" Guid="{_guid(name)}" Win64="yes">'
            f'<File Id="f{mark}" Name={quoteattr(child.name)} Source={quoteattr(str(child.relative_to(root.parent)))} '
            'KeyPath="yes"/></Component>\n'
        )
    return "".join(out)


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:20]


def _guid(name: str) -> str:
    """The same for the same path in every version, as Windows' rules of components ask."""
    return str(uuid5(UPGRADE_CODE, name)).upper()
