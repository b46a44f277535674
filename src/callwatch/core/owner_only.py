"""Files and folders for their owner alone: permission bits, or on Windows an access list.

On Windows mode 0600 means nothing: who may read a file is said by its access list (DACL), which it inherits from
its folder. Here it gets one of its own that names the user and nobody else; what is made inside such a folder
inherits that. No state, no threads.
"""

import ctypes
import functools
import os
import sys
from pathlib import Path
from typing import Any, Final

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700

# winnt.h and sddl.h. PROTECTED: nothing is inherited from the folder above.
_DACL: Final = 0x4
_PROTECTED_DACL: Final = 0x80000000
_TOKEN_QUERY: Final = 0x8
_TOKEN_USER: Final = 1
_REVISION: Final = 1


def restrict_to_owner(path: Path) -> bool:
    """Only the user who runs this may read or change `path`, a file or a folder, from now on.

    False where the file system keeps no access lists (FAT); raises OSError when the system refuses.
    """
    if sys.platform == "win32":
        return _set_access(path, f"D:P(A;{'OICI' if path.is_dir() else ''};FA;;;{user_sid()})")
    path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
    return True


def is_owner_only(path: Path) -> bool:
    """Whether nobody but its owner (and on Windows the system itself) is named as one who may read it."""
    if sys.platform == "win32":
        return names_only(_access(path), user_sid())
    return not path.stat().st_mode & 0o077


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, for their owner alone whatever the umask is.

    Folders that are there stay as they are. Raises OSError.
    """
    for folder in reversed([path, *path.parents]):
        if not folder.is_dir():
            folder.mkdir(FOLDER_MODE, exist_ok=True)
            if sys.platform == "win32":
                restrict_to_owner(folder)


def names_only(sddl: str, sid: str) -> bool:
    """Whether a DACL in Windows' own notation lets in the user, the system and administrators alone.

    Administrators may take any file: to leave them out of a list hides nothing from them.
    """
    allowed = {sid, "SY", "BA", "OW", "S-1-5-18", "S-1-5-32-544"}
    entries = [part.split(")")[0].split(";") for part in sddl.partition("D:")[2].split("(")[1:]]
    granted = [entry[5] for entry in entries if entry[0] == "A" and entry[2] not in ("", "0x0")]
    return bool(granted) and set(granted) <= allowed


@functools.cache
def user_sid() -> str:
    """Windows' name for the user of this process, such as "S-1-5-21-...-1001"; "" elsewhere."""
    if sys.platform != "win32":
        return ""
    security, kernel = _libraries()
    token = ctypes.c_void_p()
    if not security.OpenProcessToken(kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)):
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        size = ctypes.c_ulong()
        security.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        if not security.GetTokenInformation(token, _TOKEN_USER, buffer, size, ctypes.byref(size)):
            raise ctypes.WinError(ctypes.get_last_error())
    finally:
        kernel.CloseHandle(token)
    sid = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_void_p))[0]
    return _text(lambda text: security.ConvertSidToStringSidW(ctypes.c_void_p(sid), text))


def _set_access(path: Path, sddl: str) -> bool:
    security, kernel = _libraries()
    descriptor = ctypes.c_void_p()
    if not security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
        sddl, _REVISION, ctypes.byref(descriptor), None
    ):
        raise _windows_error(path)
    try:
        if security.SetFileSecurityW(_long(path), _DACL | _PROTECTED_DACL, descriptor):
            return True
    finally:
        kernel.LocalFree(descriptor)
    error = _windows_error(path)
    # ERROR_INVALID_FUNCTION and ERROR_NOT_SUPPORTED: this file system has no such thing.
    if getattr(error, "winerror", None) in (1, 50):
        return False
    raise error


def _access(path: Path) -> str:
    security, _ = _libraries()
    size = ctypes.c_ulong()
    security.GetFileSecurityW(_long(path), _DACL, None, 0, ctypes.byref(size))
    descriptor = ctypes.create_string_buffer(size.value)
    if not security.GetFileSecurityW(_long(path), _DACL, descriptor, size, ctypes.byref(size)):
        raise _windows_error(path)
    return _text(
        lambda text: security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, _REVISION, _DACL, text, None
        )
    )


def _text(fill: Any) -> str:
    """A string that Windows allocates."""
    _, kernel = _libraries()
    text = ctypes.c_wchar_p()
    if not fill(ctypes.byref(text)):
        raise _windows_error(None)
    value = text.value or ""
    kernel.LocalFree(text)
    return value


def _long(path: Path) -> str:
    """The path in the form that may be longer than 260 characters."""
    whole = os.path.abspath(path)
    return whole if whole.startswith("\\\\") else "\\\\?\\" + whole


def _windows_error(path: Path | None) -> OSError:
    if sys.platform != "win32":
        raise NotImplementedError("access lists are Windows'")
    error = ctypes.WinError(ctypes.get_last_error())
    if path is not None:
        error.filename = str(path)
    return error


@functools.cache
def _libraries() -> tuple[Any, Any]:
    """advapi32 and kernel32, with the types that do not fit a C int."""
    if sys.platform != "win32":
        raise NotImplementedError("access lists are Windows'")
    security = ctypes.WinDLL("advapi32", use_last_error=True)
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.CloseHandle.argtypes = [ctypes.c_void_p]
    kernel.LocalFree.argtypes = [ctypes.c_void_p]
    security.OpenProcessToken.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p]
    security.SetFileSecurityW.argtypes = [ctypes.c_wchar_p, ctypes.c_ulong, ctypes.c_void_p]
    return security, kernel
