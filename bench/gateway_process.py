"""The gateway as one web process, for the bench: PostgreSQL and a workspace are made by who starts it."""

from __future__ import annotations

import argparse
import os

from answerable.api.processes import listen, run_web
from answerable.kit.settings import Settings


def main() -> None:
    """Serve until killed; settings come from the environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    run_web(Settings(), os.environ["BENCH_DATABASE_URL"], listen("127.0.0.1", options.port))


if __name__ == "__main__":
    main()
