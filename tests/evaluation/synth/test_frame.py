import numpy as np
import pytest

from segmask.core.errors import OptionError
from segmask.evaluation.synth import frame
from segmask.evaluation.synth.levels import LEVELS, Level, Odds, Strength, check_switches, find_level, scaled


def test_without_faults_the_frame_is_the_originals():
    matrix = frame.frame_matrix((40, 30), None, (40, 30))
    assert matrix == pytest.approx(np.eye(3))
    image = np.random.default_rng(0).uniform(0, 255, (40, 30, 3)).astype(np.float32)
    assert (frame.reframe(image, matrix, (40, 30)) == np.rint(image)).all()


def test_twice_the_size_keeps_pixel_centres():
    matrix = frame.frame_matrix((40, 30), None, (80, 60))
    assert matrix @ [0, 0, 1] == pytest.approx([0.5, 0.5, 1])
    assert matrix @ [29, 39, 1] == pytest.approx([58.5, 78.5, 1])


def test_zoom_is_about_the_middle_and_the_shift_comes_on_top():
    framing = frame.Framing((3.0, -2.0), 1.1, 1.0)
    matrix = frame.frame_matrix((41, 31), framing, (41, 31))
    assert matrix @ [15, 20, 1] == pytest.approx([18, 18, 1])


def test_a_shift_leaves_a_strip_that_the_edit_does_not_show():
    matrix = frame.frame_matrix((10, 10), frame.Framing((-3.0, 0.0), 1.0, 1.0), (10, 10))
    assert not frame.covered((10, 10), matrix, (10, 10))[:, :3].any()
    assert frame.covered((10, 10), matrix, (10, 10))[:, 3:].all()


def test_output_sides_divide_by_the_step():
    for seed in range(20):
        size = frame.OutputSize.draw((830, 550), Strength(), np.random.default_rng(seed))
        assert size.height % size.step == 0
        assert size.width % size.step == 0


def test_a_coded_picture_is_what_its_file_says():
    image = np.full((24, 24, 3), (200, 60, 30), np.uint8)
    decoded = frame.decode(frame.Coder(90, subsampled=False).encode(image))
    assert decoded.shape == image.shape
    assert np.abs(decoded.astype(int) - image).max() <= 4  # RGB in, RGB out


def test_easy_is_half_and_hard_is_twice_the_standard():
    easy, standard, hard = (LEVELS[name].strength for name in ("easy", "standard", "hard"))
    assert easy.zoom == pytest.approx(standard.zoom / 2)
    assert hard.zoom == pytest.approx(standard.zoom * 2)


def test_a_level_of_ones_own_is_taken_as_it_is():
    level = Level("x1.5", scaled(1.5), Odds())
    assert find_level(level) is level
    assert level.strength.zoom == pytest.approx(1.5 * Strength().zoom)


def test_unknown_names_say_which_are_known():
    with pytest.raises(OptionError, match="easy, standard, hard"):
        find_level("brutal")
    with pytest.raises(OptionError, match="unknown fault 'noise'"):
        check_switches(["noise"], ["tone", "light"])
