/**
 * Learned perceptual image patch similarity (Zhang et al. 2018): at each place of each feature map both pictures' channels are
 * divided by their length, their squared differences weighed and summed, and the places' mean taken; the maps are summed.
 * Without weights it is the paper's baseline, every channel counting 1.
 */

/** One layer's maps of a picture, `[channel, place]`. */
export interface FeatureMap {
  readonly channels: number;
  readonly values: Float32Array;
  /** Of the channels, from the linear layers that were learned. */
  readonly weights?: readonly number[] | undefined;
}

/** Of the reference implementation, against division by zero. */
const EPSILON = 1e-10;

export function lpips(one: readonly FeatureMap[], other: readonly FeatureMap[]): number {
  let distance = 0;
  for (const [layer, { channels, values, weights }] of one.entries()) {
    const theirs = other[layer]!.values;
    const places = values.length / channels;
    for (let place = 0; place < places; place++) {
      let [mine, others] = [0, 0];
      for (let c = 0; c < channels; c++) {
        mine += values[c * places + place]! ** 2;
        others += theirs[c * places + place]! ** 2;
      }
      const [a, b] = [Math.sqrt(mine) + EPSILON, Math.sqrt(others) + EPSILON];
      for (let c = 0; c < channels; c++) {
        const difference = values[c * places + place]! / a - theirs[c * places + place]! / b;
        distance += ((weights?.[c] ?? 1) * difference ** 2) / places;
      }
    }
  }
  return distance;
}
