"""Qt's own texts (file dialog, menu of a text field, buttons) in the language of the app. GUI thread."""

from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from callwatch.core.channels import Language

# Qt's catalogue for each language; what it lacks, or has in Nynorsk only, is among our own texts.
CATALOGUES: Final = {Language.SV: "sv", Language.DA: "da", Language.NB: "nn"}
OWN: Final = {
    "&Open": "open", "Open": "open_title", "&Save": "save", "Save": "save", "Cancel": "cancel",
    "Close": "close", "&Yes": "yes", "&No": "no", "&Look in:": "look_in", "Look in:": "look_in",
    "File &name:": "file_name", "Files of type:": "file_type", "Files of &type:": "file_type",
    "Directory:": "folder", "Create New Folder": "new_folder", "Parent Directory": "parent",
    "Back": "back", "Forward": "forward", "List View": "list_view", "Detail View": "detail_view",
    "&Undo": "undo", "&Redo": "redo", "Cu&t": "cut", "&Copy": "copy", "&Paste": "paste",
    "Delete": "delete", "Select All": "select_all", "Name": "name", "Size": "size", "Type": "type",
    "Date Modified": "modified", "Computer": "computer", "Sidebar": "sidebar",
    "All Files (*)": "all_files",
}  # fmt: skip


class OwnTexts(QTranslator):
    """The few of Qt's texts that a person meets here, as the app words them."""

    def __init__(self, words: Callable[[str], str]) -> None:
        super().__init__()
        self._words = words

    def translate(
        self,
        context: str | None,  # noqa: ARG002
        source: str | None,
        disambiguation: str | None = None,  # noqa: ARG002
        n: int = -1,  # noqa: ARG002
    ) -> str:
        """The app's text, or nothing: then Qt's own catalogue is asked."""
        key = OWN.get(source or "")
        return "" if key is None else self._words(f"qt.{key}")

    def isEmpty(self) -> bool:  # noqa: N802
        """Qt does not ask a translator that is empty."""
        return False


class QtTexts:
    """Has Qt speak one language at a time; windows that are opened from then on speak it.

    `words` gives the app's own text for a key.
    """

    def __init__(self, words: Callable[[str], str]) -> None:
        self._words = words
        self._installed: list[QTranslator] = []

    def speak(self, language: Language) -> None:
        """Take that language, which `words` has by now; numbers are written as it does."""
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed = []
        QLocale.setDefault(QLocale(language.value))
        name = CATALOGUES.get(language)
        if name is None:
            return
        catalogue = QTranslator()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if catalogue.load(f"qtbase_{name}", folder):
            self._installed.append(catalogue)
        self._installed.append(OwnTexts(self._words))  # asked first
        for translator in self._installed:
            QCoreApplication.installTranslator(translator)
