"""Distributions of inputs and how they are drawn together."""
