/**
 * `mnist`: handwritten digits, 60 000 to train and 10 000 held out, 28×28 grey (LeCun, Cortes and Burges).
 */

import { mnistLike } from "./mnist-like.ts";

export const mnist = mnistLike({
  name: "mnist",
  title: "MNIST",
  summary: "handwritten digits, 28×28 grey, 60 000 + 10 000",
  labelNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
});
