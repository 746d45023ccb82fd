"""Jester: its labels, also of mirrored and reversed videos, and the input format of networks trained on it."""

LABELS = (
    "Doing other things",
    "Drumming Fingers",
    "No gesture",
    "Pulling Hand In",
    "Pulling Two Fingers In",
    "Pushing Hand Away",
    "Pushing Two Fingers Away",
    "Rolling Hand Backward",
    "Rolling Hand Forward",
    "Shaking Hand",
    "Sliding Two Fingers Down",
    "Sliding Two Fingers Left",
    "Sliding Two Fingers Right",
    "Sliding Two Fingers Up",
    "Stop Sign",
    "Swiping Down",
    "Swiping Left",
    "Swiping Right",
    "Swiping Up",
    "Thumb Down",
    "Thumb Up",
    "Turning Hand Clockwise",
    "Turning Hand Counterclockwise",
    "Zooming In With Full Hand",
    "Zooming In With Two Fingers",
    "Zooming Out With Full Hand",
    "Zooming Out With Two Fingers",
)
"""Jester's 27 labels as Jester spells them, in alphabetical order, which is the order of every network's logits."""
RATE_HZ = 12.0
"""Frames per second of its videos, and steps per second of a stream."""
SIZE = 112
"""Side in pixels of the square input pictures of the 3-D teacher networks and of their students."""
MEAN, STD = (114.7748, 107.7354, 99.4750), (1.0, 1.0, 1.0)
"""Their normalisation, RGB on the 0..255 scale."""

_SIDES = (("Left", "Right"), ("Counterclockwise", "Clockwise"))
_UNDOES = (
    ("Swiping Left", "Swiping Right"),
    ("Swiping Up", "Swiping Down"),
    ("Sliding Two Fingers Left", "Sliding Two Fingers Right"),
    ("Sliding Two Fingers Up", "Sliding Two Fingers Down"),
    ("Pushing Hand Away", "Pulling Hand In"),
    ("Pushing Two Fingers Away", "Pulling Two Fingers In"),
    ("Rolling Hand Forward", "Rolling Hand Backward"),
    ("Turning Hand Clockwise", "Turning Hand Counterclockwise"),
    ("Zooming In With Full Hand", "Zooming Out With Full Hand"),
    ("Zooming In With Two Fingers", "Zooming Out With Two Fingers"),
)
_REVERSED = {**dict(_UNDOES), **{b: a for a, b in _UNDOES}}


def mirrored(label: str) -> str:
    """The label of the mirrored video."""
    for one, other in _SIDES:
        for a, b in ((one, other), (other, one)):
            if label.endswith(f" {a}"):
                return label.removesuffix(a) + b
    return label


def reversed_in_time(label: str) -> str:
    """The label of the video played backwards."""
    return _REVERSED.get(label, label)
