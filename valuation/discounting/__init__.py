"""Time value: present values, the tax amortisation benefit, internal rates of return."""
