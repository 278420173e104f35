"""What public money sets in motion: programmes, instruments, look-through and the ladder of multiples."""
