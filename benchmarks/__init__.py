"""How fast is it, against what? Programs that print ratios of one run on one machine; see README.md."""
