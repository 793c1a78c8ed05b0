/** Step 11: β that rises while the model learns. */

/** β in epoch `epoch` of `epochs`, counted from 1: a step each epoch, 1 in the last one. */
export function scheduledBeta(epoch: number, epochs: number): number {
  //#region yours
  return epoch / epochs;
  //#endregion
}
