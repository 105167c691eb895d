"""`python -m genvsdisc` is the command line."""

from genvsdisc.cli import main

if __name__ == "__main__":
    main()
