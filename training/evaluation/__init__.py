"""Evaluation of networks on clips and streams: data, inference, metrics and figures."""
