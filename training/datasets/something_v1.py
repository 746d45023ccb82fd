"""Something-Something v1: 108,499 clips of 174 actions as folders of pictures (Goyal et al., ICCV 2017)."""

from training.datasets.publisher import PublishedDataset, folders
from training.datasets.twenty_bn import SPLITS, listing_of

SOURCE = PublishedDataset(
    name="something_v1",
    splits=SPLITS,
    fps=12.0,
    form="20bn-something-something-v1/<id>/00001.jpg",
    read=listing_of("something-something-v1"),
    locate=folders("20bn-something-something-v1"),
    sizes={"train": 86_017, "validation": 11_522, "test": 10_960},
)
