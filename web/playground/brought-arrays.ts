/** Arrays that a person drops on the page, as a set of images. */

import { formatShort } from "../../src/base/format.ts";
import { likelyRange, type SideArray } from "../../src/data/web.ts";
import type { BroughtData } from "./lab/protocol.ts";

/** Images of arrays that were brought: the largest of three axes or more, and its labels. Throws an Error where there are none. */
export function fromArrays(arrays: readonly { name: string; array: SideArray }[]): {
  data: BroughtData;
  notes: string[];
} {
  const numeric = arrays.filter(({ array }) => array.numbers !== undefined && array.shape.length >= 3);
  const images = numeric.sort((a, b) => size(b.array) - size(a.array))[0];
  if (images === undefined) {
    const found = arrays.map(({ name, array }) => `${name} is [${array.shape.join(", ")}]`).join("; ");
    throw new Error(`there is no array of images, [count, height, width]: ${found}`);
  }
  const { shape, numbers = [] } = images.array;
  const count = shape[0]!;
  const labels = arrays.find(({ array }) => array.shape.length === 1 && array.shape[0] === count)?.array;
  const values =
    numbers instanceof Uint8Array || numbers instanceof Float64Array ? numbers : Float32Array.from(numbers);
  const range = likelyRange(values instanceof Uint8Array ? "uint8" : "float32", values);
  return {
    data: {
      name: images.name,
      images: values,
      shape,
      range,
      ...(labels && { labels: labels.text ?? Array.from(labels.numbers ?? []) }),
    },
    notes: [
      `${images.name}: ${count} images of ${shape.slice(1).join(" × ")}, ${formatShort(range[0])}…${formatShort(range[1])}${labels ? ", with labels" : ""}`,
    ],
  };
}

const size = ({ shape }: SideArray): number => shape.reduce((product, one) => product * one, 1);
