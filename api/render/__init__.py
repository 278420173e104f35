"""Answers on a screen: tables a bank officer can read, Chinese first."""
