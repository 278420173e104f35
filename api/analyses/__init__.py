"""Analyses of a valuation over HTTP: how far does the value move, with what, and when does it reach a target?"""
