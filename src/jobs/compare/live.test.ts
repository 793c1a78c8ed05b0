import { expect, test } from "vitest";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import { shipped } from "../../config/node.ts";
import { buildModel, inferenceState } from "../../trained/index.ts";
import { State } from "../../training/index.ts";
import { liveOf } from "./live.ts";
import type { ComparisonImages } from "./pictures.ts";

const image = { height: 8, width: 8, channels: 1 };

/** A model as it is before any training, `hidden` wide: of 40 000 units it is more than a page carries. */
function setting(label: string, hidden: number) {
  const { vae } = buildModel(smallConfig(`model.hidden=[${hidden}]`), image, { registries: shipped });
  const state = State.initial(inferenceState(vae), 0);
  const latents = { kl: [1, 2], meanings: [] };
  return { label, model: { vae, state }, means: new Float32Array(2), latents };
}

const shown = async (...settings: ReturnType<typeof setting>[]) => {
  const originals = { count: 1, ...image, pixels: new Uint8Array(64) };
  const live = await liveOf({ originals, settings } as unknown as ComparisonImages);
  return live?.data.settings.map(({ label }) => label);
};

test("a model that is too large for the page leaves room for those that are not", async () => {
  const [small, large, other] = [setting("a", 8), setting("large", 40_000), setting("b", 8)];
  expect(await shown(small, other, large)).toEqual(["a", "b"]);
  expect(await shown(small, large, other)).toEqual(["a", "b"]);
  expect(await shown(large, small, other)).toEqual(["a", "b"]);
  expect(await shown(small, large)).toBeUndefined();
});
