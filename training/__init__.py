"""How the weights were made: data, transforms, training, evaluation and export."""
