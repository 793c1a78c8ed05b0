"""Single-precision matrix product by NumPy's BLAS: prints the best GFLOP/s of a few tries as JSON.
Arguments: size, seconds. Threads come from OMP_NUM_THREADS / OPENBLAS_NUM_THREADS."""

import json
import sys
import time

import numpy

size, seconds = int(sys.argv[1]), float(sys.argv[2])
random = numpy.random.default_rng(0)
a = random.standard_normal((size, size), dtype=numpy.float32)
b = random.standard_normal((size, size), dtype=numpy.float32)
out = numpy.empty_like(a)
best = float("inf")
end = time.perf_counter() + seconds
while time.perf_counter() < end:
    start = time.perf_counter()
    for _ in range(4):
        numpy.matmul(a, b, out=out)
    best = min(best, (time.perf_counter() - start) / 4)
print(json.dumps({"gflops": 2 * size**3 / best / 1e9, "version": numpy.__version__}))
