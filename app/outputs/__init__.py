"""Outputs of events to other programs and people: files, sockets, brokers, a web page.

An output may lose its reader, but it never blocks the loop.
"""
