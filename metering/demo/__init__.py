"""The sample area: a made-up service area with its masters, readings and accounts (``seed_demo``, decisions 39)."""
