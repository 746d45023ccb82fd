"""Framing: chooses the region of the frame that the network sees.

FaceDetector   faces in a picture
AutoFraming    follows the person who gestures; moves only between gestures
"""
