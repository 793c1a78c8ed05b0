/** A trained model as the explorer asks it, wherever it runs: a worker of the report, the playground's trainer. */

export interface Posterior {
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}

export interface Codec {
  /** One latent → uint8 `[height, width, channel]`. */
  decode(latent: Float32Array, label: number): Promise<Uint8Array>;
  /** One image → its posterior. */
  encode(pixels: Uint8Array, label: number): Promise<Posterior>;
}
