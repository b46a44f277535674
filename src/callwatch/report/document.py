"""report.json: the summary of a call as plain values, and back.

The conversion lives in `callwatch.document`, because the history stores the same document
and the rooms `report` and `store` do not know each other.
"""

from callwatch.document import Document, from_document, to_document

__all__ = ["Document", "from_document", "to_document"]
