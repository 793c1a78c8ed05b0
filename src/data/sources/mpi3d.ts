/**
 * `mpi3d`: a robot's arm with an object, 64×64 in colour, every combination of seven factors once (Gondal et al., 2019,
 * arXiv:1906.03292). Fetched is the rendered version, `mpi3d_toy`; the realistic and the real one are read as well.
 */

import { openArrays } from "../formats/npz.ts";
import { gridSource } from "./grid-source.ts";

export const mpi3d = gridSource({
  name: "mpi3d",
  title: "MPI3D",
  summary: "MPI3D: a robot's arm with its seven factors, 64×64 in colour, 1 036 800 images",
  homes: ["https://storage.googleapis.com/disentanglement_dataset/Final_Dataset/"],
  file: { name: "mpi3d_toy.npz", md5: "55889cb7c7dfc655d6e0277beee88868" },
  open: openArrays,
  factors: {
    object_color: 6,
    object_shape: 6,
    object_size: 2,
    camera_height: 3,
    background_color: 3,
    horizontal_axis: 40,
    vertical_axis: 40,
  },
});
