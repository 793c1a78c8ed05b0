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
  homes: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
  md5: [
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "25c81989df183df01b3e8a0aad5dffbe",
    "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310",
  ],
});
