"""May this right be pledged for this loan?"""
