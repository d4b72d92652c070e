"""Labelling as users call it: a picture, a palette and options become labels."""

from typing import Any, Unpack

from pixgrep.labeling.codes import checked_unknown
from pixgrep.labeling.prepared import Labeler
from pixgrep.labels import Labels
from pixgrep.palettes import load_palette
from pixgrep.query import near
from pixgrep.run.options import Options, check_run, to_region
from pixgrep.sources import MOST_PIXELS, to_reading


def labeler(palette: Any, *, unknown: Any = None, **options: Unpack[Options]) -> Labeler:
    """
    Prepare a palette, to label many pictures by it; any number of threads may share what is returned.

    Parameters
    ----------
    palette, unknown, **options
        See `label`.

    Raises
    ------
    ColorError, DecodeError, PictureError, PixgrepError
        As `label`, before the first picture.

    Examples
    --------
    >>> import numpy as np
    >>> cityscapes = labeler("cityscapes", within=5)
    >>> cityscapes.label(np.full((1, 2, 3), (128, 64, 130), np.uint8)).ids.tolist()
    [[7, 7]]
    """
    known = Options.__annotations__
    for name in options:
        if name not in known:
            raise TypeError(f"there is no argument {name!r}; give any of unknown, {', '.join(known)}")
    loaded = load_palette(palette)
    within, metric = options.get("within", 0.0), options.get("metric", "channel")
    near("#000", within, metric)  # says what is wrong with them
    backend, threads = options.get("backend", "auto"), options.get("threads")
    check_run(backend, threads)
    return Labeler(
        loaded,
        float(within),
        metric,
        checked_unknown(unknown, loaded),
        to_reading(
            options.get("channels", "rgb"),
            options.get("upright", False),
            options.get("max_pixels", MOST_PIXELS),
            options.get("layout", "hwc"),
            options.get("decoder", "cpu"),
        ),
        to_region(options.get("region")),
        backend,
        threads,
    )


def label(image: Any, palette: Any, *, unknown: Any = None, **options: Unpack[Options]) -> Labels:
    """
    Give every pixel the class of its colour; alpha is not looked at.

    Parameters
    ----------
    image
        See `pixgrep.find`.
    palette : Palette, str, path, Mapping, Sequence or ndarray
        The classes: ``"cityscapes"``, a file, a list of colours, ``{"road": "#804080"}`` and more, see
        `pixgrep.palettes.load_palette`.
    unknown : int, "error" or "nearest", optional
        What becomes of colours that belong to no class: a value; an error that names the first; or the nearest class,
        whatever `within` says. By default 255; 65,535 where an id is 255 or larger.
    **options
        See `pixgrep.compile`. A colour belongs to the nearest class within the limit, the first of those equally near;
        the colour of the class is the reference of the metric.

    Returns
    -------
    Labels
        Its `ids` are uint8 where all ids and `unknown` fit, else uint16; of a batch, they are those of all pictures.

    Raises
    ------
    ColorError, PictureError, DecodeError
        See `pixgrep.errors`; a PictureError for unknown colours where they are an error.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.array([[[128, 64, 128], [129, 64, 128], [70, 130, 180]]], np.uint8)
    >>> label(image, {"road": "#804080", "sky": "#4682b4"}).ids
    array([[  0, 255,   1]], dtype=uint8)
    >>> label(image, {"road": "#804080", "sky": "#4682b4"}, unknown="nearest", metric="ciede2000").counts
    array([2, 1])
    """
    return labeler(palette, unknown=unknown, **options).label(image)
