"""Policies and programmes over HTTP: which rules does this installation know?"""
