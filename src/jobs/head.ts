/** The head of a record about a model's weights. */

import { JOB_RECORD_FORMAT } from "../runs/index.ts";
import { type OpenModel, versions, weightsHash } from "../trained/index.ts";

export function headOf(opened: OpenModel) {
  const { name, step } = opened;
  return {
    format: JOB_RECORD_FORMAT,
    run: name,
    software: { betalab: versions().betalab },
    checkpoint: { step, hash: weightsHash(opened) },
    measuredAt: new Date().toISOString(),
  } as const;
}
