"""Ways for other programs and people to hear what happens: files, sockets, brokers, a web page.

Each is a side tap of the line from camera to gesture: it may lose its reader, but it never makes the line wait.
"""
