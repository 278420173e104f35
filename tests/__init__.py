"""Tests mirror the tree of the packages; what they share is in conftest.py of their folder."""
