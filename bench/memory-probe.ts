/** Loaded before the command line (`node --import`): writes the process's largest resident size when it ends. */

import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const file = process.env.BETALAB_BENCH_PEAK;
  // Kilobytes on every system that Node supports.
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
});
