"""Scores and patent indicators over HTTP: how does a patent stand, in points and shares, never in money?"""
