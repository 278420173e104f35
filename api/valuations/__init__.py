"""Valuations over HTTP: what is this right worth?"""
