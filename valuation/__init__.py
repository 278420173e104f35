"""What an intellectual-property right is worth."""
