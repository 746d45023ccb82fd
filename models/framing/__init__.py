"""Framing: which part of the camera's picture the network sees. Pixels in, region out.

FaceDetector   faces in a picture
AutoFraming    follows the person who gestures; moves only between gestures
"""
