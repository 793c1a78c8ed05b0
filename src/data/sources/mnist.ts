/**
 * `mnist`: handwritten digits, 60 000 to train and 10 000 held out, 28×28 grey (LeCun, Cortes and Burges).
 */

import { mnistLike } from "./mnist-like.ts";

export const mnist = mnistLike({
  name: "mnist",
  title: "MNIST",
  summary: "handwritten digits, 28×28 grey, 60 000 + 10 000",
  folder: "MNIST",
  labelNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  homes: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
  published: [
    [9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"],
    [28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"],
    [1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"],
    [4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"],
  ],
});
