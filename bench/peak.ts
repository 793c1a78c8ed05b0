/** What the machine can do at most: single-precision matrix products, by ONNX Runtime and by OpenBLAS. */

import { spawnSync } from "node:child_process";
import { input, matmul, slice, type Tensor, type Value } from "../src/graph/index.ts";
import type { Runtime } from "../src/runtime/index.ts";
import { peerScript } from "./peer-process.ts";
import { findPython } from "./python.ts";

const SIZE = 1024;
/** Products in one call, so that crossing into the runtime weighs little. */
const CHAIN = 8;

export interface Peak {
  readonly threads: number;
  /** GFLOP/s of ONNX Runtime's Gemm. */
  readonly onnxruntime: number;
  /** GFLOP/s of NumPy's BLAS; absent where no Python here has NumPy. */
  readonly openblas?: number;
}

/** The better of two measurements: other processes only ever take away. */
export function higher(a: Peak, b: Peak): Peak {
  return {
    threads: a.threads,
    onnxruntime: Math.max(a.onnxruntime, b.onnxruntime),
    ...(a.openblas !== undefined && { openblas: Math.max(a.openblas, b.openblas ?? 0) }),
  };
}

export async function measurePeak(runtime: Runtime, seconds: number): Promise<Peak> {
  const { threads } = runtime;
  const onnxruntime = await runtimePeak(runtime, seconds);
  const openblas = numpyPeak(threads, seconds);
  return { threads, onnxruntime, ...(openblas !== undefined && { openblas }) };
}

async function runtimePeak(runtime: Runtime, seconds: number): Promise<number> {
  const shape = [SIZE, SIZE];
  const a = input("a", shape);
  const b = input("b", shape);
  let product: Tensor = a;
  for (let i = 0; i < CHAIN; i++) product = matmul(product, b);
  // One row is enough of a result: what comes back is copied.
  const session = await runtime.compile({
    name: "peak",
    inputs: [a, b],
    outputs: { row: slice(product, 0, 0, 1) },
  });
  const data = Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(i) / Math.sqrt(SIZE));
  const value: Value = { dtype: "float32", shape, data };
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const start = performance.now();
    await session.run({ a: value, b: value });
    best = Math.min(best, performance.now() - start);
  }
  await session.release();
  return (2 * SIZE ** 3 * CHAIN) / best / 1e6;
}

function numpyPeak(threads: number, seconds: number): number | undefined {
  const command = findPython("numpy");
  if (command === undefined) return undefined;
  const environment = {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
  };
  const { stdout, status } = spawnSync(command, [peerScript("sgemm.py"), String(SIZE), String(seconds)], {
    env: environment,
    encoding: "utf8",
  });
  return status === 0 ? (JSON.parse(stdout) as { gflops: number }).gflops : undefined;
}
