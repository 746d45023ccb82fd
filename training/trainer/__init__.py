"""The parts of `training.train`: config, data, learner, validation, log and files of a run."""
