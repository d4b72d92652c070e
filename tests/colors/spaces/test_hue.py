import numpy as np
import pytest

from pixgrep.colors.spaces.hue import arc, polar, turn


def test_turns_are_the_shorter_way_round():
    hues = np.arange(-720.0, 721.0, 7.0)
    turns = turn(hues, hues[:, np.newaxis])
    assert (turns >= -180).all()
    assert (turns <= 180).all()
    np.testing.assert_allclose((hues[:, np.newaxis] + turns - hues) % 360 % 360, 0, atol=1e-9)
    assert turn(10.0, 350.0) == 20
    assert turn(350.0, 10.0) == -20


@pytest.mark.parametrize(
    ("a", "b", "hue"), [(1, 0, 0), (1, 1, 45), (0, 1, 90), (-1, 0, 180), (0, -1, 270), (1, -1, 315)]
)
def test_hues_on_two_axes_go_from_0_to_360(a, b, hue):
    chroma, found = polar(float(a), float(b), is_grey=False)
    assert float(chroma) == pytest.approx(np.hypot(a, b))
    assert float(found) == pytest.approx(hue)
    assert np.isnan(polar(float(a), float(b), is_grey=True)[1])


def test_every_colour_of_a_box_has_a_hue_of_its_arc():
    rng = np.random.default_rng(0)
    middle, size = (
        rng.uniform(-100, 100, (2, 20_000)),
        rng.exponential(20, (2, 20_000)) * rng.integers(0, 2, (2, 20_000)),
    )
    middle[:, ::5] = rng.choice([-1.0, 1.0], middle[:, ::5].shape) * size[:, ::5]  # a border on an axis
    low, high = middle - size, middle + size
    center, half = arc(low[0], high[0], low[1], high[1])
    has_greys = ((low <= 0) & (high >= 0)).all(axis=0)
    assert (half[has_greys] == 180).all()
    assert (half[~has_greys] < 180).all()
    share = rng.uniform(0, 1, (2, 40, 20_000))
    share[:, :4] = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])[:, :, np.newaxis]
    a, b = low[:, np.newaxis] + share * size[:, np.newaxis] * 2
    assert (np.abs(turn(np.degrees(np.arctan2(b, a)), center)) <= half + 1e-9).all()


def test_an_arc_is_no_wider_than_its_corners():
    center, half = arc(10.0, 20.0, -5.0, 5.0)
    assert (float(center), float(half)) == pytest.approx((0, np.degrees(np.arctan2(5, 10))))
    center, half = arc(-20.0, -10.0, -5.0, 5.0)  # across 180
    assert (abs(float(center)), float(half)) == pytest.approx((180, np.degrees(np.arctan2(5, 10))))
