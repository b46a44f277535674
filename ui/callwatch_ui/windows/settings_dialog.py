"""The settings window: one page a section, fully usable by keyboard. GUI thread."""

from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from callwatch.core.errors import ConfigError
from callwatch_ui.translator import Translator
from callwatch_ui.windows.settings_form import (
    FieldKind,
    SettingsField,
    SettingsForm,
    SettingsSource,
    Value,
)


class SettingsDialog(QDialog):
    """Edits the fields of a source; `saved` tells what changed."""

    saved = pyqtSignal(dict)

    def __init__(
        self, words: Translator, source: SettingsSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._source = source
        self.form = SettingsForm(source.fields())
        self.editors: dict[str, QWidget] = {}
        self.setWindowTitle(words("settings.title"))
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(words("settings.title"))
        for section, fields in self.form.sections().items():
            self.tabs.addTab(
                self._page(fields), self._label(f"settings.section.{section}", section)
            )
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.hide()
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        for kind, key in ((kinds.Save, "settings.save"), (kinds.Cancel, "settings.cancel")):
            button = self.buttons.button(kind)
            assert button is not None
            button.setText(words(key))
        self.buttons.accepted.connect(self.save)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (self.tabs, self.problem, self.buttons):
            layout.addWidget(part)
        self.resize(520, 420)

    def save(self) -> None:
        """Hand the changes to the source; stay open and say why when it cannot keep them."""
        changes = self.form.changes()
        try:
            if changes:
                self._source.save(changes)
        except ConfigError as exc:
            self.problem.setText(str(exc))
            self.problem.show()
            return
        self.saved.emit(changes)
        self.accept()

    def _page(self, fields: list[SettingsField]) -> QWidget:
        page = QWidget()
        layout = QFormLayout(page)
        layout.setVerticalSpacing(12)
        layout.setContentsMargins(16, 16, 16, 16)
        for field in fields:
            editor = self._editor(field)
            name = field.label or self._label(f"settings.field.{field.key}", field.key)
            label = QLabel(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setBuddy(editor)
            editor.setAccessibleName(name)
            if field.is_locked:
                editor.setEnabled(False)
                label.setText(f"{name} – {self._words('settings.locked')}")
                editor.setAccessibleDescription(self._words("settings.locked"))
            self.editors[field.key] = editor
            layout.addRow(label, editor)
        # Many switches do not fit on a small screen.
        room = QScrollArea()
        room.setFrameShape(QScrollArea.Shape.NoFrame)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the focus
        room.setWidgetResizable(True)
        room.setWidget(page)
        return room

    def _editor(self, field: SettingsField) -> QWidget:
        take = partial(self._take, field.key)
        match field.kind:
            case FieldKind.SWITCH:
                box = QCheckBox()
                box.setChecked(bool(field.value))
                box.toggled.connect(take)
                return box
            case FieldKind.CHOICE:
                return self._choice(field)
            case FieldKind.NUMBER:
                spin = QDoubleSpinBox()
                spin.setDecimals(0 if float(field.step).is_integer() else 2)
                spin.setRange(field.least, field.most)
                spin.setSingleStep(field.step)
                spin.setSuffix(f" {field.unit}" if field.unit else "")
                spin.setValue(float(field.value))
                spin.valueChanged.connect(take)
                return spin
            case _:
                line = QLineEdit(str(field.value))
                line.textChanged.connect(take)
                return line

    def _choice(self, field: SettingsField) -> QComboBox:
        box = QComboBox()
        for name in field.choices:
            box.addItem(self._label(f"settings.choice.{field.key}.{name}", name), name)
        box.setCurrentIndex(box.findData(field.value))

        def chosen(_: int) -> None:
            self._take(field.key, str(box.currentData()))

        box.currentIndexChanged.connect(chosen)
        return box

    def _take(self, key: str, value: Value) -> None:
        self.form.set(key, value)

    def _label(self, key: str, otherwise: str) -> str:
        return self._words(key) if self._words.has(key) else otherwise
