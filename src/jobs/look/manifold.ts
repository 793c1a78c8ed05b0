/** `betalab manifold`: the plane of two latents, decoded over prior quantiles. */

import { BetalabError } from "../../base/errors.ts";
import { manifoldPicture } from "../../figures/node.ts";
import { descending, manifoldGrid } from "../../latent/index.ts";
import { classIndex } from "./choose.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { describeModel, type LookOptions, look, statisticsOf } from "./looking.ts";

export interface ManifoldOptions extends LookOptions {
  /** The two dimensions, across and up. Default: 0 and 1 of a model with two. */
  readonly dimensions?: readonly number[] | undefined;
  /** Images on each side. Default 20. */
  readonly size?: number | undefined;
  readonly className?: string | undefined;
}

export interface ManifoldDrawn extends Drawn {
  readonly dimensions: readonly [number, number];
  readonly size: number;
}

/** Probability of the prior beyond each side of the grid. */
const TAIL = 0.01;

export async function drawManifold(path: string, options: ManifoldOptions = {}): Promise<ManifoldDrawn> {
  return look(path, options, async (at) => {
    const { opened, model } = at;
    const { latentDim } = opened.vae;
    const { size = 20 } = options;
    const dimensions = options.dimensions ?? (latentDim === 2 ? [0, 1] : undefined);
    if (dimensions === undefined) {
      const [first, second] = descending((await statisticsOf(at)).kl);
      throw new BetalabError(
        "usage",
        `a manifold has two dimensions; this model has ${latentDim} latents`,
        latentDim < 2 ? undefined : `choose two: --dims ${first},${second} carry the most`,
      );
    }
    if (dimensions.length !== 2)
      throw new BetalabError("usage", `a manifold has two dimensions, not ${dimensions.length}`);
    const [across, up] = dimensions as [number, number];
    const { latents, x, y } = manifoldGrid(new Float32Array(latentDim), [across, up], size, TAIL);
    const classes =
      opened.vae.classes && new Array<number>(size * size).fill(classIndex(opened.vae, options.className));
    const images = await model.decode(latents, classes);
    const out = new FigureFiles(opened, "manifold", options.out);
    await out.picture(
      manifoldPicture(images, {
        x,
        y,
        xLabel: `latent ${across}`,
        yLabel: `latent ${up}`,
        title: `${describeModel(opened)}: prior quantiles ${TAIL}–${1 - TAIL}`,
      }),
    );
    out.csv(
      ["position", `z${across}`, `z${up}`],
      x.map((value, i) => [i, value, y[i]!]),
    );
    return { paths: out.paths, step: opened.step, dimensions: [across, up], size };
  });
}
