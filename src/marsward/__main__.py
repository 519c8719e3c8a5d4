"""`python -m marsward`: the same as the command `marsward`."""

from marsward.cli.door import main

if __name__ == "__main__":
    main()
