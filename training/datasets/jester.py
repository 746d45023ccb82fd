"""Jester: 148,092 clips of 27 gestures as folders of pictures (Materzynska et al., ICCV workshops 2019).

Its labels, and the label of each mirrored video, are in `training/jester.py`.
"""

from training.datasets.publisher import PublishedDataset, folders
from training.datasets.twenty_bn import SPLITS, listing_of

SOURCE = PublishedDataset(
    name="jester",
    splits=SPLITS,
    fps=12.0,
    form="20bn-jester-v1/<id>/00001.jpg",
    read=listing_of("jester-v1"),
    locate=folders("20bn-jester-v1"),
    sizes={"train": 118_562, "validation": 14_787, "test": 14_743},
)
