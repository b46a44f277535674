"""The thresholds of the whole pipeline, a config for each stage."""

from dataclasses import dataclass, field

from callwatch.core.channels import Language
from callwatch.detectors.control import ControlConfig
from callwatch.detectors.friendly_voice import FriendlyConfig
from callwatch.detectors.method import MethodConfig
from callwatch.detectors.overlap_rules import TurnTakingConfig
from callwatch.detectors.pace import PaceConfig
from callwatch.detectors.raised_voice import RaisedVoiceConfig
from callwatch.detectors.threats import ThreatConfig
from callwatch.session.attention_budget import NudgeConfig
from callwatch.session.escalation import EscalationConfig
from callwatch.speech.segmenter import SegmenterConfig
from callwatch.voice.effort.estimator import EffortConfig
from callwatch.voice.quality.monitor import QualityConfig
from callwatch.voice.vad.activity import VoiceActivityConfig


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """The configs of all stages; each default is written beside the code that uses it."""

    language: Language = Language.EN
    voice: VoiceActivityConfig = field(default_factory=VoiceActivityConfig)
    quality: QualityConfig = field(default_factory=QualityConfig)
    effort: EffortConfig = field(default_factory=EffortConfig)
    raised_voice: RaisedVoiceConfig = field(default_factory=RaisedVoiceConfig)
    friendly: FriendlyConfig = field(default_factory=FriendlyConfig)
    turn_taking: TurnTakingConfig = field(default_factory=TurnTakingConfig)
    pace: PaceConfig = field(default_factory=PaceConfig)
    control: ControlConfig = field(default_factory=ControlConfig)
    threats: ThreatConfig = field(default_factory=ThreatConfig)
    method: MethodConfig = field(default_factory=MethodConfig)
    feed: SegmenterConfig = field(default_factory=SegmenterConfig)
    escalation: EscalationConfig = field(default_factory=EscalationConfig)
    nudges: NudgeConfig = field(default_factory=NudgeConfig)
