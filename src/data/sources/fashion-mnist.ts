/**
 * `fashion-mnist`: articles of clothing in MNIST's format (Xiao, Rasul and Vollgraf, arXiv:1708.07747).
 */

import { mnistLike } from "./mnist-like.ts";

export const fashionMnist = mnistLike({
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  summary: "articles of clothing, 28×28 grey, 60 000 + 10 000",
  folder: "FashionMNIST",
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
  homes: [
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
  ],
  published: [
    [26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"],
    [29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"],
    [4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"],
    [5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"],
  ],
});
