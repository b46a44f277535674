"""The tests of the screen draw offscreen; those with a real window start their own X server."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
