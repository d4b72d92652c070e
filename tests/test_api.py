import copy
import io
import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image

import pixgrep as pg

RNG = np.random.default_rng(6)
IMAGE = RNG.choice(np.array([0, 255], np.uint8), (60, 80, 3))
SEARCH = pg.compile(["red", pg.near("white", 3) | pg.near("blue")], within=2, region=(1, 2, 30, 20), threads=2)


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_loads_no_heavy_package():
    """`import pixgrep` shall take little more than NumPy does; a small search, too."""
    heavy = "{'numba', 'llvmlite', 'PIL', 'imagecodecs', 'coloraide', 'rich', 'click', 'tifffile', 'pyarrow'}"
    code = (
        f"import sys, pixgrep as pg; print(sorted({heavy} & set(sys.modules)))\n"
        "import numpy as np; image = np.zeros((100, 100, 3), np.uint8)\n"
        "pg.count(image, '#ff8800'); pg.find(image, (1, 2, 3), within=3, metric='rgb').xy; pg.first(image, '#000')\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    assert run(code).splitlines() == ["[]", "[]"]


def test_the_compiled_backend_is_loaded_when_enough_was_searched():
    code = (
        "import sys, numpy as np, pixgrep as pg; from pixgrep.run.local import WorkDone\n"
        "image = np.zeros((200, 200, 3), np.uint8)\n"
        "pg.count(image, '#ff8800'); print('numba' in sys.modules, 0 < WorkDone.total['cpu'] < 0.001)\n"
        "WorkDone.total['cpu'] = 1.0; print(pg.count(image, '#000'), 'numba' in sys.modules)"
    )
    assert run(code).splitlines() == ["False True", "40000 True"]


@pytest.mark.parametrize("copy_of", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy])
def test_a_search_is_picklable_and_hashable(copy_of):
    twin = copy_of(SEARCH)
    assert twin == SEARCH
    assert hash(twin) == hash(SEARCH)
    assert twin.count(IMAGE).counts == SEARCH.count(IMAGE).counts
    assert len({twin, SEARCH, pg.compile("red")}) == 2


def test_find_count_and_first_agree():
    hits = SEARCH.find(IMAGE)
    assert SEARCH.count(IMAGE) == len(hits) > 0
    assert SEARCH.count(IMAGE).counts == tuple(hits.counts)
    assert SEARCH.first(IMAGE) == hits.first
    for function in (pg.find, pg.count, pg.first):
        assert function(IMAGE, "red") is not None


@pytest.mark.parametrize("region", [(0, 0, 80, 60), (7, 5, 33, 21), (79, 59, 1, 1), (0, 0, 0, 0), (80, 60, 0, 0)])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_region_is_the_picture_cut_out_with_coordinates_of_the_whole(region, threads):
    x, y, width, height = region
    whole = pg.find(IMAGE, "red").xy
    inside = ((whole >= (x, y)) & (whole < (x + width, y + height))).all(axis=1)
    hits = pg.find(IMAGE, "red", region=region, threads=threads)
    np.testing.assert_array_equal(hits.xy, whole[inside])
    assert hits.region == region
    assert pg.count(IMAGE, "red", region=region) == inside.sum()


@pytest.mark.parametrize("region", [(0, 0, 81, 1), (0, 0, 1, 61), (80, 0, 1, 1), (2**62, 0, 1, 1)])
def test_a_region_beyond_the_picture_is_refused(region):
    with pytest.raises(pg.PictureError, match="reaches beyond the picture of 80 x 60"):
        pg.find(IMAGE, "red", region=region)


@pytest.mark.parametrize(
    "region",
    [(), (1, 2, 3), (1, 2, 3, 4, 5), (-1, 0, 1, 1), (0, 0, 1.5, 1), ("a",) * 4, "abcd", (0, 0, float("nan"), 1)],
)
def test_a_region_that_is_none_is_named(region):
    with pytest.raises(pg.PictureError, match="the region is"):
        pg.compile("red", region=region)


@pytest.mark.parametrize("region", [5, (0, 0, float("inf"), 1), (0, 0, None, 1), 2.5, True])
def test_a_region_that_is_no_sequence_of_finite_numbers_is_named(region):
    """Not TypeError or OverflowError: every error on purpose is a PixgrepError."""
    with pytest.raises(pg.PictureError, match="the region is"):
        pg.compile("red", region=region)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channels", "rbg"),
        ("channels", None),
        ("channels", ["rgb"]),
        ("max_pixels", 0),
        ("max_pixels", 1.5),
        ("max_pixels", True),
        ("metric", "hsv"),
        ("within", -3),
        ("threads", 0),
    ],
)
def test_an_option_that_cannot_be_is_named(option, value):
    options: Any = {option: value}
    with pytest.raises(pg.PixgrepError):
        pg.compile("red", **options)


def test_an_unknown_option_is_a_type_error():
    with pytest.raises(TypeError, match="tolerance"):
        pg.find(IMAGE, "red", tolerance=3)  # type: ignore[call-overload]


def test_a_plan_is_explained_without_decoding(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    Image.fromarray(IMAGE).save(path)
    monkeypatch.setattr("pixgrep.sources.still.StillSource.read", None)
    text = pg.compile("red").explain(path)
    assert "80 x 60, colour RGB uint8" in text
    assert re.search("^backend  (numpy|cpu)$", text, re.MULTILINE)  # whichever was loaded before


def test_8_threads_sharing_one_search_get_the_right_answers():
    images = [RNG.choice(np.array([0, 255], np.uint8), (50, 50 + number, 3)) for number in range(8)]
    search = pg.compile("red")
    expected = [int((image == (255, 0, 0)).all(axis=2).sum()) for image in images]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(search.count, images * 20)) == expected * 20
        found = list(pool.map(search.find, images * 5))
    assert [len(hits) for hits in found] == expected * 5


def test_concurrent_first_use_of_the_compiled_backend_is_safe():
    """Eight threads that compile the same kernels at once, in a fresh process."""
    code = (
        "import numpy as np, pixgrep as pg\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "image = np.zeros((300, 300, 3), np.uint8); image[5, 7] = 255\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    print(set(pool.map(lambda i: int(pg.count(image, '#fff', backend='cpu')), range(32))))"
    )
    assert run(code) == "{1}"


@pytest.fixture
def folder(tmp_path):
    for number in range(6):
        image = np.zeros((20, 30, 3), np.uint8)
        image[number, :number] = (255, 0, 0)
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    (tmp_path / "3.png").write_bytes(b"broken")
    return tmp_path


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_a_scan_yields_one_result_a_file_in_order_and_one_bad_file_does_not_stop_it(folder, threads):
    results = list(pg.scan(folder, "red", threads=threads))
    names = [os.path.basename(result.source) for result in results]
    assert names == [f"{number}.png" for number in range(6)]
    assert [type(result).__name__ for result in results] == ["Matches"] * 3 + ["Failed"] + ["Matches"] * 2
    assert [len(result) for result in results if isinstance(result, pg.Matches)] == [0, 1, 2, 4, 5]
    failed = results[3]
    assert isinstance(failed, pg.Failed)
    assert "3.png" in str(failed.error)


def test_a_scan_takes_paths_and_lists_of_them_and_options(folder):
    assert len(list(pg.scan(str(folder), "red"))) == 6
    assert len(list(pg.scan([folder / "1.png", folder / "2.png"], "red"))) == 2
    assert len(list(pg.scan(folder, "red", globs=["[12].png"]))) == 2
    (hits,) = pg.scan(folder / "4.png", "red", region=(0, 4, 2, 1))
    assert isinstance(hits, pg.Matches)
    assert hits.xy.tolist() == [[0, 4], [1, 4]]


def test_a_scan_complains_of_its_question_before_it_reads_a_file():
    with pytest.raises(pg.ColorError):
        next(iter(pg.scan("missing", "no such colour")))


def test_a_scan_can_be_left_early(folder):
    scan = pg.scan(folder, "red", threads=2)
    assert isinstance(next(iter(scan)), pg.Matches)
    del scan
    assert len(list(pg.scan(folder, "red", threads=2))) == 6


def test_a_binary_file_can_be_searched_again():
    buffer = io.BytesIO()
    Image.fromarray(IMAGE).save(buffer, "PNG")
    hits = pg.find(io.BytesIO(buffer.getvalue()), "red")
    np.testing.assert_array_equal(hits.xy, pg.find(IMAGE, "red").xy)
    drawn = hits.draw(io.BytesIO(buffer.getvalue()))
    assert drawn.size == (80, 60)


def test_drawing_reads_the_picture_as_the_search_did(tmp_path):
    """A picture that was searched upright, or as BGR, is drawn so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.png"
    Image.fromarray(IMAGE).save(path, exif=exif)
    assert pg.find(path, "red", upright=True).draw(path).size == (60, 80)
    drawn = np.asarray(pg.find(IMAGE, "red", channels="bgr").draw(IMAGE))
    assert (drawn[(IMAGE == (0, 0, 255)).all(axis=2)] == (255, 0, 0)).all()
