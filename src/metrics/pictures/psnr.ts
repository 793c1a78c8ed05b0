/**
 * The peak signal-to-noise ratio of a picture, in decibels: 10·log₁₀(1/MSE), the mean of squared differences over all pixels
 * and channels. Infinite for two equal ones.
 *
 * @param one pixels in [0, 1], of the same shape as `other`
 */
export function psnr(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < one.length; i++) squares += (one[i]! - other[i]!) ** 2;
  return 10 * Math.log10(one.length / squares);
}
