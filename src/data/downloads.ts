/** Which sets `data fetch` knows, their public homes, and the checksums they were published with. Data only. */

import { dspritesFile } from "./sources/dsprites.ts";

export interface DownloadFile {
  readonly name: string;
  /** Hex md5: what was published with these sets. It tells a damaged file, it is no protection against malice. */
  readonly md5: string;
}

export interface Download {
  readonly title: string;
  /** Folders that each hold all the files, tried in this order; each ends with a slash. */
  readonly homes: readonly string[];
  readonly files: readonly DownloadFile[];
}

const mnistNames = [
  "train-images-idx3-ubyte.gz",
  "train-labels-idx1-ubyte.gz",
  "t10k-images-idx3-ubyte.gz",
  "t10k-labels-idx1-ubyte.gz",
];

function withSums(sums: readonly string[]): DownloadFile[] {
  return mnistNames.map((name, i) => ({ name, md5: sums[i]! }));
}

export const downloads: Readonly<Record<string, Download>> = {
  mnist: {
    title: "MNIST",
    homes: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: withSums([
      "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      "d53e105ee54ea40749a09fcbcd1e9432",
      "9fb629c4189551a2d022fa330f9573f3",
      "ec29112dd5afa0611ce80d1b7f02629c",
    ]),
  },
  "fashion-mnist": {
    title: "Fashion-MNIST",
    homes: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
    files: withSums([
      "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      "25c81989df183df01b3e8a0aad5dffbe",
      "bef4ecab320f06d8554ea6380940ec79",
      "bb300cfdad3c16e7a12a480ee83cd310",
    ]),
  },
  dsprites: {
    title: "dSprites",
    homes: [
      "https://raw.githubusercontent.com/google-deepmind/dsprites-dataset/master/",
      "https://github.com/google-deepmind/dsprites-dataset/raw/master/",
    ],
    files: [{ name: dspritesFile, md5: "7da33b31b13a06f4b04a70402ce90c2e" }],
  },
};
