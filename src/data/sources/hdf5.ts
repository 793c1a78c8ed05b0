/** `hdf5`: images in an HDF5 file, read by slices. */

import { openHdf5 } from "../formats/hdf5.ts";
import { arraySource } from "./array-source.ts";

export const hdf5 = arraySource({
  name: "hdf5",
  summary: "images in an HDF5 file (.h5, .hdf5), read by slices however large it is",
  what: "an .h5 or .hdf5 file",
  files: /\.(h5|hdf5|hdf)$/i,
  open: (path) => openHdf5(path),
});
