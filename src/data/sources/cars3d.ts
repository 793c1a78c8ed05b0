/**
 * `cars3d`: 183 cars from four elevations and twenty-four azimuths, 128×128 in colour (Reed, Zhang, Zhang and Lee, 2015),
 * a MAT file for each car.
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { readPublished } from "../arrays/read.ts";
import { heldArray, type StoredArray } from "../formats/array-file.ts";
import { openMat } from "../formats/mat.ts";
import { lengthOf } from "../formats/numbers.ts";
import { hashFile } from "../formats/streams.ts";
import { heldOutOption, pathOption, targetSizeOption } from "../options.ts";
import { source } from "../source.ts";
import { naturalOrder } from "../tables/names.ts";
import { filesAt, isDirectory, notFound, placesFor } from "./find.ts";

const obtain =
  "betalab data fetch cars3d, or unpack nips2015-analogy-data.tar.gz and name its folder data/cars by `data`";

export const cars3d = source({
  name: "cars3d",
  summary: "cars from all sides with their three factors, 128×128 in colour, 17 568 images",
  obtain,
  options: z.strictObject({ path: pathOption, heldOut: heldOutOption, size: targetSizeOption }),
  download: {
    title: "Cars3D",
    homes: ["http://www.scottreed.info/files/"],
    files: [{ name: "nips2015-analogy-data.tar.gz", md5: "4e866a7919c1beedf53964e6f7a23686" }],
    members: /(^|\/)cars\/car_\d+[^/]*\.mat$/,
  },
  locate: (context) => placesFor("cars3d", undefined, context).find((place) => carsIn(place).length > 0),
  async open({ path, size }, context) {
    const places = placesFor("cars3d", path, context);
    const cars = places.map(carsIn).find((found) => found.length > 0);
    if (cars === undefined) throw notFound("the MAT files of Cars3D", places, obtain);
    const hash = createHash("sha256");
    const arrays: StoredArray[] = [];
    for (const car of cars) {
      hash.update(await hashFile(car, context));
      const file = await openMat(car);
      if (!file.names.includes("im"))
        throw new BetalabError("data", `${car}: not a car: it lacks the array im`);
      const array = await file.open("im");
      const other = arrays[0] ?? array;
      if (array.shape.length !== 5 || array.shape.join() !== other.shape.join() || array.itemSize !== 1) {
        const shown = array.shape.join(" × ");
        throw new BetalabError(
          "data",
          `${car}: ${shown}, not [height, width, channel, azimuth, elevation] of bytes as the others`,
        );
      }
      arrays.push(array);
    }
    const { shape } = arrays[0]!;
    const [azimuths, elevations] = shape.slice(3) as [number, number];
    const count = azimuths * elevations * cars.length;
    const images: StoredArray = {
      ...arrays[0]!,
      label: "Cars3D",
      shape: [...shape, cars.length],
      async *chunks() {
        for (const array of arrays) yield* array.chunks();
      },
    };
    const factors = Int32Array.from({ length: 3 * count }, (_, i) => {
      const image = Math.floor(i / 3);
      const car = Math.floor(image / (azimuths * elevations));
      return [Math.floor(image / azimuths) % elevations, image % azimuths, car][i % 3]!;
    });
    const part = {
      images,
      factors: heldArray("Cars3D's factors", [count, 3], [factors]),
      factorNames: ["elevation", "azimuth", "object_type"],
    };
    const decisive = size ?? lengthOf(shape);
    return readPublished("Cars3D", { all: part }, { size }, { hash, decisive }, context);
  },
});

function carsIn(place: string): string[] {
  return [place, join(place, "cars"), join(place, "data", "cars")]
    .filter(isDirectory)
    .map((folder) => filesAt(folder, /^car_\d+.*\.mat$/i).sort(naturalOrder))
    .reduce((first, found) => (first.length > 0 ? first : found), []);
}
