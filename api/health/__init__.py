"""Is the server alive, and can it answer?"""
