import numpy as np

from training.synthetic.camera import PinholeCamera
from training.synthetic.cones import Surface, assemble, join
from training.synthetic.render import Light, hollowness, render

CAMERA = PinholeCamera(80, 100, zoom=1.0)
STILL = np.zeros((1, 2), np.float32)
RED, BLUE = Surface((1, 0, 0), (1, 0, 0)), Surface((0, 0, 1), (0, 0, 1), matter=1)
FRONT = np.array([0, 0, -1], np.float32)
LIGHT = Light(FRONT, np.ones(3, np.float32), FRONT, np.zeros(3, np.float32), np.zeros(3, np.float32))


def whole(cones, light: Light = LIGHT) -> tuple[np.ndarray, np.ndarray]:
    """Depth [H, W] and colour [H, W, 3] of the first moment."""
    depth, colour = np.full((80, 100), np.inf, np.float32), np.zeros((80, 100, 3), np.float32)
    layer = render(cones, CAMERA, light, STILL)
    assert layer is not None
    depth[layer.window], colour[layer.window] = layer.depth[0], layer.colour[0]
    return depth, colour


def test_a_ball_is_a_disc_of_the_right_size_and_depth() -> None:
    depth, colour = whole(assemble([((0, 0, 1), (0, 0, 1.0001), 0.1, 0.1, RED)]))
    seen = depth < np.inf
    radius = 80 * 0.1 / np.sqrt(1 - 0.1**2)
    assert abs(seen.sum() - np.pi * radius**2) < 12
    assert abs(depth.min() - 0.9) < 1e-3
    assert (colour[~seen] == 0).all()
    assert (colour[seen][:, 0] > 0).all()


def test_a_cone_is_the_hull_of_its_balls() -> None:
    ends = [((-0.2, 0.05, 1.0), 0.12), ((0.25, -0.1, 0.8), 0.04)]
    depth, _ = whole(assemble([(ends[0][0], ends[1][0], ends[0][1], ends[1][1], RED)]))
    share = np.linspace(0, 1, 200)
    balls = []
    for s in share:
        at = (1 - s) * np.array(ends[0][0]) + s * np.array(ends[1][0])
        radius = (1 - s) * ends[0][1] + s * ends[1][1]
        balls.append((at, at + np.array([0, 0, 1e-4]), radius, radius, RED))
    expected, _ = whole(assemble(balls))
    both = (depth < np.inf) & (expected < np.inf)
    assert both.sum() > 500
    assert ((depth < np.inf) ^ (expected < np.inf)).sum() < 15
    np.testing.assert_allclose(depth[both], expected[both], atol=4e-3)


def test_the_nearer_body_hides_the_farther_one() -> None:
    far, near = ((-0.3, 0, 1), (0.3, 0, 1), 0.1, 0.1, RED), ((0, -0.2, 0.7), (0, 0.2, 0.7), 0.05, 0.05, BLUE)
    for pieces in ([far, near], [near, far]):
        _, colour = whole(assemble(pieces))
        assert colour[40, 50, 2] > 0.3
        assert colour[40, 50, 0] == 0
        assert colour[40, 35, 0] > 0.3


def test_light_comes_from_where_it_is() -> None:
    left = Light(
        np.array([-1, 0, 0], np.float32), *(getattr(LIGHT, n) for n in ("key_colour", "fill", "fill_colour", "ambient"))
    )
    _, colour = whole(assemble([((0, 0, 1), (0, 0, 1.0001), 0.2, 0.2, RED)]), left)
    assert colour[40, 38, 0] > 2 * colour[40, 60, 0]


def test_bodies_outside_the_picture_are_not_rendered() -> None:
    for at in ((0, 5, 1), (0, 0, -1), (0, 0, 0.05)):
        assert render(assemble([(at, at, 0.1, 0.1, RED)]), CAMERA, LIGHT, STILL) is None


def test_moments_are_rendered_independently() -> None:
    ball = assemble(
        [(np.array([[-0.2, 0, 1], [0.2, 0, 1]]), np.array([[-0.2, 0, 1.01], [0.2, 0, 1.01]]), 0.1, 0.1, RED)]
    )
    layer = render(ball, CAMERA, LIGHT, np.zeros((2, 2), np.float32))
    assert layer is not None
    columns = [np.flatnonzero((depth < np.inf).any(0)).mean() + layer.left for depth in layer.depth]
    np.testing.assert_allclose(columns, [50 - 16 - 0.5, 50 + 16 - 0.5], atol=0.6)


def test_joined_bodies_are_both_there() -> None:
    one, other = (assemble([((x, 0, 1), (x, 0.1, 1), 0.1, 0.1, RED)]) for x in (-0.3, 0.3))
    assert ((whole(join([one, other]))[0] < np.inf) == ((whole(one)[0] < np.inf) | (whole(other)[0] < np.inf))).all()


def test_a_pit_is_occluded_and_a_plane_is_not() -> None:
    depth = np.ones((40, 40), np.float32)
    depth[18:22, 18:22] = 1.02
    hollow = hollowness(depth, 4, 0.03)
    assert hollow[20, 20] > 0.2
    assert hollow[2, 2] == 0
