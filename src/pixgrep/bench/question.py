"""What every contestant is asked: where one colour is, exactly or within a tolerance."""

from dataclasses import dataclass

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Question:
    """
    One colour of an 8-bit RGB picture.

    Attributes
    ----------
    color : tuple of int
        Red, green and blue, 0 to 255.
    within : int
        The largest difference of a channel that still matches, in 8-bit steps; 0 is the colour itself.

    Examples
    --------
    >>> question = Question((255, 136, 0), 10)
    >>> question.name, question.low, question.high
    ('within 10', (245, 126, 0), (255, 146, 10))
    """

    color: Rgb
    within: int = 0

    @property
    def name(self) -> str:
        """What to call it, the same for any colour."""
        return f"within {self.within}" if self.within else "exact"

    @property
    def low(self) -> Rgb:
        """The lowest value of each channel that matches."""
        red, green, blue = (max(0, channel - self.within) for channel in self.color)
        return red, green, blue

    @property
    def high(self) -> Rgb:
        """The highest value of each channel that matches."""
        red, green, blue = (min(255, channel + self.within) for channel in self.color)
        return red, green, blue
