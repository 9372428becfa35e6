"""``python -m tests.site serve|truth|history``: the replica by itself."""

from __future__ import annotations

import argparse
import json
import sys
import time

from tests.site.history.world import USUAL
from tests.site.server import ReplicaServer


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.site", description=__doc__)
    parser.add_argument("what", choices=("serve", "truth", "history"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--night", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--stories", type=int, default=320)
    parser.add_argument("--robots", choices=("open", "sibling"), default="open")
    parser.add_argument("--heavy", action="store_true")
    parser.add_argument("--history", action="store_true")
    parser.add_argument("--new-a-night", type=int, default=USUAL)
    parser.add_argument("--quiet", type=int, nargs="*", default=())
    return parser.parse_args()


def main() -> None:
    """Serves until stopped, or prints as JSON the truth of a night or of all nights
    until then."""
    given = arguments()
    site = ReplicaServer(
        seed=given.seed,
        night=given.night,
        port=given.port,
        stories=given.stories,
        robots=given.robots,
        weight="heavy" if given.heavy else "light",
        history=given.history or given.what == "history",
        new_a_night=given.new_a_night,
        quiet=given.quiet,
    )
    if given.what != "serve":
        told = site.truth() if given.what == "truth" else site.history_truth()
        json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
        return
    with site:
        print(site.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
