/** Step 12: a weight for each latent's KL that steers it towards λ nats. */

export interface FreeBits {
  /** Nats that a latent should carry. */
  readonly lambda: number;
  /** Within (1 ± τ)·λ a weight rests. */
  readonly tolerance: number;
  /** A weight is multiplied by 1 − r or 1 + r. */
  readonly rate: number;
}

/** The next weight of a latent that carries `kl` nats under the weight `gamma`; weights stay within [0, 1]. */
export function nextGamma(gamma: number, kl: number, { lambda, tolerance, rate }: FreeBits): number {
  //#region yours
  if (kl < (1 - tolerance) * lambda) return gamma * (1 - rate);
  if (kl > (1 + tolerance) * lambda) return Math.min(1, gamma * (1 + rate));
  return gamma;
  //#endregion
}
