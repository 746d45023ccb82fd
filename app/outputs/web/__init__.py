"""The web server: a WebSocket of events, and a page that shows the picture and the gestures."""
