"""The case is played while its processes are killed; every figure must be the one of an undisturbed play (`./run chaos`)."""
