"""`python -m genvsdisc.cli` is `python -m genvsdisc`."""

from genvsdisc.cli import main

if __name__ == "__main__":
    main()
