"""Drawn people and a library to look around in: no real person's face, no real address."""
