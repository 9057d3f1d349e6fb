"""What disclosure does when another service's event arrives: keep the fact, note what must become public, publish what may at once."""
