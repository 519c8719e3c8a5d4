"""Forward models of the instruments, one file each."""
