/** The mutual information gap of codes from anywhere: no model, no run. `node mig-of-codes.js` */

import { measureCodes } from "betalab/metrics";

// 16 × 16 images by place; a code that is the place itself, and the same code turned by an angle.
const grid = Array.from({ length: 256 }, (_, i) => [i % 16, Math.floor(i / 16)]);
const factors = { x: grid.map(([x]) => x), y: grid.map(([, y]) => y) };
const turned = (/** @type {number} */ degrees) => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return grid.map(([x, y]) => [cos * x - sin * y, sin * x + cos * y]);
};

for (const degrees of [0, 15, 45]) {
  const { results } = await measureCodes({ codes: turned(degrees), factors, metrics: ["mig"] });
  const { score, interval } = results[0];
  console.log(
    `${degrees}°: MIG ${score.toFixed(2)} [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`,
  );
}
