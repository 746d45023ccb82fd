"""Framing: which part of the camera's picture the network sees. Pixels in, region out.

FaceDetector   faces in a picture
AutoFraming    follows whoever gestures, while nobody does
"""
