/**
 * Structural similarity (Wang, Bovik, Sheikh & Simoncelli 2004): of every 11×11 window, weighed by a Gaussian of σ = 1.5,
 * (2μxμy + C₁)(2σxy + C₂) / ((μx² + μy² + C₁)(σx² + σy² + C₂)), C = (K·1)² with K₁ = 0.01 and K₂ = 0.03 on pixels in [0, 1]; moments
 * are of the window itself, not estimates. Only windows that lie wholly within the picture count, and their mean is the
 * value; of colours, the mean over the channels.
 */

const RADIUS = 5;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** The side below which a picture holds no window. */
export const SMALLEST_SSIM = 2 * RADIUS + 1;

const kernel = (() => {
  const values = Float64Array.from({ length: SMALLEST_SSIM }, (_, i) =>
    Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
})();

/** x, y, x², y² and xy of each pixel. */
type Moments = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/**
 * From −1 to 1, 1 for two equal pictures; NaN for a side of less than 11 pixels.
 *
 * @param one `[height, width, channel]` in [0, 1], as `other`
 */
export function ssim(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
): number {
  if (Math.min(height, width) < SMALLEST_SSIM) return Number.NaN;
  const area = height * width;
  const moments = Array.from({ length: 5 }, () => new Float64Array(area)) as Moments;
  const [x, y, xx, yy, xy] = moments;
  let total = 0;
  let windows = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < area; i++) {
      const [a, b] = [one[i * channels + channel]!, other[i * channels + channel]!];
      x[i] = a;
      y[i] = b;
      xx[i] = a * a;
      yy[i] = b * b;
      xy[i] = a * b;
    }
    const [mx, my, mxx, myy, mxy] = moments.map((map) => filtered(map, height, width)) as Moments;
    for (let i = 0; i < mx.length; i++) {
      const [product, squares] = [mx[i]! * my[i]!, mx[i]! ** 2 + my[i]! ** 2];
      const [covariance, variances] = [mxy[i]! - product, mxx[i]! + myy[i]! - squares];
      total += ((2 * product + C1) * (2 * covariance + C2)) / ((squares + C1) * (variances + C2));
    }
    windows += mx.length;
  }
  return total / windows;
}

/** The Gaussian mean of every whole window, `[height − 10, width − 10]`: first along rows, then along columns. */
function filtered(map: Float64Array, height: number, width: number): Float64Array {
  const [rows, columns] = [height - 2 * RADIUS, width - 2 * RADIUS];
  const along = new Float64Array(height * columns);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < SMALLEST_SSIM; k++) sum += kernel[k]! * map[i * width + j + k]!;
      along[i * columns + j] = sum;
    }
  }
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < SMALLEST_SSIM; k++) sum += kernel[k]! * along[(i + k) * columns + j]!;
      result[i * columns + j] = sum;
    }
  }
  return result;
}
