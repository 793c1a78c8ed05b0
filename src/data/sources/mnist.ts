/**
 * `mnist`: handwritten digits, 60 000 to train and 10 000 held out, 28×28 grey (LeCun, Cortes and Burges).
 */

import { mnistLike } from "./mnist-like.ts";

export const mnist = mnistLike({
  name: "mnist",
  title: "MNIST",
  summary: "handwritten digits, 28×28 grey, 60 000 + 10 000",
  labelNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  homes: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
  md5: [
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "d53e105ee54ea40749a09fcbcd1e9432",
    "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c",
  ],
});
