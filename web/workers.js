/**
 * Workers as chunks of the same build: what a page and its worker both use is fetched once. Vite alone would bundle each worker by
 * itself, with all that it imports.
 */
import { dirname, resolve } from "node:path";

const started = /new Worker\(\s*new URL\("(\.[^"]+)", import\.meta\.url\)/g;

/** A plugin for vite; it needs `build.modulePreload: false`, whose helper looks for a document. */
export function workers() {
  return {
    name: "betalab-workers",
    enforce: "pre",
    transform(code, id) {
      if (!started.test(code)) return undefined;
      return code.replace(started, (_, path) => {
        const chunk = this.emitFile({ type: "chunk", id: resolve(dirname(id), path) });
        return `new Worker(import.meta.ROLLUP_FILE_URL_${chunk}`;
      });
    },
  };
}
