"""Pledge quotes over HTTP: what may a bank lend on it?"""
