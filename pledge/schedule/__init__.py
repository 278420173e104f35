"""How a loan is repaid: one file, one repayment form, found by its ``REPAYMENT_FORM``."""
