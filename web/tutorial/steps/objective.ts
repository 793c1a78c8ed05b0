import { input, interpret, type Tensor } from "../../../src/graph/index.ts";
import { type Finding, floats, judge, prose, shaped, step } from "../step.ts";

type Objective = (
  images: Tensor,
  seen: { logits: Tensor; mean: Tensor; logVariance: Tensor },
) => { reconstruction: Tensor; kl: Tensor };

const PIXELS = 784;

/** One value for all pixels, and one for both latents, of each image of the batch. */
interface Example {
  readonly pixel: number;
  readonly logit: number;
  readonly mean: number;
  readonly logVariance: number;
}

function run(objective: Objective, examples: readonly Example[]): { reconstruction: number; kl: number } {
  const count = examples.length;
  const shapes = {
    images: [count, PIXELS],
    logits: [count, PIXELS],
    mean: [count, 2],
    logVariance: [count, 2],
  };
  const seen = objective(input("images", shapes.images), {
    logits: input("logits", shapes.logits),
    mean: input("mean", shapes.mean),
    logVariance: input("logVariance", shapes.logVariance),
  });
  const fill = (size: number, of: (example: Example) => number): number[] =>
    examples.flatMap((example) => new Array<number>(size).fill(of(example)));
  const values = interpret(
    { reconstruction: seen.reconstruction, kl: seen.kl },
    {
      images: floats(
        fill(PIXELS, ({ pixel }) => pixel),
        shapes.images,
      ),
      logits: floats(
        fill(PIXELS, ({ logit }) => logit),
        shapes.logits,
      ),
      mean: floats(
        fill(2, ({ mean }) => mean),
        shapes.mean,
      ),
      logVariance: floats(
        fill(2, ({ logVariance }) => logVariance),
        shapes.logVariance,
      ),
    },
  );
  return { reconstruction: Number(values.reconstruction.data[0]), kl: Number(values.kl.data[0]) };
}

export const objective = step<{ objective: Objective }>({
  slug: "objective",
  title: "What is minimised",
  exports: ["objective"],
  text: prose`
The images should be likely under the model: we want a large $\ln p(x)$. But $p(x)=\int p(x\mid z)\,p(z)\,dz$ runs over all latents, and under nearly all of them this image is next to impossible. The recognition model says where to look. For every $z$, $p(x)=p(x,z)/p(z\mid x)$; take logarithms, average over $q(z\mid x)$, and multiply and divide by $q$:

$$\begin{aligned}\ln p(x)&=\mathbb E_q\Big[\ln\frac{p(x,z)}{p(z\mid x)}\Big]\\&=\underbrace{\mathbb E_q\Big[\ln\frac{p(x,z)}{q(z\mid x)}\Big]}_{\text{ELBO}}\\&\quad+\underbrace{\mathbb E_q\Big[\ln\frac{q(z\mid x)}{p(z\mid x)}\Big]}_{\operatorname{KL}(q(z\mid x)\,\|\,p(z\mid x))}.\end{aligned}$$

A KL divergence is never negative: $-{\operatorname{KL}}=\mathbb E_q[\ln\tfrac pq]\le\ln\mathbb E_q[\tfrac pq]\le 0$, because the logarithm is concave. So the ELBO is a lower bound of $\ln p(x)$, the tighter the nearer $q$ is to the true posterior. With $p(x,z)=p(x\mid z)\,p(z)$ it has two parts, and what is minimised is

$$\begin{aligned}-\text{ELBO}&=\underbrace{\mathbb E_{q}\big[-\ln p(x\mid z)\big]}_{\text{reconstruction}}\\&\quad+\underbrace{\operatorname{KL}\big(q(z\mid x)\,\big\|\,p(z)\big)}_{\text{KL}} .\end{aligned}$$

The first is what it costs to describe the pixels once $z$ is known, in nats; for a Bernoulli, $\sum_i -x_i\ln p_i-(1-x_i)\ln(1-p_i)$, by one draw of $z$. (The digits here have grey edges, $0<x_i<1$: for those pixels the same sum is a cross-entropy, not $-\ln$ of a probability. Using it all the same is the field’s habit.) The second is what $z$ costs. Between two Gaussians it needs no draw (Kingma & Welling 2014, appendix B): the two $\tfrac12\ln2\pi$ cancel, $\mathbb E_q[(z-\mu)^2]=\sigma^2$ and $\mathbb E_q[z^2]=\mu^2+\sigma^2$, so

$$\begin{aligned}\operatorname{KL}&=\sum_d \mathbb E_q\Big[-\tfrac12\ln\sigma_d^2-\tfrac{(z_d-\mu_d)^2}{2\sigma_d^2}+\tfrac{z_d^2}{2}\Big]\\&=\sum_d\big(-\tfrac12\ln\sigma_d^2-\tfrac12+\tfrac12(\mu_d^2+\sigma_d^2)\big)\\&=\tfrac12\sum_d\big(\mu_d^2+\sigma_d^2-\ln\sigma_d^2-1\big).\end{aligned}$$

Both are sums over an image’s pixels or latents, averaged over the batch. Averaging over pixels instead would divide one term by 784 and leave the other: a β of 784 that nobody asked for. Complete \`objective\`; \`crossEntropyWithLogits(x, logits)\` gives each pixel’s term.
`,
  check({ objective }) {
    const built = objective(input("images", [2, PIXELS]), {
      logits: input("logits", [2, PIXELS]),
      mean: input("mean", [2, 2]),
      logVariance: input("logVariance", [2, 2]),
    });
    const shapes = [shaped("reconstruction", built?.reconstruction, []), shaped("kl", built?.kl, [])];
    if (shapes.some(({ holds }) => !holds)) return shapes;
    // ln 2 for each pixel at p = ½.
    const even = { pixel: 1, logit: 0, mean: 0, logVariance: 0 };
    const nats = PIXELS * Math.log(2);
    const priced = { pixel: 1, logit: 0, mean: 1, logVariance: Math.log(4) };
    const kl = 1 + 4 - Math.log(4) - 1;
    const findings: Finding[] = [
      ...shapes,
      judge(run(objective, [even]).reconstruction, {
        what: "the reconstruction of white pixels at p = ½",
        right: nats,
        mistakes: [
          [Math.log(2), "that is the mean over pixels; sum over them"],
          [-nats, "the sign: −ln p is positive"],
          [-Math.log(2), "the sign, and the mean over pixels where a sum belongs"],
        ],
      }),
      judge(run(objective, [{ ...even, logit: 2 }]).reconstruction, {
        what: "the reconstruction of white pixels at a logit of 2",
        right: PIXELS * Math.log1p(Math.exp(-2)),
        mistakes: [
          [
            PIXELS * Math.log1p(Math.exp(2)),
            "that is the cost of black pixels: the arguments are exchanged or the sign is wrong",
          ],
          [
            PIXELS * Math.log1p(Math.exp(-1 / (1 + Math.exp(-2)))),
            "a sigmoid was applied before; the cross-entropy takes logits",
          ],
        ],
      }),
      judge(run(objective, [even, even]).reconstruction, {
        what: "the reconstruction of two such images",
        right: nats,
        mistakes: [[2 * nats, "that is the sum over the batch; average over it"]],
      }),
      judge(run(objective, [even]).kl, {
        what: "the KL at μ = 0, σ = 1",
        right: 0,
        mistakes: [
          [1, "a − 1 is missing: the KL to itself is 0"],
          [-1, "it should be + and − of the same size: μ² + σ² − ln σ² − 1"],
        ],
      }),
      judge(run(objective, [priced]).kl, {
        what: "the KL at μ = 1, σ² = 4, of two latents",
        right: kl,
        mistakes: [
          [-kl, "the sign: a KL is never negative"],
          [2 * kl, "the factor ½ is missing"],
          [kl / 2, "that is the mean over the latents, or of one alone; sum over them"],
          [
            1 + Math.exp(0.5 * Math.log(4)) - Math.log(4) - 1,
            "that has σ where σ² belongs: exp(ln σ²) is the variance",
          ],
          [1 + Math.log(4) - Math.log(4) - 1, "that has ln σ² where σ² belongs: take its exp"],
          [4 - Math.log(4) - 1, "μ² is missing"],
          [1 + 4 + Math.log(4) - 1, "the sign of ln σ²: it is subtracted"],
        ],
      }),
      judge(run(objective, [priced, even]).kl, {
        what: "the KL of that image and one at the prior",
        right: kl / 2,
        mistakes: [[kl, "that is the sum over the batch; average over it"]],
      }),
    ];
    return findings;
  },
  async *figure({ objective }) {
    const widths = Array.from({ length: 41 }, (_, i) => 0.1 * (i + 1));
    const at = (mean: number) =>
      widths.map(
        (sigma) => run(objective, [{ pixel: 1, logit: 0, mean, logVariance: 2 * Math.log(sigma) }]).kl / 2,
      );
    yield {
      kind: "lines",
      series: [0, 1, 2].map((mean) => ({ name: `μ = ${mean}`, values: at(mean) })),
      x: widths,
      axes: ["σ", "KL of one latent (nats)"],
      caption:
        "Your KL of one latent: whatever μ is, least at σ = 1, and steep towards σ = 0: precision is expensive.",
    };
  },
});
