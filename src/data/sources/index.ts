/** The data sources that ship, in the order in which `data list` shows them: a new one is a file and a line here. */

import type { z } from "zod";
import type { SectionSchema } from "../section.ts";
import { cars3d } from "./cars3d.ts";
import { cifar } from "./cifar.ts";
import { csv } from "./csv.ts";
import { digits } from "./digits.ts";
import { dsprites } from "./dsprites.ts";
import { fashionMnist } from "./fashion-mnist.ts";
import { folder } from "./folder.ts";
import { hdf5 } from "./hdf5.ts";
import { idx } from "./idx.ts";
import { mat } from "./mat.ts";
import { mnist } from "./mnist.ts";
import { mpi3d } from "./mpi3d.ts";
import { npz } from "./npz.ts";
import { parquet } from "./parquet.ts";
import { shapes3d } from "./shapes3d.ts";
import { smallnorb } from "./smallnorb.ts";
import { sprites } from "./sprites.ts";
import { stl10 } from "./stl10.ts";

export const sources = [
  sprites,
  digits,
  mnist,
  fashionMnist,
  cifar,
  stl10,
  dsprites,
  smallnorb,
  cars3d,
  shapes3d,
  mpi3d,
  folder,
  parquet,
  npz,
  hdf5,
  mat,
  idx,
  csv,
] as const;

/** The section `data` of the sources that ship, as a person writes it. */
export type DataConfigInput = z.input<SectionSchema<(typeof sources)[number]>>;
