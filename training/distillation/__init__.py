"""Distillation: training streams, teachers, targets and students."""
