"""Who makes more of it, says who, and since when: the public names."""

__version__ = "0.1.0"
