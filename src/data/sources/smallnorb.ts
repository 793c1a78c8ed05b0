/**
 * `smallnorb`: 48 600 toys in five categories from nine elevations and eighteen azimuths under six lights, 96×96 grey
 * (LeCun, Huang and Bottou, 2004), in its own matrix files, plain or gzip. Of each pair the left camera's picture.
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import type { ArrayPart } from "../arrays/part.ts";
import { readPublished } from "../arrays/read.ts";
import { heldArray, NotRead, requireHeld, type StoredArray } from "../formats/array-file.ts";
import { lengthOf } from "../formats/numbers.ts";
import { streamedArray } from "../formats/streamed-array.ts";
import { contentLimit, fileChunks, hashFile, wholeItems } from "../formats/streams.ts";
import { publishedOptions } from "../options.ts";
import type { Parts } from "../parts.ts";
import { source } from "../source.ts";
import { filesAt, notFound, placesFor } from "./find.ts";

const obtain = "betalab data fetch smallnorb, or name the folder with the six -mat files by `data`";
const home = "https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/";
const factorNames = ["category", "instance", "elevation", "azimuth", "lighting"];
const categories = ["animal", "human", "airplane", "truck", "car"];

/** Length and sha256 of each file. */
const published = [
  ["training-dat", 131_896_188, "5ffd6272a07d32695ee1082a26a41a93a37aab8c28da047f8c34ed348d214873"],
  ["training-cat", 348, "2784e542c1922060691090952b6cd6278879a216c90f81476f0f00256d42cdaa"],
  ["training-info", 71_052, "de7eb932ebe7a4ee16217fead60660d0eb3d23632c2f4d1c51f88c501c17bf32"],
  ["testing-dat", 130_799_817, "cf7104eed3e51174d2f65b66d1e5878b9da233b886f161b0d88f4510ba2c7474"],
  ["testing-cat", 347, "ecaf6d5bb8c3bc5eab9cf0258f6d2198dd474e016e374836fc097f2e5ff509ff"],
  ["testing-info", 10_428, "16adf314226327ee006d1a44db8cfef52773c06c829951d5653a9f6f310248a2"],
] as const;

export const smallnorb = source({
  name: "smallnorb",
  summary: "toys from all sides in all lights with their five factors, 96×96 grey, 24 300 + 24 300",
  obtain,
  options: z.strictObject(publishedOptions),
  download: {
    title: "smallNORB",
    homes: [home],
    files: published.map(([kind, bytes, sha256]) => {
      const instances = kind.startsWith("training") ? "46789" : "01235";
      return { name: `smallnorb-5x${instances}x9x18x6x2x96x96-${kind}.mat.gz`, bytes, sha256 };
    }),
  },
  locate: (context) =>
    placesFor("smallnorb", undefined, context).find((place) => filesIn(place, "training") !== undefined),
  async open(options, context) {
    const places = placesFor("smallnorb", options.path, context);
    const place = places.find((one) => filesIn(one, "training") !== undefined);
    if (place === undefined) throw notFound("smallNORB's files", places, obtain);
    const parts: Parts<ArrayPart> = {};
    const hash = createHash("sha256");
    for (const [name, word] of [
      ["train", "training"],
      ["test", "testing"],
    ] as const) {
      const files = filesIn(place, word);
      if (!files) continue;
      for (const path of files) hash.update(await hashFile(path, context));
      parts[name] = await readPart(files);
    }
    const decisive = [options.size, options.split];
    return readPublished("smallNORB", parts, options, { hash, decisive }, context);
  },
});

type Three = readonly [pictures: string, categories: string, information: string];

function filesIn(place: string, word: string): Three | undefined {
  const found = ["dat", "cat", "info"].map(
    (kind) => filesAt(place, new RegExp(`${word}-${kind}\\.mat(\\.gz)?$`))[0],
  );
  return found.includes(undefined) || found[0] === found[1] ? undefined : (found as unknown as Three);
}

async function readPart([pictures, category, information]: Three): Promise<ArrayPart> {
  const [images, classes, rest] = [
    await openMatrix(pictures),
    await wholeMatrix(category),
    await wholeMatrix(information),
  ];
  const [count = 0, two] = images.shape;
  if (images.shape.length !== 4 || two !== 2 || classes.length !== count || rest.length !== 4 * count) {
    throw new BetalabError(
      "data",
      `${pictures}: not smallNORB: ${images.shape.join(" × ")}, with ${classes.length} categories`,
    );
  }
  const factors = Int32Array.from({ length: 5 * count }, (_, i) =>
    i % 5 === 0 ? classes[i / 5]! : rest[4 * Math.floor(i / 5) + (i % 5) - 1]!,
  );
  const [height, width] = images.shape.slice(2) as [number, number];
  return {
    images: {
      ...images,
      shape: [count, height, width],
      async *chunks() {
        const pair = 2 * height * width;
        for await (const pairs of wholeItems(images.chunks(), pair)) {
          for (let at = 0; at < pairs.length; at += pair) yield pairs.subarray(at, at + pair / 2);
        }
      },
    },
    labels: heldArray(basename(category), [count], [classes]),
    labelNames: categories,
    factors: heldArray(basename(information), [count, 5], [factors]),
    factorNames,
  };
}

/** A matrix file: a magic number, the number of dimensions, the dimensions (three at least), the values; little-endian. */
function openMatrix(path: string): Promise<StoredArray> {
  const label = basename(path);
  return streamedArray(
    label,
    () => fileChunks(path),
    async (reader) => {
      const view = new DataView((await reader.take(8, "the header")).buffer);
      const name = { 85: "uint8", 84: "int32" }[view.getUint8(0)] as "uint8" | "int32" | undefined;
      const rank = view.getUint32(4, true);
      if (view.getUint32(0, true) >>> 8 !== 0x1e3d4c || rank < 1 || rank > 8)
        throw new BetalabError("data", `${label}: not a matrix of smallNORB`);
      if (!name)
        throw new NotRead(`${label}: values of its type are not read; bytes and 32-bit integers are`);
      const sizes = new DataView((await reader.take(4 * Math.max(3, rank), "the header")).buffer);
      const shape = Array.from({ length: rank }, (_, i) => sizes.getUint32(4 * i, true));
      const itemSize = name === "int32" ? 4 : 1;
      requireHeld(label, lengthOf(shape) * itemSize, contentLimit(path));
      return { type: { name }, itemSize, shape };
    },
  );
}

async function wholeMatrix(path: string): Promise<Int32Array> {
  const matrix = await openMatrix(path);
  if (matrix.itemSize !== 4) throw new BetalabError("data", `${path}: not 32-bit integers`);
  return (await matrix.whole()).numbers as Int32Array;
}
