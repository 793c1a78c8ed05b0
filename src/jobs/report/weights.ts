/** The weights of a model's halves as a page carries them. */

import { encodeSafetensors } from "../../base/safetensors.ts";
import type { Half } from "../../latent/index.ts";
import type { OpenModel } from "../../trained/index.ts";

/** By name, as safetensors. */
export function weightsOf({ state }: OpenModel, halves: readonly Half[]): Uint8Array {
  const weights = halves.flatMap((half) =>
    half.weights.map(({ name, shape }) => [name, { dtype: "F32", shape, data: state.get(name) }] as const),
  );
  return encodeSafetensors(Object.fromEntries(weights));
}
