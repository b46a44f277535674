"""Whether a WAV file is as long as its header says (soundfile reads a cut one without a word)."""

import struct
from pathlib import Path
from typing import Final

# A recorder that writes to a pipe cannot go back to fill in the length; it leaves one of these.
_UNKNOWN_LENGTHS: Final = (0, 0xFFFFFFFF, 0xFFFFFFFF - 36, 0x7FFFFFFF, 0x7FFFF000)


def missing_share(path: Path) -> float:
    """Share 0..1 of the announced sample data that is missing from the file; 0 for other formats.

    Walks the RIFF chunks up to `data`. A length that the recorder left open counts as whole.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return 0.0
        while len(chunk := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", chunk)
            if name == b"data":
                if length in _UNKNOWN_LENGTHS:
                    return 0.0
                there: int = size - file.tell()
                return max(0.0, 1 - there / int(length))
            file.seek(length + length % 2, 1)
    return 0.0
