"""``python -m segmask``: the command line."""

from segmask.cli.main import run

if __name__ == "__main__":
    run()
