"""The decision core: one description of a right that is exercised over time, and the solvers that roll it back."""
