"""Built-in plugins of procurement, each in one file, registered like a department's own."""
