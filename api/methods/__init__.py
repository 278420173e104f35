"""Methods and instruments over HTTP: which questions can be answered, and how?"""
