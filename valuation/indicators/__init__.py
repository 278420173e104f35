"""Scores, weights and fees around a right; a score never turns into money by itself."""
