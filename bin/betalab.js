#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";

// From Node 22 on compiled code is kept between two starts.
module.enableCompileCache?.();
// In a clone the compiled code is made by `npm run build`; the published package ships it.
const entry = new URL("../dist/node/cli-main.js", import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  await main();
} else {
  process.stderr.write("betalab is not built yet: run `npm ci && npm run build` in its folder\n");
  process.exitCode = 1;
}
