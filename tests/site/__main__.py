"""``python -m tests.site serve|truth``: the replica by itself."""

from __future__ import annotations

import argparse
import json
import sys
import time

from tests.site.server import ReplicaServer


def main() -> None:
    """Serves until stopped, or prints the truth of a night as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.site", description=__doc__)
    parser.add_argument("what", choices=("serve", "truth"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--night", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--stories", type=int, default=320)
    parser.add_argument("--robots", choices=("open", "sibling"), default="open")
    parser.add_argument("--heavy", action="store_true")
    given = parser.parse_args()
    site = ReplicaServer(
        seed=given.seed,
        night=given.night,
        port=given.port,
        stories=given.stories,
        robots=given.robots,
        weight="heavy" if given.heavy else "light",
    )
    if given.what == "truth":
        json.dump(site.truth(), sys.stdout, ensure_ascii=False, indent=1)
        return
    with site:
        print(site.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
