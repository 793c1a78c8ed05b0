/** Every objective, differentiated through a whole small model, against finite differences of its own loss. */

import { describe, expect, it } from "vitest";
import { forward, makeObjective, numbers, smallVae } from "../../test/helpers/objectives.ts";
import { gradients, type Tensor, type Value } from "../graph/index.ts";
import { modelGroup, objectives } from "./index.ts";

interface Case {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly likelihood?: Readonly<Record<string, unknown>>;
}

// klTarget: the controller's β is a constant to the gradient but not to a finite difference, so it is held still.
const still = { integral: 1e-12, proportional: 0, minimum: 2, target: 1 };

const cases: Record<string, readonly Case[]> = {
  vae: [
    {},
    { likelihood: { kind: "continuousBernoulli" } },
    { likelihood: { kind: "gaussian", sigma: "learned" } },
    { likelihood: { kind: "gaussian", sigma: "optimal" } },
    { likelihood: { kind: "gaussian", sigma: { schedule: "linear", start: 0.3, end: 0.1 } } },
    { likelihood: { kind: "laplace", scale: "learned" } },
    { likelihood: { kind: "discretizedLogistic" } },
  ],
  beta: [{ options: { beta: 4 } }],
  annealed: [{ options: { beta: { schedule: "linear", start: 0.3, end: 1 } } }],
  capacity: [{ options: { gamma: 3, capacity: 5 } }, { options: { gamma: 3, capacity: 0 } }],
  freeBits: [{ options: { lambda: 0.05 } }],
  softFreeBits: [{ options: { lambda: 1 } }, { options: { lambda: 1e-6 } }],
  klTarget: [{ options: still }],
  tc: [{ options: { alpha: 2, beta: 5, gamma: 0.5 } }, { options: { estimator: "mws" } }],
  factor: [{ options: { gamma: 5, layers: 2, width: 6 } }],
  dip: [{ options: { variant: "i" } }, { options: { variant: "ii" } }],
  mmd: [{}, { options: { kernel: "rbf" } }, { options: { variant: "wae" } }],
  iwae: [{ options: { samples: 1 } }, { options: { samples: 4 } }],
  lagging: [{}],
  conditional: [{ options: { beta: 2 } }],
};

it("has a case for every objective", () => {
  expect(Object.keys(cases).sort()).toEqual(objectives.map(({ name }) => name).sort());
});

const flat = Object.entries(cases).flatMap(([kind, list]) =>
  list.map((one) => ({ name: `${kind} ${JSON.stringify(one)}`, kind, ...one })),
);

describe.each(flat)("$name", ({ kind, options, likelihood }) => {
  const built = makeObjective(kind, options);
  const { result, context, feeds } = forward(built, { vae: smallVae(built, likelihood) });
  const losses: Record<string, Tensor> = { [modelGroup]: result.loss, ...result.losses };

  it.each(Object.keys(losses))("%s", (which) => {
    const loss = losses[which]!;
    const owner = (part: string | undefined) =>
      built.groups?.find((group) => group.name === part)?.name ?? modelGroup;
    const parameters = [...context.specs.values()].filter(
      ({ part, kind }) => kind === "parameter" && (result.losses === undefined || owner(part) === which),
    );
    const tensors = context.tensors();
    const derivatives = gradients(
      loss,
      parameters.map(({ name }) => tensors.get(name)!),
    );
    const analytic = numbers(Object.fromEntries(derivatives.map((d, i) => [parameters[i]!.name, d])), feeds);
    const at = (name: string, element: number, by: number) => {
      const value = feeds[name]! as Value<"float32">;
      const data = value.data.with(element, value.data[element]! + by);
      return numbers({ loss }, { ...feeds, [name]: { ...value, data } }).loss[0]!;
    };
    const largest = Math.max(...Object.values(analytic).flat().map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    for (const [i, { name }] of parameters.entries()) {
      const { length } = analytic[name]!;
      // Two elements of each tensor: that is already some thirty through every layer.
      for (const element of new Set([(7 * i) % length, (13 * i + 5) % length])) {
        const h = 5e-3;
        const near = at(name, element, h) - at(name, element, -h);
        const far = at(name, element, 2 * h) - at(name, element, -2 * h);
        const numeric = (8 * near - far) / (12 * h);
        const error = Math.abs(analytic[name]![element]! - numeric) / largest;
        expect(error, `${name}[${element}]: ${analytic[name]![element]} is not ${numeric}`).toBeLessThan(
          2e-3,
        );
      }
    }
  });
});
