import numpy as np

from training.experiments.jester_likeness import teacher_input


def test_the_input_is_every_second_of_the_middle_frames() -> None:
    frames = [np.full((100, 176, 3), k, np.uint8) for k in range(40)]
    clip = teacher_input(frames)
    assert clip.shape == (1, 3, 16, 112, 112)
    assert clip.dtype == np.float32
    np.testing.assert_allclose(clip[0, 0, :, 5, 5], np.arange(4, 36, 2) - 114.7748, atol=1e-4)


def test_a_short_clip_is_held_at_its_end() -> None:
    clip = teacher_input([np.full((112, 112, 3), k, np.uint8) for k in range(10)])
    np.testing.assert_allclose(clip[0, 2, 5:, 0, 0], 9 - 99.4750, atol=1e-4)
