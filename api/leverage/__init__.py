"""Leverage scenarios over HTTP: what does public money set in motion?"""
