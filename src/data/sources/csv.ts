/** `csv`: one image a row, as Kaggle has MNIST, with or without a line of names and a column `label`. */

import { openCsv } from "../formats/csv.ts";
import { arraySource } from "./array-source.ts";

export const csv = arraySource({
  name: "csv",
  summary: "one image a row of a CSV, as Kaggle has MNIST, perhaps with a column of labels",
  what: "a .csv file",
  files: /\.(csv|tsv)(\.gz)?$/i,
  open: openCsv,
});
