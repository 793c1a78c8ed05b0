/**
 * `fashion-mnist`: articles of clothing in MNIST's format (Xiao, Rasul and Vollgraf, arXiv:1708.07747).
 */

import { mnistLike } from "./mnist-like.ts";

export const fashionMnist = mnistLike({
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  summary: "articles of clothing, 28×28 grey, 60 000 + 10 000",
  labelNames: [
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
  ],
});
