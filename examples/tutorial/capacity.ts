/** Step 14: a KL that is held where it is wanted. */

/** Burgess 2018: reconstruction + γ·|KL − C|, in nats per image. */
export function capacityObjective(
  reconstruction: number,
  kl: number,
  gamma: number,
  capacity: number,
): number {
  //#region yours
  return reconstruction + gamma * Math.abs(kl - capacity);
  //#endregion
}
