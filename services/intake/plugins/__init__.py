"""Built-in plugins of intake, one file each, joined in the same way as a department's own."""
