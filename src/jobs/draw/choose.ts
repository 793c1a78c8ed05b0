/** Which images a job shows: by index, by label, from picture files. Errors say what there is. */

import { basename } from "node:path";
import { BetalabError, suggest } from "../../base/errors.ts";
import { takeRows } from "../../base/linear-algebra.ts";
import { type ImageArray, type Split, takeImages } from "../../data/index.ts";
import { decodePicture } from "../../data/node.ts";
import type { ImageStack } from "../../figures/index.ts";
import type { Classes } from "../../latent/index.ts";
import type { Vae } from "../../models/index.ts";

export interface Chosen {
  readonly images: ImageArray;
  /** Index in the split, or −1 for a picture of the person's own. */
  readonly indices: readonly number[];
  /** For titles and tables: "7", "7 (label 3)", "holiday.jpg". */
  readonly names: readonly string[];
  /** What a conditional model is given. */
  readonly classes: Classes;
}

/** The first `count` images of a label. Throws "usage" when there is none. */
export function indicesOfLabel({ labels }: Split, name: string, count: number): number[] {
  if (labels === undefined) {
    throw new BetalabError(
      "usage",
      `no images of label "${name}": this data has no labels`,
      "choose images by `index`",
    );
  }
  const { names, values } = labels;
  const wanted = names.indexOf(name);
  if (wanted < 0) throw new BetalabError("usage", `there is no label "${name}"`, suggest(name, names));
  const found: number[] = [];
  for (let i = 0; i < values.length && found.length < count; i++) if (values[i] === wanted) found.push(i);
  if (found.length > 0) return found;
  throw new BetalabError("usage", `the split has no image of label "${name}"`, "try `split` train");
}

/** Images of a split by index. Throws "usage" for one that is not there. */
export function chooseIndices({ images, labels }: Split, indices: readonly number[]): Chosen {
  const { count } = images;
  const stranger = indices.find((i) => !(Number.isInteger(i) && i >= 0 && i < count));
  if (stranger !== undefined) {
    const has = `the split has ${count}: 0 to ${count - 1}`;
    throw new BetalabError("usage", `there is no image ${stranger}`, has);
  }
  return {
    images: takeImages(images, indices),
    indices,
    names: indices.map((i) => (labels === undefined ? `${i}` : `${i} (${labels.names[labels.values[i]!]})`)),
    classes: labels && indices.map((i) => labels.values[i]!),
  };
}

/**
 * A person's own pictures, cropped and resized to what the model takes. A conditional model needs their class.
 * Throws "data" naming the file that can't be read.
 */
export async function choosePictures(
  vae: Vae,
  paths: readonly string[],
  className?: string,
): Promise<Chosen> {
  const shape = vae.image as { height: number; width: number; channels: 1 | 3 };
  const size = shape.height * shape.width * shape.channels;
  const pixels = new Uint8Array(paths.length * size);
  for (const [i, path] of paths.entries()) {
    try {
      pixels.set((await decodePicture(path, { ...shape, background: "white" })).pixels, i * size);
    } catch (cause) {
      const why = (cause as Error).message;
      throw new BetalabError("data", `can't read the picture ${path}: ${why}`, undefined, { cause });
    }
  }
  return {
    images: { count: paths.length, ...shape, pixels },
    indices: paths.map(() => -1),
    names: paths.map((path) => basename(path)),
    classes: vae.classes && new Array<number>(paths.length).fill(classIndex(vae, className)),
  };
}

/** The images `order` of a stack. */
export function pick<T extends ImageStack>(images: T, order: readonly number[]): T {
  const pixels = takeRows(images.pixels, images.height * images.width * images.channels, order);
  return { ...images, count: order.length, pixels };
}

/** The index of a conditional model's class. Throws "usage" when none was named or it doesn't exist. */
export function classIndex(vae: Vae, name: string | undefined): number {
  const names = vae.classes ?? [];
  const found = name === undefined ? -1 : names.indexOf(name);
  if (found >= 0) return found;
  const problem =
    name === undefined ? "this model is conditional: it needs a class" : `there is no class "${name}"`;
  throw new BetalabError("usage", problem, `\`class\`: one of ${names.join(", ")}`);
}

/** Classes for `count` latents from the prior: the one that was named, or all in turn. */
export function priorClasses(vae: Vae, count: number, className: string | undefined): Classes {
  if (vae.classes === undefined) {
    if (className === undefined) return undefined;
    throw new BetalabError("usage", "this model is not conditional: it has no classes", "leave `class` out");
  }
  if (className !== undefined) return new Array<number>(count).fill(classIndex(vae, className));
  return Array.from({ length: count }, (_, i) => i % vae.classes!.length);
}

export function joinChosen(...parts: readonly Chosen[]): Chosen {
  const pixels = new Uint8Array(Buffer.concat(parts.map(({ images }) => images.pixels)));
  const indices = parts.flatMap((part) => [...part.indices]);
  return {
    images: { ...parts[0]!.images, count: indices.length, pixels },
    indices,
    names: parts.flatMap((part) => [...part.names]),
    classes: parts.every(({ classes }) => classes !== undefined)
      ? parts.flatMap(({ classes }) => Array.from(classes!))
      : undefined,
  };
}
