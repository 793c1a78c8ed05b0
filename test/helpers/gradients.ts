/** Gradients of whole graphs against finite differences of the interpreter. */
import { expect } from "vitest";
import { gradients, inputName, interpret, type Tensor, type Value } from "../../src/graph/index.ts";

/**
 * Compares the gradient of `loss`, the sum of `terms`, for each of `parameters`, element by element, with a
 * fourth-order central difference. The interpreter rounds to float32, so the step is large and sums are taken in
 * double; the tolerance is what rounding a loss of a hundred nats leaves. Where a step crosses a kink of a ReLU the
 * difference is off; a smaller step then doesn't.
 */
export function expectGradients(
  loss: Tensor,
  terms: readonly Tensor[],
  parameters: readonly Tensor[],
  feeds: Readonly<Record<string, Value>>,
  { steps = [4e-3, 1.5e-3, 5e-4], tolerance = 2e-2 } = {},
): void {
  const derivatives = gradients(loss, parameters);
  const analytic = interpret(Object.fromEntries(derivatives.map((tensor, i) => [String(i), tensor])), feeds);
  const outputs = Object.fromEntries(terms.map((tensor, i) => [String(i), tensor]));
  const total = (moved: Readonly<Record<string, Value>>): number =>
    Object.values(interpret(outputs, moved)).reduce(
      (sum, { data }) => (data as Float32Array).reduce((inner, x) => inner + x, sum),
      0,
    );
  parameters.forEach((parameter, index) => {
    const name = inputName(parameter)!;
    const value = feeds[name] as Value<"float32">;
    const found = analytic[String(index)]!.data as Float32Array;
    const scale = Math.max(1, ...found.map(Math.abs));
    value.data.forEach((centre, element) => {
      const at = (by: number) =>
        total({ ...feeds, [name]: { ...value, data: value.data.with(element, centre + by) } });
      const numeric: number[] = [];
      let error = Number.POSITIVE_INFINITY;
      for (let i = 0; i < steps.length && error >= tolerance; i++) {
        const step = steps[i]!;
        numeric.push((8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step));
        error = Math.min(error, Math.abs(found[element]! - numeric.at(-1)!) / scale);
      }
      expect(error, `${name}[${element}]: ${found[element]}, by differences ${numeric}`).toBeLessThan(
        tolerance,
      );
    });
  });
}
