/** `mat`: images in a file of MATLAB's, such as Frey's faces, Omniglot's characters or SVHN. */

import { openMat } from "../formats/mat.ts";
import { arraySource } from "./array-source.ts";

export const mat = arraySource({
  name: "mat",
  summary: "images in a MAT file (.mat) of version 5 to 7.3; the last dimension commonly counts them",
  what: "a .mat file",
  files: /\.mat$/i,
  open: openMat,
});
