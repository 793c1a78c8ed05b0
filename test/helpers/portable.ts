/** A runtime's portable side: graphs as every machine takes them, without the lowerings of this one. */

import { type Program, type Value, writeOnnx } from "../../src/graph/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";

export function portable(runtime: Runtime): Runtime {
  const compile = (program: Program) => runtime.open(writeOnnx(program), program.name);
  return {
    ...runtime,
    compile,
    async compileKeeping(program, outputs) {
      const session = await compile(program);
      return {
        async run(feeds) {
          const results = await session.run(feeds);
          const kept: Record<string, Value> = {};
          for (const name of outputs) {
            kept[name] = results[name]!;
            delete results[name];
          }
          return { results, kept };
        },
        release: () => session.release(),
      };
    },
  };
}
