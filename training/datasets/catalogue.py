"""The published data sets by name."""

from training.datasets import jester, kinetics400, something_v1, something_v2, ucf101

SOURCES = {module.SOURCE.name: module.SOURCE for module in (jester, something_v1, something_v2, ucf101, kinetics400)}
