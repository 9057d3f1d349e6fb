"""A service with one command and one question, to try what every service has."""
