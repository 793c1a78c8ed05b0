/** The head of a record about a model's weights. */

import { version } from "../base/version.ts";
import { JOB_RECORD_FORMAT } from "../runs/index.ts";
import { type OpenModel, weightsHash } from "../trained/index.ts";

export function headOf(opened: OpenModel) {
  const { name, step } = opened;
  return {
    format: JOB_RECORD_FORMAT,
    run: name,
    software: { betalab: version() },
    checkpoint: { step, hash: weightsHash(opened) },
    measuredAt: new Date().toISOString(),
  } as const;
}
