"""callwatch: a real-time call audio monitor with escalation cues."""

__version__ = "0.1.0"
