/**
 * `shapes3d`: 480 000 pictures of a shape in a room, 64×64 in colour, every combination of six factors once (Burgess and
 * Kim, 2018), as published in one HDF5 file.
 */

import { openHdf5 } from "../formats/hdf5.ts";
import { gridSource } from "./grid-source.ts";

export const shapes3d = gridSource({
  name: "shapes3d",
  title: "3DShapes",
  summary: "3DShapes: a shape in a room with its six factors, 64×64 in colour, 480 000 images",
  homes: ["https://storage.googleapis.com/3d-shapes/"],
  file: {
    name: "3dshapes.h5",
    bytes: 267_573_662,
    sha256: "0a0f6ed98baff276a50f3a081a7434d788da63cb135a98189b2a5b5769be1785",
  },
  open: openHdf5,
  factors: { floor_hue: 10, wall_hue: 10, object_hue: 10, scale: 8, shape: 4, orientation: 15 },
});
