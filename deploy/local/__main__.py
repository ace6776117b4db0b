"""`python -m deploy.local`: what `./run` hands over to."""

import sys

from deploy.local.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
