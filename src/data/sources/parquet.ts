/** `parquet`: encoded pictures in Parquet files, as Hugging Face's data sets have them; one file, or a folder of them. */

import { basename } from "node:path";
import { z } from "zod";
import { scanParquet } from "../folder/parquet.ts";
import { refuseOther } from "../formats/recognise.ts";
import { source } from "../source.ts";
import { filesAt, notFound } from "./find.ts";
import { openPictures, pictureOptions } from "./pictures.ts";

const obtain = "name a .parquet file, or a folder of them, in data.path or `data`";
const parquetName = /\.parquet$/i;

export const parquet = source({
  name: "parquet",
  summary: "encoded pictures in Parquet files, as Hugging Face's data sets have them, with their labels",
  obtain,
  options: z.strictObject(pictureOptions),
  locate: ({ dataDirectory }) => filesAt(dataDirectory, parquetName).find((path) => parquetName.test(path)),
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    const paths = filesAt(place, parquetName);
    if (place === undefined || paths.length === 0) throw notFound("Parquet files", [place], obtain);
    for (const path of paths) refuseOther(path, "parquet", "a Parquet file");
    return openPictures(
      `pictures in ${basename(place)}`,
      place,
      await scanParquet(paths, context),
      options,
      context,
    );
  },
});
