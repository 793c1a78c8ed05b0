"""What Python peers of the work beside the training steps share: one JSON line per request on stdin, one answer each.

  {"open": {"task": NAME, "folder": DIR, "threads": N}}  → {"version": "1.2.1"}
  {"run": SECONDS}                                       → {"steps": N, "seconds": S, "cpuSeconds": S}
  {"result": true}                                       → {"value": X}

A peer gives `begin(request)`, which returns its version and a function that does the work once and returns a number
by which two sides can be compared."""

import json
import os
import sys
import time


def serve(begin):
    work, value = None, None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "open" in request:
                version, work = begin(request["open"])
                answer = {"version": version}
            elif "run" in request:
                start, cpu = time.perf_counter(), processor_time()
                steps, seconds = 0, 0.0
                while steps == 0 or seconds < request["run"]:
                    value = work()
                    steps += 1
                    seconds = time.perf_counter() - start
                answer = {"steps": steps, "seconds": seconds, "cpuSeconds": processor_time() - cpu}
            else:
                answer = {"value": value}
        except Exception as error:  # the other side decides what to do about it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def processor_time():
    """Of this process and of the children that it has waited for."""
    return sum(os.times()[:4])
