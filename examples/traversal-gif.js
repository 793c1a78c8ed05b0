/** A traversal as a GIF in memory, of a model that is trained in memory too: no file is written. */

import { createWorkbench, encodeArtifact } from "betalab";
import { train } from "betalab/training";

const workbench = createWorkbench();
const job = await workbench.prepare({
  preset: "demo",
  data: { count: 600 },
  model: { hidden: [64], latentDim: 4 },
  training: { epochs: 3 },
});
let trained;
for await (const event of train(job)) if (event.type === "end") trained = event;
if (trained === undefined) throw new Error("it did not end");

const model = workbench.model(job, trained);
const { value, artifacts } = await workbench.traverse(model, { only: "combined", steps: 9, count: 4 });
const [{ bytes }] = await encodeArtifact(artifacts[0]);

console.log(
  `${bytes.length} bytes of GIF; latents by KL: ${value.dimensions.map(({ dimension }) => dimension)}`,
);

export { bytes };
