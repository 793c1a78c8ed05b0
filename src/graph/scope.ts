/**
 * Readable names for what ends up in an ONNX file: tensors made inside `scope("encoder/fc1", …)` carry that
 * label, so that Netron shows `encoder/fc1/Gemm` and not `node_17`.
 */

const stack: string[] = [];

/** Runs `build`, labelling every tensor that it makes. Scopes nest. Synchronous only. */
export function scope<T>(name: string, build: () => T): T {
  stack.push(name);
  try {
    return build();
  } finally {
    stack.pop();
  }
}

export function currentScope(): string {
  return stack.join("/");
}
