/** The part of gifenc that is used; it has no types of its own. */
declare module "gifenc" {
  type Color = readonly [red: number, green: number, blue: number];

  interface FrameOptions {
    /** The first frame's becomes that of the file. */
    readonly palette?: readonly Color[];
    /** Milliseconds; stored in hundredths of a second. */
    readonly delay?: number;
    /** 0: for ever. −1: once. */
    readonly repeat?: number;
    readonly colorDepth?: number;
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** 1: what is drawn stays. */
    readonly dispose?: number;
  }

  interface Encoder {
    writeFrame(indices: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  interface Gifenc {
    GIFEncoder(): Encoder;
    /** Colours that stand for the pixels of `rgba`. */
    quantize(rgba: Uint8Array, maxColors: number): [number, number, number][];
    /** Each pixel of `rgba` as the index of its nearest colour. */
    applyPalette(rgba: Uint8Array, palette: readonly Color[]): Uint8Array;
  }

  // Node loads its CommonJS build, whose exports are the default; bundlers the other, where they have names.
  const gifenc: Gifenc;
  export default gifenc;
  export const GIFEncoder: Gifenc["GIFEncoder"] | undefined;
  export const quantize: Gifenc["quantize"];
  export const applyPalette: Gifenc["applyPalette"];
}
