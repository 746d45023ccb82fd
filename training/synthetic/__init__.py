"""Generated gesture clips with labels: a rendered hand, person and room."""
