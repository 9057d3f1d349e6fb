"""The whole Huangshi case at small scale through five real services, and what must be true of everything it left behind."""
