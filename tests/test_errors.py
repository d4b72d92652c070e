import inspect
import pickle

import pytest
from PIL import Image

import pixgrep as pg
from pixgrep import errors
from pixgrep.errors import one_line

ERRORS = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_public_and_picklable(error):
    assert getattr(pg, error.__name__) is error
    twin = pickle.loads(pickle.dumps(error("what", "else") if error is not pg.OutputError else error("what")))
    assert type(twin) is error


@pytest.mark.parametrize("error", [error for error in ERRORS if error is not pg.PixgrepWarning])
def test_every_error_has_one_root_and_stands_in_the_tree_of_the_module(error):
    assert issubclass(error, pg.PixgrepError)
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (pg.ColorError, ValueError),
        (pg.PictureError, ValueError),
        (pg.DecodeError, pg.PictureError),
        (pg.OutputError, OSError),
        (pg.MissingExtraError, ImportError),
        (pg.PixgrepWarning, UserWarning),
    ],
)
def test_errors_are_the_builtin_ones_too(error, builtin):
    assert issubclass(error, builtin)


def test_messages_are_one_line():
    assert one_line(ValueError(" a\n\tb ")) == "a b"
    assert one_line(ValueError()) == "ValueError"


def test_warnings_point_to_the_line_that_called_pixgrep(tmp_path):
    """However deep the call went: users see their own line, and filters by module work."""
    Image.new("RGB", (3, 3)).save(tmp_path / "a.gif", save_all=True, append_images=[Image.new("RGB", (3, 3), "red")])
    path = tmp_path / "a.gif"
    for call in (
        lambda: pg.find(path, "red"),
        lambda: pg.compile("red").first(path),
        lambda: list(pg.scan([path], "red")),
        lambda: pg.census(path),
        lambda: pg.label(path, ["black"]),
        lambda: pg.lint(path, ["black"]),
        lambda: pg.learn(path, [(0, 0)]),
        lambda: pg.explain(path, (0, 0), "red"),
    ):
        with pytest.warns(pg.PixgrepWarning, match="the first of 2 frames") as caught:
            call()
        assert [warning.filename for warning in caught] == [__file__]
