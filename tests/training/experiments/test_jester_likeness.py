import numpy as np

from training.experiments.jester_likeness import teacher_clip


def test_the_input_is_every_second_of_the_middle_frames() -> None:
    clip = teacher_clip([np.full((100, 176, 3), k, np.uint8) for k in range(40)])
    assert (clip.shape, clip.dtype) == ((16, 112, 112, 3), np.uint8)
    assert clip[:, 5, 5, 0].tolist() == list(range(4, 36, 2))


def test_a_short_clip_is_held_at_its_end() -> None:
    clip = teacher_clip([np.full((112, 112, 3), k, np.uint8) for k in range(10)])
    assert (clip[5:] == 9).all()
