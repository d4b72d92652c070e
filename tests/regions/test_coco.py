import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as pycocotools

from pixgrep.regions.coco import encode
from tests.regions.masks import DESIGNED, masks, runs_of_labels

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools")


def check(mask):
    runs, _ = runs_of_labels(mask.astype(int))
    code = encode(runs, mask.shape)
    expected = pycocotools.encode(np.asfortranarray(mask, np.uint8))
    assert code == {"size": list(mask.shape), "counts": expected["counts"].decode()}
    np.testing.assert_array_equal(pycocotools.decode(json.loads(json.dumps(code))), mask)


@pytest.mark.parametrize("name", DESIGNED)
def test_masks_by_design_and_of_real_pictures(name):
    check(DESIGNED[name])


@settings(deadline=None, max_examples=150)
@given(masks(), st.integers(0, 40), st.integers(0, 3))
def test_any_mask_anywhere(mask, before, after):
    check(np.pad(mask, ((before, after), (after, before))))


def test_columns_that_are_full_are_one_run():
    mask = np.zeros((5, 6), np.bool_)
    mask[:, 2:4] = mask[3:, 1] = mask[:2, 4] = True
    check(mask)


def test_long_runs_take_many_characters():
    mask = np.zeros((3000, 1500), np.bool_)
    mask[10:2990, 100:1300] = mask[5, 1400] = mask[:, 1410:1450] = True
    check(mask)
