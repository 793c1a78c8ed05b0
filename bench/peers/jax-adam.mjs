/** Adam for jax-js, loss, gradient and update in one `jit`. Functions use up their arguments, or take `.ref`. */

/** @param loss of weights, pictures and noise; @param parameters a tree of arrays, used up */
export function adam(jax, loss, parameters, { beta1, beta2, epsilon, rate: learningRate }) {
  const { numpy: np, tree } = jax;
  let weights = parameters;
  let first = tree.map((one) => np.zeros(one.shape), tree.ref(weights));
  let second = tree.map((one) => np.zeros(one.shape), tree.ref(weights));
  const update = jax.jit((before, one, two, x, noise, rate, root) => {
    const [cost, gradient] = jax.valueAndGrad(loss)(tree.ref(before), x, noise);
    const nextOne = tree.map((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), one, tree.ref(gradient));
    const nextTwo = tree.map((v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)), two, gradient);
    const next = tree.map(
      (p, m, v) => p.sub(m.mul(rate.ref).div(np.sqrt(v).div(root.ref).add(epsilon))),
      before,
      tree.ref(nextOne),
      tree.ref(nextTwo),
    );
    rate.dispose();
    root.dispose();
    return [cost, next, nextOne, nextTwo];
  });
  const scalar = (value) => np.array(Float32Array.of(value)).reshape([]);
  let t = 0;
  let cost;
  return {
    step(x, noise) {
      t++;
      cost?.dispose();
      const rate = scalar(learningRate / (1 - beta1 ** t));
      const root = scalar(Math.sqrt(1 - beta2 ** t));
      [cost, weights, first, second] = update(weights, first, second, x, noise, rate, root);
    },
    /** Ends with the loss of the last step. */
    async settle() {
      await jax.blockUntilReady([weights, first, second]);
      const [value] = await cost.data();
      cost = undefined;
      return value;
    },
  };
}
