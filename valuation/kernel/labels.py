"""What a thing is called, in Chinese and in English, and the doubts an answer must name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Label", "Language", "NamedWarning"]

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Label:
    """A name on screen: the Chinese term of the trade first, its English rendering second."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        assert self.zh.strip(), "a label has a Chinese text"
        assert self.en.strip(), "a label has an English text"

    def text(self, language: Language) -> str:
        """Which of the two texts a reader of ``language`` sees."""
        return self.zh if language == "zh" else self.en

    def as_document(self) -> dict[str, str]:
        """Both texts, for JSON."""
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class NamedWarning:
    """A doubt that travels with the answer: a stable code and a sentence in both languages."""

    code: str
    label: Label

    def as_document(self) -> dict[str, str]:
        """Code and both texts, for JSON."""
        return {"code": self.code, **self.label.as_document()}
