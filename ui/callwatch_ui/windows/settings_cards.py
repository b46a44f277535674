"""The settings' page of cards: how many, which, and what each looks like. GUI thread."""

from collections.abc import Callable, Sequence
from typing import Final

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from callwatch.core.nudges import NudgeLevel
from callwatch.session.nudge_rules import RULES
from callwatch_ui.theme.style import Style
from callwatch_ui.translator import Translator
from callwatch_ui.windows.preview_card import preview_card, show_card
from callwatch_ui.windows.settings_form import SettingsField, Value

KEY_ROLE: Final = Qt.ItemDataRole.UserRole
CARD: Final = "nudges.card."
# The longest advice of any language needs two lines at this width.
CARD_PX: Final = 460


class CardsPage(QWidget):
    """A slider from fewer to more, a list with a switch each, and the chosen card as it comes."""

    def __init__(
        self,
        amount: SettingsField,
        cards: Sequence[SettingsField],
        words: Translator,
        take: Callable[[str, Value], None],
    ) -> None:
        super().__init__()
        self._words, self._take, self._amount = words, take, amount
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(amount.choices) - 1)
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setValue(amount.choices.index(str(amount.value)))
        self.slider.setEnabled(not amount.is_locked)
        self.slider.setAccessibleName(words("settings.field.nudges.amount"))
        self.says = QLabel()
        self.says.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(words("settings.cards.which"))
        for field in cards:
            self._add(field)
        look = Style()
        self.card = preview_card("breather", NudgeLevel.INFO, words, look)
        self.card.setFixedSize(CARD_PX, self.card.sizeHint().height())
        for button in (self.card.close_button, self.card.not_useful_button):
            button.setEnabled(False)
        self._lay_out(is_locked=amount.is_locked)
        self.slider.valueChanged.connect(self._moved)
        self.list.itemChanged.connect(self._switched)
        self.list.currentItemChanged.connect(self._show)
        self.list.setCurrentRow(0)
        self._say()

    def _lay_out(self, *, is_locked: bool) -> None:
        words = self._words
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        ends = QHBoxLayout()
        ends.addWidget(QLabel(words("settings.cards.fewer")))
        ends.addWidget(self.slider, 1)
        ends.addWidget(QLabel(words("settings.cards.more")))
        layout.addLayout(ends)
        layout.addWidget(self.says)
        if is_locked:
            layout.addWidget(QLabel(words("settings.locked")))
        layout.addSpacing(8)
        layout.addWidget(QLabel(words("settings.cards.which")))
        layout.addWidget(self.list, 1)
        layout.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)

    def _add(self, field: SettingsField) -> None:
        item = QListWidgetItem(field.label)
        item.setData(KEY_ROLE, field.key)
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if not field.is_locked:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        item.setFlags(flags)
        item.setCheckState(Qt.CheckState.Checked if field.value else Qt.CheckState.Unchecked)
        self.list.addItem(item)

    def _moved(self, position: int) -> None:
        self._take(self._amount.key, int(self._amount.choices[position]))
        self._say()

    def _say(self) -> None:
        count = int(self._amount.choices[self.slider.value()])
        key = "none" if count == 0 else "one" if count == 1 else "some"
        self.says.setText(self._words(f"settings.cards.{key}", n=count))
        self.slider.setAccessibleDescription(self.says.text())
        self.list.setEnabled(count > 0)

    def _switched(self, item: QListWidgetItem) -> None:
        self._take(str(item.data(KEY_ROLE)), item.checkState() is Qt.CheckState.Checked)

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        key = str(item.data(KEY_ROLE)).removeprefix(CARD)
        level = RULES[key].level if key in RULES else NudgeLevel.INFO
        show_card(self.card, key, level, self._words)
