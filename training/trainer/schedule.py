"""The learning rate as a function of the update, without state."""

import math

from training.trainer.config import ScheduleConfig


def rate_factor(schedule: ScheduleConfig, step: int, steps_per_epoch: int) -> float:
    """The factor of the learning rate at an update, counted from 0.

    The cosine falls from the end of the warm-up to 0 at the end of the run (arXiv 1608.03983, without restarts).
    """
    epoch = step / steps_per_epoch
    if epoch < schedule.warm_up:
        return (step + 1) / (schedule.warm_up * steps_per_epoch + 1)
    if schedule.kind == "step":
        return schedule.factor ** sum(epoch >= milestone for milestone in schedule.milestones)
    done = (epoch - schedule.warm_up) / (schedule.epochs - schedule.warm_up)
    return (1 + math.cos(math.pi * done)) / 2
