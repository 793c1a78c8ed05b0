/** A process of its own that tries one device; prints what is wrong and, a line below, what helps; or nothing. Started by `doctor.ts`. */

import { BetalabError } from "../base/errors.ts";
import type { Device } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";

try {
  await createRuntime({ device: process.argv[2] as Device });
} catch (error) {
  const { message, hint } =
    error instanceof BetalabError ? error : { message: String(error), hint: undefined };
  const lines = [message.replace(/^device "\w+" does not work here: /, "").split("\n")[0]!, hint ?? ""];
  process.stdout.write(lines.join("\n"));
}
