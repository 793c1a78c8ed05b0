/** How the kernel of a convolution moves over the image. */

/** How the kernel moves: the same in both directions. */
export interface Window {
  readonly stride: number;
  readonly padding: number;
}

/** A window of a transposed convolution, with rows and columns added to its end: below the stride, 0 by default. */
export interface TransposedWindow extends Window {
  readonly outputPadding?: number | readonly [number, number];
}

/** Window plus the spatial size of the operand that the gradient is for. */
export interface SizedWindow extends Window {
  readonly height: number;
  readonly width: number;
}
