"""What evaluation does out of the box, joined in the same way as a department's own plugins."""
