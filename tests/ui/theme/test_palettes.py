import pytest

from callwatch_ui.theme.palettes import THEMES, contrast_ratio, luminance


def test_contrast_sums_are_those_of_wcag() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert luminance("#ff0000") == pytest.approx(0.2126)


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_pair_of_colours_reaches_aa(name: str) -> None:
    weak = [
        f"{what}: {contrast_ratio(ink, ground):.2f} < {least}"
        for what, ink, ground, least in THEMES[name].pairs()
        if contrast_ratio(ink, ground) < least
    ]
    assert weak == []


def test_high_contrast_reaches_aaa_for_text() -> None:
    theme = THEMES["contrast"]
    assert contrast_ratio(theme.text, theme.surface) >= 7
    assert contrast_ratio(theme.muted, theme.surface) >= 7
