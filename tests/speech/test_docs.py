"""The documentation's example recogniser works as it is printed."""

import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.errors import ModelError
from callwatch.session.recognition import InlineRecognition
from callwatch.speech.models.catalogue import catalogue
from callwatch.speech.protocol import SpeechChunk

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_engine_recognises() -> None:
    text = (ROOT / "docs" / "recognisers.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    module = ModuleType("parrot_recognizer")
    exec(compile(code, "docs/recognisers.md", "exec"), module.__dict__)
    inline = InlineRecognition(module.create(Language.EN, None))
    chunk = SpeechChunk(Channel.AGENT, "a", np.zeros(16_000, np.int16), 3.0, 4.1, is_last=True)
    inline.submit([chunk])
    [heard] = inline.poll()
    assert (heard.text, heard.span.start_s, heard.is_final) == ("squawk", 3.0, True)
    with pytest.raises(ModelError):
        module.create(Language.SV, None)


def test_every_model_that_the_page_names_is_in_the_catalogue() -> None:
    text = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    table = text[text.index("## Which model") : text.index("## Checksums")]
    named = set(re.findall(r"`([a-z0-9.-]+)`", table)) - {"demo"}
    assert named <= {model.name for model in catalogue()}
    assert len(named) >= 9
