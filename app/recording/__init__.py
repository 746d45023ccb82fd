"""Guided recording of a user: the plan, the prompts and the takes."""
