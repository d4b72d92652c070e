import numpy as np
import pytest

from pixgrep.colors.parse import parse_color
from pixgrep.errors import ColorError
from pixgrep.model import Color


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("#ff8800", (255, 136, 0, None)),
        ("ff8800", (255, 136, 0, None)),
        ("#F80", (255, 136, 0, None)),
        ("#f808", (255, 136, 0, 136)),
        ("#ff880080", (255, 136, 0, 128)),
        (" #ff8800\n", (255, 136, 0, None)),
        ("tomato", (255, 99, 71, None)),
        ("TOMATO", (255, 99, 71, None)),
        ("rebeccapurple", (102, 51, 153, None)),
        ("transparent", (0, 0, 0, 0)),
        ("rgb(1 2 3)", (1, 2, 3, None)),
        ("rgb(1, 2, 3)", (1, 2, 3, None)),
        ("rgba(1, 2, 3, 0.5)", (1, 2, 3, 127.5)),
        ("rgb(1 2 3 / 50%)", (1, 2, 3, 127.5)),
        ("rgb(100% 0% 50%)", (255, 0, 127.5, None)),
        ("hsl(120 100% 50%)", (0, 255, 0, None)),
        ("hsl(120 100% 50% / 1)", (0, 255, 0, 255)),
        ("hwb(0 0% 0%)", (255, 0, 0, None)),
        ("color(srgb 1 0 0)", (255, 0, 0, None)),
        ("lab(100 0 0)", (255, 255, 255, None)),
        ("oklch(0% 0 0)", (0, 0, 0, None)),
    ],
)
def test_css_text_is_read(text, channels):
    color = parse_color(text)
    assert (color.red, color.green, color.blue) == pytest.approx(channels[:3], abs=1e-2)
    assert color.alpha == (None if channels[3] is None else pytest.approx(channels[3]))
    assert str(color) == text.strip()


@pytest.mark.parametrize(
    "numbers", [(10, 20, 30), [10, 20, 30], np.array([10, 20, 30], np.uint8), (10.0, np.int16(20), np.float32(30))]
)
def test_three_numbers_are_a_colour(numbers):
    assert parse_color(numbers) == Color(10, 20, 30)


def test_a_fourth_number_is_alpha():
    assert parse_color((1, 2, 3, 4)) == Color(1, 2, 3, 4)
    assert parse_color((1, 2, 3, 0)) != parse_color((1, 2, 3))


def test_a_colour_stays_what_it_is():
    color = Color(1, 2, 3, text="mine")
    assert parse_color(color) is color


@pytest.mark.parametrize("value", range(256))
def test_hexadecimal_and_numbers_agree_for_every_channel_value(value):
    assert parse_color(f"#{value:02x}00{value:02x}") == parse_color((value, 0, value))
    assert parse_color((value, 0, value)).hex == f"#{value:02x}00{value:02x}"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("tomatoe", "did you mean 'tomato'"),
        ("#ff88", None),
        ("#ff880", "3, 4, 6 or 8 digits, not 5"),
        ("0xff8800", "#ff8800"),
        (0xFF8800, "#ff8800"),
        (-1, "cannot read"),
        (float("nan"), "not a number"),
        (True, "cannot read"),
        (None, "cannot read"),
        ("", "cannot read"),
        ("x" * 10_000, r"\.\.\."),
        ("url(http://example.org)", "cannot read"),
        ("color(--x 1 2 3)", "cannot read"),
        ("color(display-p3 0 1 0)", "outside sRGB"),
        ((256, 0, 0), "256 is outside 0..255"),
        ((-1, 0, 0), "-1 is outside 0..255"),
        ((65535, 0, 0), "value / 257"),
        ((float("nan"), 0, 0), "nan is outside"),
        ((float("inf"), 0, 0), "inf is outside"),
        ((1, 2), "2 numbers"),
        ((1, 2, 3, 4, 5), "5 numbers"),
        (("1", "2", "3"), "cannot read"),
        ((True, 0, 0), "cannot read"),
        (object(), "cannot read"),
        ("\x1b[31mred", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_way_out(given, message):
    if message is None:
        parse_color(given)
        return
    with pytest.raises(ColorError, match=message) as caught:
        parse_color(given)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_text_in_bytes_is_not_taken_for_three_numbers():
    """b"red" would be rgb(114 101 100)."""
    with pytest.raises(ColorError):
        parse_color(b"red")


def test_the_spelling_is_no_part_of_equality():
    assert parse_color("red") == parse_color("#f00") == parse_color((255, 0, 0))
    assert hash(parse_color("red")) == hash(parse_color("#f00"))
