"""The public data sets in the form that their publishers give them, and the index that is made of each."""
