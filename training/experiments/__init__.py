"""Experiments on the shipped model; no other module uses them."""
