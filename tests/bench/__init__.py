"""Figures that the goals ask for: ratios taken in one run, medians of several. Run with `./run bench`."""
