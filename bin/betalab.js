#!/usr/bin/env node
import { existsSync } from "node:fs";

// In a clone the compiled code is made by `npm run build`; the published package ships it.
const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("betalab is not built yet: run `npm ci && npm run build` in its folder\n");
  process.exitCode = 1;
}
