/** A process of its own that tries one device; prints as JSON what computes on it, or what is wrong and what helps. Started by `doctor.ts`. */

import { BetalabError } from "../base/errors.ts";
import type { Device } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import type { Tried } from "./doctor.ts";

async function tryOut(device: Device): Promise<Omit<Tried, "name">> {
  try {
    const { description: engine, note: remedy } = await createRuntime({ device });
    return { works: true, engine, remedy };
  } catch (error) {
    const { message, hint: remedy } =
      error instanceof BetalabError ? error : { message: String(error), hint: undefined };
    const detail = message.replace(/^device "\w+" does not work here: /, "").split("\n")[0]!;
    return { works: false, detail, remedy };
  }
}

process.stdout.write(JSON.stringify(await tryOut(process.argv[2] as Device)));
