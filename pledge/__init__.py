"""What a bank may lend against an intellectual-property right, and on which terms."""
