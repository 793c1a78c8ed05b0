/** The usual mistakes of each step, as changes of its solution, and what has to be said of them. For the tests. */

export const mistakes: Readonly<
  Record<string, readonly (readonly [right: string, wrong: string, says: RegExp])[]>
> = {
  recognition: [
    [
      'logVariance: linear(context, "encoder.log_variance", hidden, latents)',
      'logVariance: relu(linear(context, "encoder.log_variance", hidden, latents))',
      /never negative/,
    ],
    [
      'relu(linear(context, "encoder.hidden", images, 100))',
      'linear(context, "encoder.hidden", images, 100)',
      /two layers are one/,
    ],
    [
      'mean: linear(context, "encoder.mean", hidden, latents)',
      'mean: linear(context, "encoder.mean", hidden, latents + 1)',
      /mean has the shape \[3, 5\] and should have \[3, 4\]/,
    ],
    [
      'logVariance: linear(context, "encoder.log_variance", hidden, latents)',
      'logVariance: linear(context, "encoder.mean", hidden, latents).inputs[0]',
      /shape/,
    ],
  ],
  reparametrization: [
    ["exp(multiply(logVariance, constant(0.5)))", "exp(logVariance)", /μ \+ σ²·ε/],
    ["exp(multiply(logVariance, constant(0.5)))", "logVariance", /μ \+ ln σ²·ε/],
    [
      "exp(multiply(logVariance, constant(0.5)))",
      "exp(multiply(logVariance, constant(-0.5)))",
      /sign in the exponent/,
    ],
    ["add(mean, multiply(sigma, noise))", "mean", /noise has no part/],
    ["add(mean, multiply(sigma, noise))", "add(mean, noise)", /as wide as σ/],
    ["add(mean, multiply(sigma, noise))", "add(mean, sigma)", /multiplied by ε/],
    ["add(mean, multiply(sigma, noise))", "multiply(sigma, noise)", /μ is missing/],
  ],
  generation: [
    [
      'return linear(context, "decoder.output", hidden, 784)',
      'return relu(linear(context, "decoder.output", hidden, 784))',
      /ReLU on the last layer/,
    ],
    [
      'linear(context, "decoder.output", hidden, 784)',
      '((x) => divide(constant(1), add(constant(1), exp(multiply(x, constant(-1))))))(linear(context, "decoder.output", hidden, 784))',
      /not defined/,
    ],
    ["hidden, 784", "hidden, 28", /shape \[5, 28\] and should have \[5, 784\]/],
  ],
  autoencoder: [
    ["generation(context, z)", "generation(context, mean)", /noise changes nothing/],
    [
      "logits: generation(context, z), mean,",
      "logits: generation(context, z), mean: z,",
      /depends on the noise/,
    ],
  ],
  objective: [
    [
      "average(sum(crossEntropyWithLogits(images, logits), [1]))",
      "average(crossEntropyWithLogits(images, logits))",
      /mean over pixels/,
    ],
    [
      "average(sum(crossEntropyWithLogits(images, logits), [1]))",
      "sum(crossEntropyWithLogits(images, logits))",
      /sum over the batch/,
    ],
    ["constant(0.5)", "constant(1)", /factor ½/],
    ["constant(0.5)", "constant(-0.5)", /a KL is never negative/],
    ["exp(logVariance)), add", "exp(multiply(logVariance, constant(0.5)))), add", /σ where σ² belongs/],
    [
      "average(sum(multiply(excess, constant(0.5)), [1]))",
      "sum(multiply(excess, constant(0.5)))",
      /sum over the batch/,
    ],
    [
      "average(sum(multiply(excess, constant(0.5)), [1]))",
      "average(multiply(excess, constant(0.5)))",
      /mean over the latents/,
    ],
    [
      "subtract(add(square(mean), exp(logVariance)), add(logVariance, constant(1)))",
      "subtract(add(square(mean), exp(logVariance)), subtract(constant(1), logVariance))",
      /sign of ln σ²/,
    ],
  ],
  training: [
    ["subtract(parameter,", "subtract(constant(0),", /step alone|should be/],
    [
      "return parameters.map((parameter, i) => subtract(parameter, multiply(slopes[i]!, constant(rate))));",
      "return parameters.map((parameter, i) => subtract(parameter, multiply(slopes[i]!, constant(-rate))));",
      /uphill/,
    ],
    ["slopes[i]!", "slopes[0]!", /slope of its own/],
    ["constant(rate)", "constant(1)", /rate has no part/],
  ],
  samples: [
    ["}, normal)", "}, Math.random)", /Math\.random/],
    ["}, normal)", "}, () => 2 * normal())", /no wider and no narrower/],
    ["count * latents", "count", /2000 numbers, not 500/],
  ],
  transition: [
    ["step / (steps - 1)", "step / steps", /short of the second image/],
    ["step / (steps - 1)", "1 - step / (steps - 1)", /other way/],
    ["steps * latents", "steps", /10 numbers, not 5/],
  ],
  map: [
    ["(value - mean) ** 2", "value ** 2", /subtract the mean/],
    ["variance(b) - variance(a)", "variance(a) - variance(b)", /vary least/],
    ["return [order[0]!, order[1]!]", "return [order[1]!, order[0]!]", /wrong order/],
    ["return [order[0]!, order[1]!]", "return [0, 1]", /first two/],
  ],
  collapse: [
    [
      "average(multiply(excess, constant(0.5)), [0])",
      "multiply(excess, constant(0.5))",
      /shape \[2, 3\] and should have \[3\]/,
    ],
    ["square(mean)", "mean", /squared/],
    ["constant(1)", "constant(0)", /− 1 is missing/],
    ["exp(logVariance)", "exp(multiply(logVariance, constant(0.5)))", /σ where σ² belongs/],
  ],
  schedule: [
    ["epoch / epochs", "(epoch - 1) / epochs", /counted from 1/],
    ["epoch / epochs", "1", /full price at once/],
    ["epoch / epochs", "epochs / epoch", /other way up/],
  ],
  "soft-free-bits": [
    ["gamma * (1 - rate)", "gamma * (1 + rate)", /cheaper/],
    ["Math.min(1, gamma * (1 + rate))", "gamma * (1 + rate)", /may not pass 1/],
    ["kl > (1 + tolerance) * lambda", "kl > lambda", /rests/],
    ["gamma * (1 - rate)", "gamma - rate", /subtracts r/],
  ],
  beta: [
    [
      "add(reconstruction, multiply(constant(beta), kl))",
      "multiply(constant(beta), add(reconstruction, kl))",
      /KL alone/,
    ],
    [
      "add(reconstruction, multiply(constant(beta), kl))",
      "add(multiply(constant(beta), reconstruction), kl)",
      /belongs to the KL/,
    ],
    ["add(reconstruction, multiply(constant(beta), kl))", "(reconstruction + beta * kl)", /not a tensor/],
    ["(beta * latents) / pixels", "(beta * pixels) / latents", /other way up/],
  ],
  capacity: [
    ["abs(subtract(kl, capacity))", "subtract(kl, capacity)", /absolute value/],
    [
      "abs(subtract(kl, capacity))",
      "multiply(constant(0.5), add(subtract(kl, capacity), abs(subtract(kl, capacity))))",
      /free bits/,
    ],
    [
      "abs(subtract(kl, capacity))",
      "multiply(subtract(kl, capacity), subtract(kl, capacity))",
      /not squared/,
    ],
    ["abs(subtract(kl, capacity))", "kl", /C has no part/],
  ],
};
