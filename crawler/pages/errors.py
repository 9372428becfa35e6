"""What a page reader says when a page is not what its address promises."""

from __future__ import annotations


class NotAStory(Exception):
    """The page shows no story.

    ``reason`` is one machine word (``no_headline``, ``no_story``, ``redirect_shell``,
    ``login``, ``challenge``, ``consent``, ``soft_404``, ``not_html``, ``http_404`` …),
    ``sentence`` says it to a person; ``str()`` gives both.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(f"{reason}: {sentence}")
        self.reason = reason
        self.sentence = sentence
