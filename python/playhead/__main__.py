"""Runs the command line: python -m playhead."""

from playhead.cli import main

if __name__ == "__main__":
    main()
