"""A run of training, from its last save to its last epoch."""

from contextlib import closing
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from models.nets.checkpoint import load_checkpoint, save_checkpoint
from training.datasets.base import read_index
from training.datasets.loading import worker_deaths_reported
from training.decoding_search import choose_on_index
from training.errors import DataError
from training.trainer.config import Config
from training.trainer.data import index_path, make_data, skipped, updates, updates_per_epoch, validation
from training.trainer.distributed import Processes
from training.trainer.learner import Learner
from training.trainer.logbook import Logbook
from training.trainer.precision import choose_precision
from training.trainer.run_folder import RunFolder, RunProgress
from training.trainer.schedule import rate_factor
from training.trainer.start import initial_net
from training.trainer.stopping import Stop, Stopped
from training.trainer.validation import validate

WORKER_ADVICE = "if memory ran out, give fewer run.workers. The same command resumes from the last save"
"""Advice when a process that reads clips died."""


def train(config: Config, folder: Path, processes: Processes, stop: Stop) -> None:
    """Start or resume the run of a folder, and train until its last epoch.

    Raises:
        Stopped: the run was stopped by a signal, and has saved.
        UserError: an input is unusable, the disk is full, a worker died, or the loss is not finite.
    """
    learnt, labels = make_data(config, "train")
    held_out, others = make_data(config, "val")
    same_labels(labels, others)
    per_epoch = updates_per_epoch(len(learnt), config, processes)
    precision = choose_precision(config.run.precision, processes.device)
    run = RunFolder(folder, config, len(learnt), processes.is_first)
    start = replace(config, init="") if run.last.exists() else config  # the saved weights replace it
    net = initial_net(start, labels)
    learner = Learner(net, config.optim, processes, precision, config.seed, config.data.every)

    place = run.resume(learner)
    step = place.epoch * per_epoch + place.position
    steps = config.schedule.epochs * per_epoch
    log = Logbook(run.log, step, place.epoch, steps, config.run.log_every, processes.is_first)
    log.report(
        f"{folder}: {step} updates done; {len(learnt)} clips, {len(held_out)} to validate; {processes}, {precision}"
    )

    with closing(log), run.divergence_reported(), worker_deaths_reported(WORKER_ADVICE):
        while place.epoch < config.schedule.epochs:
            for pieces in updates(learnt, config, processes, place.epoch, place.position):
                lr = config.optim.lr * rate_factor(config.schedule, step, per_epoch)
                update = learner.learn(pieces, lr, step)
                step, place = step + 1, replace(place, position=place.position + 1)
                log.update(step, place.epoch, lr, update)
                stopping = processes.any(stop.requested)
                if stopping or step % config.run.save_every == 0:
                    run.save(learner, place)
                if stopping:
                    raise Stopped
            batches = validation(held_out, config, processes)
            scores = validate(learner.best_net, batches, processes, precision, stop, config.data.every)
            if scores is None:
                run.save(learner, place)
                raise Stopped
            if unread := skipped(held_out, processes, "validation"):
                log.report(unread)
            log.scores(step, place.epoch, scores, skipped(learnt, processes))
            if scores.top1 > place.best:
                run.save_best(learner.best_net, labels, place.epoch + 1, scores.top1)
            place = RunProgress(place.epoch + 1, 0, max(place.best, scores.top1))
            run.save(learner, place)
        if processes.is_first and config.data.sampling == "streams" and config.data.set != "motions":  # it has no index
            for line in finish(config, run.best):
                log.report(line)
        log.report(f"done: best top-1 {place.best:.2%}, {run.best}")


def finish(config: Config, best: Path) -> list[str]:
    """Choose temperature and thresholds of the best network, save them with it, and return lines about its events."""
    net, spec = load_checkpoint(best)
    test = index_path(config.data, config.data.test)
    known = read_index(test) if test.is_file() else None
    if known and all(clip.label is None for clip in known.clips):
        known = None
    spec, lines = choose_on_index(net, spec, read_index(index_path(config.data, config.data.val)), known)
    save_checkpoint(best, net, spec)
    return lines


def same_labels(learnt: tuple[str, ...], validated: tuple[str, ...]) -> None:
    """Check that training and validation have the same labels in the same order.

    Raises:
        DataError: they differ.
    """
    if learnt == validated:
        return
    number, one, other = next(
        (number, one, other) for number, (one, other) in enumerate(zip_longest(learnt, validated)) if one != other
    )
    raise DataError(
        f"label {number} is {other!r} in validation and {one!r} in training, of {len(validated)} and {len(learnt)}; "
        "both splits need the same labels: prepare them together, or give another data.val"
    )
