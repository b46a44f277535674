"""The settings window: one page a section, fully usable by keyboard. GUI thread."""

from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
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
from callwatch_ui.native.platforms import settings_without_effect
from callwatch_ui.translator import Translator
from callwatch_ui.windows.settings_cards import CardsPage
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
        useless = settings_without_effect(QGuiApplication.platformName())
        self.form = SettingsForm([f for f in source.fields() if f.key not in useless])
        self.editors: dict[str, QWidget] = {}
        self.setWindowTitle(words("settings.title"))
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(words("settings.title"))
        # All pages can be seen: the window is as wide as their names.
        self.tabs.setUsesScrollButtons(False)
        for section, fields in self.form.sections().items():
            has_cards = any(field.kind is FieldKind.SLIDER for field in fields)
            page = self._cards_page(fields) if has_cards else self._page(fields)
            self.tabs.addTab(page, self._label(f"settings.section.{section}", section))
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
        self.resize(560, 460)

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

    def _cards_page(self, fields: list[SettingsField]) -> QWidget:
        amount = next(field for field in fields if field.kind is FieldKind.SLIDER)
        cards = [field for field in fields if field.kind is FieldKind.CARD]
        page = CardsPage(amount, cards, self._words, self._take)
        self.editors[amount.key] = page.slider
        self.editors |= {card.key: page.list for card in cards}
        return page

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
                return self._number(field)
            case _:
                line = QLineEdit(str(field.value))
                line.textChanged.connect(take)
                return line

    def _number(self, field: SettingsField) -> QDoubleSpinBox:
        spin, factor = QDoubleSpinBox(), 100 if field.in_percent else 1
        is_whole = field.in_percent or float(field.step).is_integer()
        spin.setDecimals(0 if is_whole else 2)
        spin.setRange(factor * field.least, factor * field.most)
        spin.setSingleStep(factor * field.step)
        unit = "%" if field.in_percent else field.unit
        spin.setSuffix(f" {unit}" if unit else "")
        spin.setValue(factor * float(field.value))
        spin.valueChanged.connect(lambda value: self._take(field.key, round(value / factor, 4)))
        return spin

    def _choice(self, field: SettingsField) -> QComboBox:
        box = QComboBox()
        # A long name of a device must not make the window wide.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        labels = field.choice_labels or field.choices
        for name, label in zip(field.choices, labels, strict=True):
            box.addItem(self._choice_label(field, name, label), name)
        box.setCurrentIndex(box.findData(field.value))

        def chosen(_: int) -> None:
            self._take(field.key, str(box.currentData()))

        box.currentIndexChanged.connect(chosen)
        return box

    def _choice_label(self, field: SettingsField, name: str, label: str) -> str:
        key = f"settings.choice.{field.key}.{name or 'default'}"
        return self._words(key, name=label or "–") if self._words.has(key) else label

    def _take(self, key: str, value: Value) -> None:
        self.form.set(key, value)

    def _label(self, key: str, otherwise: str) -> str:
        return self._words(key) if self._words.has(key) else otherwise
