"""Recording a person: what is asked of them, when, and the takes that come of it."""
