/** `npz`: images in a numpy file, `.npz` or `.npy`. */

import { openArrays } from "../formats/npz.ts";
import { arraySource } from "./array-source.ts";

export const npz = arraySource({
  name: "npz",
  summary: "images in a numpy file, .npz or .npy; the keys of dSprites, Keras and MedMNIST are known",
  what: "a .npz or .npy file",
  files: /\.np[zy]$/i,
  open: openArrays,
});
