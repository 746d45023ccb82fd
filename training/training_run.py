"""The training loop: from the start or a checkpoint to the last epoch."""

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
from training.trainer.data import index_path, make_data, size, skipped, updates, updates_per_epoch, validation
from training.trainer.distributed import Processes
from training.trainer.learner import Learner
from training.trainer.logbook import Logbook
from training.trainer.precision import choose_precision
from training.trainer.run_folder import RunError, RunFolder, RunProgress
from training.trainer.schedule import rate_factor
from training.trainer.start import initial_net
from training.trainer.stopping import Stop, Stopped
from training.trainer.validation import validate

WORKER_DIED = "if memory ran out, give fewer run.workers. The same command continues from the last checkpoint"
"""Advice when a process that reads clips died."""


def train(config: Config, folder: Path, processes: Processes, stop: Stop) -> bool:
    """Train to the last epoch, from the checkpoint in the folder if there is one.

    Returns:
        False if the run was finished before, which is only reported.

    Raises:
        Stopped: `stop` was set; the run is saved.
        UserError: the input is unusable, the disk is full, a worker died, or the loss is not finite.
    """
    train_set, labels = make_data(config, "train")
    validation_set, others = make_data(config, "val")
    check_same_labels(labels, others)
    per_epoch = updates_per_epoch(len(train_set), config, processes)
    precision = choose_precision(config.run.precision, processes.device)
    run = RunFolder(folder, config, len(train_set), processes.is_first)
    start = replace(config, init="") if run.last.exists() else config  # the weights come from last.pt
    net = initial_net(start, labels)
    learner = Learner(net, config.optim, processes, precision, config.seed, config.data.every)

    progress = run.resume(learner)
    if progress.epoch >= config.schedule.epochs and (progress.decoded or not has_decoding(config)):
        if processes.is_first:
            print(finished(run, progress))
        return False
    step = progress.epoch * per_epoch + progress.position
    steps = config.schedule.epochs * per_epoch
    log = Logbook(run.log, step, progress.epoch, steps, config.run.log_every, processes.is_first)
    log.report(
        f"{folder}: {step} updates done; {size(train_set)} per epoch, {size(validation_set)} to validate; "
        f"{processes}, {precision}"
    )

    with closing(log), run.divergence_reported(), worker_deaths_reported(WORKER_DIED):
        while progress.epoch < config.schedule.epochs:
            for pieces in updates(train_set, config, processes, progress.epoch, progress.position):
                lr = config.optim.lr * rate_factor(config.schedule, step, per_epoch)
                update = learner.learn(pieces, lr, step)
                step, progress = step + 1, replace(progress, position=progress.position + 1)
                log.update(step, progress.epoch, lr, update)
                stopping = processes.any(stop.requested)
                if stopping or step % config.run.save_every == 0:
                    run.save(learner, progress)
                if stopping:
                    raise Stopped
            batches = validation(validation_set, config, processes)
            scores = validate(learner.best_net, batches, processes, precision, stop, config.data.every)
            if scores is None:
                run.save(learner, progress)
                raise Stopped
            if unread := skipped(validation_set, processes, "validation"):
                log.report(unread)
            log.scores(step, progress.epoch, scores, skipped(train_set, processes))
            if scores.top1 > progress.best:
                run.save_best(learner.best_net, labels, progress.epoch + 1, scores.top1)
            progress = RunProgress(progress.epoch + 1, 0, max(progress.best, scores.top1))
            run.save(learner, progress)
        if processes.is_first and has_decoding(config):
            with stop.at_once("chose thresholds"):
                for line in finish(config, run.best):
                    log.report(line)
            run.save(learner, replace(progress, decoded=True))
        log.report(f"done: best top-1 {progress.best:.2%}, {run.best}")
    return True


def has_decoding(config: Config) -> bool:
    """Whether temperature and thresholds are chosen at the end: for streams, where there is an index to choose on."""
    return config.data.sampling == "streams" and config.data.set != "motions"


def finished(run: RunFolder, progress: RunProgress) -> str:
    """The line about a run that was finished before.

    Raises:
        RunError: its network is gone.
    """
    if not run.best.is_file():
        raise RunError(f"the run in {run.path} is finished and its {run.best.name} is gone; move this folder away")
    return f"{run.path} is finished: best top-1 {progress.best:.2%}, {run.best}, {run.log}"


def finish(config: Config, best: Path) -> list[str]:
    """Choose the decoding of the best network, store it in the checkpoint, and return a report, line by line."""
    net, spec = load_checkpoint(best)
    path = index_path(config.data, config.data.test)
    test = read_index(path) if path.is_file() else None
    if test and all(clip.label is None for clip in test.clips):
        test = None
    spec, lines = choose_on_index(net, spec, read_index(index_path(config.data, config.data.val)), test)
    save_checkpoint(best, net, spec)
    return lines


def check_same_labels(trained: tuple[str, ...], validated: tuple[str, ...]) -> None:
    """Check that both splits have the same labels in the same order.

    Raises:
        DataError: they differ; the message names the first difference.
    """
    if trained == validated:
        return
    number, one, other = next(
        (number, one, other) for number, (one, other) in enumerate(zip_longest(trained, validated)) if one != other
    )
    raise DataError(
        f"label {number} is {other!r} in validation and {one!r} in training, of {len(validated)} and {len(trained)}; "
        "both splits need the same labels: prepare them together, or give another data.val"
    )
