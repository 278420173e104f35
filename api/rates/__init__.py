"""Papers on discount rates and useful lives over HTTP: which rate, and how was it found?"""
