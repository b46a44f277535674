"""Written forms of numbers that say what they are: dates, times, years, amounts."""

import re
from typing import Final

DATE_FORMAT: Final = re.compile(
    r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)?\d\d"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)?\d\d"
    r"|(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])"
)
DAY_AND_MONTH_FORMAT: Final = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])")
TIME_FORMAT: Final = re.compile(r"(?:[01]?\d|2[0-4])[:.][0-5]\d(?:[:.][0-5]\d)?")
YEARS_FORMAT: Final = re.compile(r"(?:19|20)\d\d(?:[-–/](?:(?:19|20)?\d\d))?")
YEAR_FORMAT: Final = re.compile(r"19\d\d|20[0-4]\d")
CLOCK_FORMAT: Final = re.compile(r"(?:1\d|2[0-3]|[1-9])(?:[0-5]\d)?")
# 1.234.567,50 and 12 345: grouped in threes or with two decimals, as money is written.
AMOUNT_FORMAT: Final = re.compile(
    r"[£$€]?[1-9]\d{0,2}(?:[.,' ]\d{3})+(?:[.,]\d\d)?|[£$€]?\d+[.,]\d{1,2}"
)
# Figures with a mark inside, no longer than a group of a card is.
MARKED_FORMAT: Final = re.compile(r"\d{1,4}[-./]\d{1,4}")
SYMBOL_FORMAT: Final = re.compile(r"[£$€]\d[\d.,' ]*|\d[\d.,]*%")
HOME_NETWORK_FORMAT: Final = re.compile(r"192\.168\.\d{1,3}\.\d{1,3}")  # every router's, nobody's
