#!/usr/bin/env python3
"""Starts a Ray cluster of three nodes on this machine, loses one in the middle, and compares with a single run.

    pip install ray && swift build -c release && Checks/cluster/ray_check.py

Holds where the merged report is the single run's, byte for byte but for the seconds, and a shard of the lost node was run
again. Takes about a minute.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import ray
from ray.cluster_utils import Cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Examples" / "cluster"))
import evaluate_on_ray  # noqa: E402

SHARDS = 6


def without_seconds(report):
    return re.sub(r'"seconds": [-+.0-9e]+', '"seconds": 0', report)


class Saboteur:
    """Takes a node away while a shard runs on it, once a shard has ended somewhere."""

    def __init__(self, cluster, nodes, log):
        self.cluster, self.nodes, self.log, self.lost = cluster, nodes, log, None

    def __call__(self, done):
        if self.lost or done == 0 or not self.log.exists():
            return
        lines = [line.split() for line in self.log.read_text().splitlines()]
        ended = {shard for _, event, shard, _ in lines if event == "end"}
        for _, event, shard, identity in reversed(lines):
            if event == "start" and shard not in ended and identity in self.nodes:
                self.lost = (shard, identity)
                self.cluster.remove_node(self.nodes[identity], allow_graceful=False)
                print(f"node {identity[:8]} is lost with shard {shard}", file=sys.stderr)
                return


def main():
    bbcu = str(ROOT / ".build" / "release" / "bbcu")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        images = folder / "Photos"
        images.mkdir()
        for number in range(36):
            source = ["astronaut_256x256.png", "chelsea_320x180.png"][number % 2]
            shutil.copy(ROOT / "Fixtures" / source, images / f"{number:02}.png")
        # The float path as well, so that a shard takes long enough to be lost in the middle.
        arguments = [str(ROOT / "Fixtures" / "bbcum_x2_trained.pth"), "--images", str(images), "--path", "both"]
        single = subprocess.run(
            [bbcu, "evaluate", *arguments, "--threads", "1", "--json"], capture_output=True, text=True, check=True)

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
        cluster.wait_for_nodes()
        # A program imports what it sends by name; one that is run as it is sends its functions whole.
        environment = {"env_vars": {"PYTHONPATH": sys.path[0]}}
        ray.init(address=cluster.address, log_to_driver=False, runtime_env=environment)
        out = folder / "reports"
        saboteur = Saboteur(cluster, {node.node_id: node for node in nodes}, out / "attempts.log")
        merged, status = evaluate_on_ray.run(arguments, SHARDS, out, bbcu=bbcu, watch=saboteur)
        lines = [line.split() for line in (out / "attempts.log").read_text().splitlines()]
        starts = [shard for _, event, shard, _ in lines if event == "start"]
        ray.shutdown()
        cluster.shutdown()

    problems = []
    if status != 0:
        problems.append(f"merge ended in status {status}")
    if saboteur.lost is None:
        problems.append("no node was lost")
    elif starts.count(saboteur.lost[0]) < 2:
        problems.append(f"shard {saboteur.lost[0]} was not run again")
    if without_seconds(merged) != without_seconds(single.stdout):
        problems.append("the merged report is not the single run's")
    for problem in problems:
        print(f"FAILS: {problem}", file=sys.stderr)
    if not problems:
        print(f"HOLDS: {SHARDS} shards in {len(starts)} attempts on three nodes, one of them lost; the merged report of "
              f"{len(merged)} bytes is the single run's but for the seconds")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
