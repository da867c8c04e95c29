"""The speed of an analysis as ratios of one run: machines are noisy, their seconds do not compare.

Makes a synthetic must-gather of many members (the layout of a release, logs that compress like logs, pods, FRR outputs
of every node), then times, in turn: `gzip -dc | wc -c`, the bare pass that wants nothing, and a whole analysis with its
HTML report.

    python benchmarks/bench.py [--members 36000] [--rounds 3]
"""

import argparse
import io
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "fixtures" / "archives" / "bgp-wrong-remote-as"
WORDS = [
    "reconcile",
    "node",
    "pod",
    "endpoint",
    "lease",
    "watch",
    "event",
    "update",
    "failed",
    "retry",
    "cache",
    "sync",
    "informer",
    "controller",
]


def log(rng: random.Random, size: int) -> bytes:
    """Lines like a controller's log: a time, a level, words and numbers."""
    lines = []
    while size > 0:
        second = rng.randrange(86_400)
        stamp = f"2026-11-21T{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}.{rng.randrange(10**9):09}Z"
        text = f"{stamp} I1121 {rng.choice(WORDS)}.go:{rng.randrange(900)}] {' '.join(rng.choices(WORDS, k=9))}\n"
        lines.append(text)
        size -= len(text)
    return "".join(lines).encode()


def members(count: int) -> Iterator[tuple[str, bytes]]:
    """Paths and contents: the real FRR outputs and Kubernetes objects of a fixture, and logs up to the count."""
    rng = random.Random(7)
    with tarfile.open(next(CASE.glob("*.tar.gz"))) as archive:
        for one in archive:
            if one.isfile():
                yield one.name, archive.extractfile(one).read()
    root = "must-gather.local.2074158726114243856/quay-io-openshift-release-dev-sha256-0"
    blocks = [log(rng, size) for size in (2_000, 4_000, 9_000, 30_000)]
    for number in range(count):
        namespace = f"openshift-{number % 97}"
        base = f"{root}/namespaces/{namespace}/pods/app-{number // 3}"
        name = ("current.log", "previous.log", "previous.insecure.log")[number % 3]
        yield f"{base}/app/app/logs/{name}", b"" if number % 3 == 2 else blocks[number % 4]


def build(path: Path, count: int) -> None:
    """Write the archive."""
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        for name, content in members(count):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def timed(command: str) -> tuple[float, int]:
    """Seconds and peak kilobytes of the biggest child so far."""
    start = time.perf_counter()
    subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


BARE = """
import sys
from analyzer.archive import Archive
class Nothing:
    def wants(self, path): return False
    def enters(self, path): return False
with Archive([sys.argv[1]], Nothing()) as archive:
    for _ in archive: pass
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--members", type=int, default=36_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "must-gather.tar.gz"
        build(archive, chosen.members)
        commands = {
            "gzip -dc | wc -c": f"gzip -dc {archive} | wc -c",
            "bare pass": f"{sys.executable} -c '{BARE}' {archive}",
            "analyze with report": f"{sys.executable} -m analyzer analyze {archive} -o {folder}/r.html --fail-on never",
        }
        best = {name: min(timed(command)[0] for _ in range(chosen.rounds)) for name, command in commands.items()}
        base = best["gzip -dc | wc -c"]
        print(f"{chosen.members} members, {archive.stat().st_size / 1e6:.0f} MB compressed")
        for name, seconds in best.items():
            print(f"{name:22} {seconds:6.2f} s   {seconds / base:5.2f} x gzip")
        print(f"peak memory of a child {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
