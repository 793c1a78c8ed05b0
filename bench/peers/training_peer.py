"""What Python peers of the training steps share: one JSON line per request on stdin, one answer each.

  {"open": {"net": …, "pixels": FILE, "batchSize": N, "optimizer": …, "beta": B, …}}
      → {"parameterCount": N, "version": "2.15.0", "firstSeconds": S}
  {"run": SECONDS}  → {"steps": N, "seconds": S, "cpuSeconds": S, "peakBytes": B}

A peer gives a class that opens a training from the request, with `parameter_count`, `version`, and `step()`, which takes
some steps, waits until they are done, and returns how many they were."""

import json
import resource
import sys
import time

import numpy


def serve(open_training):
    training = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "open" in request:
                training = open_training(request["open"])
                answer = {
                    "parameterCount": training.parameter_count,
                    "version": training.version,
                    # Of the first call: tracing and compiling, where there is any.
                    "firstSeconds": run(training, 0)["seconds"],
                }
            else:
                answer = run(training, request["run"])
        except Exception as error:  # the other side decides what to do about it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def run(training, seconds):
    """For about that long, one call at least."""
    start, cpu = time.perf_counter(), time.process_time()
    steps, elapsed = 0, 0.0
    while steps == 0 or elapsed < seconds:
        steps += training.step()
        elapsed = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"steps": steps, "seconds": elapsed, "cpuSeconds": time.process_time() - cpu, "peakBytes": peak}


def pictures(request):
    """`[count, height, width, channel]` of uint8."""
    net = request["net"]
    raw = numpy.fromfile(request["pixels"], dtype=numpy.uint8)
    return raw.reshape(-1, net["height"], net["width"], net["channels"])
