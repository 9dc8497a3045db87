"""`python -m backend.proof kills|fuzz|streams|soak`: promises of the service, put to the test."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from backend.proof.fuzz import prove_fuzz, replay
from backend.proof.kills import prove_kills
from backend.proof.soak import prove_soak
from backend.proof.streams import prove_streams


def main() -> None:
    """Runs a proof, prints its table, and ends with 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m backend.proof", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same choices")
    proofs = parser.add_subparsers(dest="proof", required=True)
    kills = proofs.add_parser("kills", help="kill -9 under load; nothing is lost or done twice")
    kills.add_argument("--rounds", type=int, default=300)
    fuzz = proofs.add_parser("fuzz", help="odd requests; no answer >= 500, every problem in form")
    fuzz.add_argument("--requests", type=int, default=100_000)
    fuzz.add_argument("--keep", type=Path, default=Path("output/proof"), help="for failed requests")
    fuzz.add_argument("--replay", type=Path, help="a kept request to send again")
    streams = proofs.add_parser("streams", help="cut event streams; nothing missed or repeated")
    streams.add_argument("--cuts", type=int, default=1_000)
    streams.add_argument("--kills", type=int, default=5, help="of the web process, meanwhile")
    soak = proofs.add_parser("soak", help="steady load; memory and handles stay flat")
    soak.add_argument("--minutes", type=float, default=24)
    soak.add_argument("--rate", type=float, default=8, help="actions a second")
    options = parser.parse_args()
    match options.proof:
        case "kills":
            report = prove_kills(options.rounds, options.seed)
        case "fuzz" if options.replay:
            report = replay(options.replay)
        case "fuzz":
            report = prove_fuzz(options.requests, options.seed, options.keep)
        case "streams":
            report = prove_streams(options.cuts, options.kills, options.seed)
        case _:
            report = prove_soak(options.minutes, options.rate, options.seed)
    print(report)
    sys.exit(not report.is_kept)


if __name__ == "__main__":
    main()
