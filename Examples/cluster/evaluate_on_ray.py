#!/usr/bin/env python3
"""Evaluates a checkpoint over a Ray cluster: one shard a task, those of a lost node run again, the reports merged.

    evaluate_on_ray.py --shards 64 --out reports -- BBCUM_x4.pth --images /data/Urban100 > urban100.json

What follows `--` is given to `bbcu evaluate`; the checkpoint, the images and bbcu have to be at the same paths on every
node, as on a shared file system. The reports of shards are kept in --out, so a second start runs only what is missing.
Ends in the status of `bbcu merge`: 0, 1 where an image was excluded, 2 where something is missing.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import ray


@ray.remote
def evaluate(command, shard, log):
    """Runs one shard and returns its report. Ray runs it elsewhere where the node is lost."""
    note(log, "start", shard)
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode not in (0, 1):
        raise RuntimeError(f"shard {shard}: status {result.returncode}: {result.stderr.strip()}")
    note(log, "end", shard)
    return result.stdout


def note(log, event, shard):
    """Adds a line about a shard to the log that all nodes share: lines this short are appended whole."""
    node = ray.get_runtime_context().get_node_id()
    with open(log, "a") as file:
        file.write(f"{time.time():.3f} {event} {shard} {node}\n")


def run(arguments, shards, out, bbcu="bbcu", threads=1, watch=lambda done: None):
    """Runs all shards on the cluster that Ray is connected to, and merges them.

    `watch` is called a few times a second with the number of shards that are done. Returns the merged report as text and
    the status of the merge.
    """
    out = pathlib.Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    files = {shard: out / f"shard-{shard}-of-{shards}.json" for shard in range(1, shards + 1)}
    task = evaluate.options(num_cpus=threads, max_retries=10, scheduling_strategy="SPREAD")
    missing = [shard for shard, file in files.items() if not file.exists()]
    running = {
        task.remote(
            [bbcu, "evaluate", *arguments, "--threads", str(threads), "--shard", f"{shard}/{shards}", "--json"],
            shard, str(out / "attempts.log")): shard
        for shard in missing}
    start, images = time.monotonic(), 0
    while running:
        ready, _ = ray.wait(list(running), timeout=0.2)
        for reference in ready:
            shard = running.pop(reference)
            report = ray.get(reference)
            unfinished = files[shard].with_suffix(".part")
            unfinished.write_text(report)
            os.replace(unfinished, files[shard])
            images += len({(row["set"], row["name"]) for row in json.loads(report)["images"]})
            seconds = time.monotonic() - start
            done = shards - len(running)
            left = seconds / max(1, len(missing) - len(running)) * len(running)
            print(f"{done} of {shards} shards, {images / seconds:.2f} images/s, about {left:.0f} s left", file=sys.stderr)
        watch(shards - len(running))
    merged = subprocess.run(
        [bbcu, "merge", *map(str, files.values()), "--json"], capture_output=True, text=True)
    sys.stderr.write(merged.stderr)
    return merged.stdout, merged.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shards", type=int, required=True, help="how many parts; a few times the number of cores")
    parser.add_argument("--out", required=True, help="a folder for the shards' reports, on the machine this runs on")
    parser.add_argument("--bbcu", default="bbcu", help="the command's path on every node")
    parser.add_argument("--threads", type=int, default=1, help="threads and CPUs of a shard")
    parser.add_argument("--address", default="auto", help="the cluster's address")
    parser.add_argument("arguments", nargs="+", help="what bbcu evaluate is given, after --")
    options = parser.parse_args()
    ray.init(address=options.address)
    arguments = [argument for argument in options.arguments if argument != "--json"]
    report, status = run(arguments, options.shards, options.out, options.bbcu, options.threads)
    sys.stdout.write(report)
    return status


if __name__ == "__main__":
    sys.exit(main())
