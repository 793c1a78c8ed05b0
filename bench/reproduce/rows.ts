/** The rows of docs/reproduced.md that are trainings. What is claimed, by whom, and the sweep that answers. */

import { average, each, evaluated, having, nll, type Reproduced, type Row, score } from "./row.ts";

const elbo = (run: Reproduced): number => run.negativeElbo;
const kl = (run: Reproduced): number => run.kl;
const used = ({ klPerDimension }: Reproduced): number => klPerDimension.filter((nats) => nats > 0.01).length;
const information = (run: Reproduced): number => evaluated(run).decomposition.mutualInformation.mean;

/** Burgess' net on dSprites, as the presets have it, for about so many steps of 64 images of the reduced grid. */
const sprites = { "data.heldOut": 0.05 };

export const rows: readonly Row[] = [
  {
    name: "pytorch-example",
    claim: "784-400-20 on grey MNIST, ten epochs: −ELBO between 105.0 and 106.3",
    reference: "105.59 and 105.56 (two public logs of PyTorch's examples/vae), 105.82 (an own PyTorch run)",
    data: "mnist",
    minutes: 3,
    sweep: { config: "mnist-mlp-20", seeds: [1, 2, 3] },
    answer: (runs) => ({
      figures: `seeds 1, 2, 3: ${each(runs, elbo)}`,
      holds: runs.every((run) => run.negativeElbo > 105 && run.negativeElbo < 106.3),
    }),
  },
  {
    name: "conv-ten-epochs",
    claim: "seed 000's net, ten epochs: β = 10 has the lower KL and loses detail",
    reference: "seed 000 says so, without numbers",
    data: "mnist",
    minutes: 60,
    sweep: {
      config: "mnist-conv-beta1",
      grid: { "objective.beta": [1, 10] },
      seeds: [0],
      ...evaluating(100),
    },
    answer: (runs) => {
      const [one] = having(runs, "objective.beta", 1);
      const [ten] = having(runs, "objective.beta", 10);
      return {
        figures: [one!, ten!]
          .map((run) => {
            const { negativeElbo, reconstruction, settings } = run;
            const parts = `${reconstruction.toFixed(1)} + ${run.kl.toFixed(1)}`;
            return `β = ${settings["objective.beta"]}: −ELBO ${negativeElbo.toFixed(1)} = ${parts}, ${used(run)} of 16 latents in use`;
          })
          .join("; "),
        holds: ten!.kl < one!.kl && ten!.reconstruction > one!.reconstruction,
      };
    },
  },
  {
    name: "mlp-50-forms",
    claim: "seed 003: of 50 latents plain training uses about half, soft free bits all",
    reference:
      "27 of 50 with KL_d > 0.01 (a PyTorch run of seed 003's plain net); none published for the others",
    data: "mnist",
    minutes: 18,
    sweep: {
      config: "mnist-mlp-50",
      list: [
        { objective: { kind: "beta", beta: 1 } },
        { objective: { kind: "annealed", beta: { schedule: "staircase", start: 0, end: 1 } } },
        { objective: { kind: "softFreeBits", lambda: 0.5, tolerance: 0.1, rate: 0.1 } },
      ],
      seeds: 5,
      ...evaluating(100),
    },
    answer: (runs) => {
      const forms = ["beta", "annealed", "softFreeBits"].map(
        (kind) => [kind, having(runs, "objective", kind)] as const,
      );
      return {
        figures: forms
          .map(
            ([kind, of]) =>
              `${kind}: ${each(of, used, 0)} in use, −ELBO ${each(of, elbo)}, KL ${each(of, kl)}`,
          )
          .join("; "),
        holds: average(forms[0]![1], used) < 35 && forms[2]![1].every((run) => used(run) === 50),
      };
    },
  },
  {
    name: "vamp-prior",
    claim:
      "VampPrior beats N(0, I) by NLL at equal training: 784-300-300-40, pixels drawn black and white, 50 epochs",
    reference:
      "lower, says its paper of gated layers trained to the end (Tomczak & Welling 2018); no number of this net",
    data: "mnist",
    minutes: 60,
    sweep: {
      config: "mnist-mlp-20",
      set: {
        "model.hidden": [300, 300],
        "model.latentDim": 40,
        "data.binarize": "dynamic",
        "training.epochs": 50,
      },
      list: [{ "model.prior": { kind: "normal" } }, { "model.prior": { kind: "vamp", components: 500 } }],
      seeds: [0, 1],
      ...evaluating(500),
    },
    answer: (runs) => {
      const [plain, vamp] = ["normal", "vamp"].map((kind) => having(runs, "model.prior", kind)) as [
        readonly Reproduced[],
        readonly Reproduced[],
      ];
      return {
        figures: `NLL with 500 samples: N(0, I) ${each(plain, nll)}, VampPrior ${each(vamp, nll)}; KL ${each(plain, kl)} and ${each(vamp, kl)}`,
        holds: Math.max(...vamp.map(nll)) < Math.min(...plain.map(nll)),
      };
    },
  },
  {
    name: "three-layers",
    claim: "seed 001's 784-400-400-20, nine epochs of batches of 32, is better than one hidden layer's 105.5",
    reference: "none published; the seed shows pictures",
    data: "mnist",
    minutes: 6,
    sweep: { config: "mnist-mlp-400-400-20", seeds: [0, 1, 2] },
    answer: (runs) => ({
      figures: `−ELBO ${each(runs, elbo)}, KL ${each(runs, kl)}`,
      holds: runs.every((run) => run.negativeElbo < 105.5),
    }),
  },
  {
    name: "binary",
    claim: "784-400-40 on drawn black and white pixels, 60 epochs: NLL within 3 nats of 89.8",
    reference:
      "89.78 and 89.9 after 500 epochs, pixels drawn once (pythae's VAE); `static` here cuts at half, which is another and easier data set",
    data: "mnist",
    minutes: 24,
    sweep: {
      config: "mnist-mlp-20",
      set: { "model.latentDim": 40, "training.epochs": 60 },
      grid: { "data.binarize": ["dynamic", "static"] },
      seeds: [0],
      ...evaluating(500),
    },
    answer: (runs) => {
      const [drawn] = having(runs, "data.binarize", "dynamic");
      const [cut] = having(runs, "data.binarize", "static");
      const both = [drawn!, cut!];
      return {
        figures: `drawn anew in every epoch, cut at half: NLL ${each(both, nll)} with 500 samples, −ELBO ${each(both, elbo)}, KL ${each(both, kl)}`,
        holds: Math.abs(nll(drawn!) - 89.8) < 3,
      };
    },
  },
  {
    name: "iwae",
    claim:
      "Burda's 784-200-200-50 on dynamically binarised MNIST, six epochs: NLL falls from k = 1 over 5 to 50",
    reference: "86.76, 85.54, 84.78 after 3 280 epochs (Burda 2016, table 1)",
    data: "mnist",
    minutes: 60,
    sweep: {
      config: "iwae-784-200-200-50-k1",
      set: { "training.epochs": 6 },
      grid: { "objective.samples": [1, 5, 50] },
      seeds: [0],
      ...evaluating(500, 2000),
    },
    answer: (runs) => {
      const by = [1, 5, 50].map((k) => having(runs, "objective.samples", k)[0]!);
      const active = (run: Reproduced): number => evaluated(run).activeUnits.count;
      return {
        figures: `k = 1, 5, 50: NLL ${each(by, nll)} on 2 000 images, ${each(by, active, 0)} active units`,
        holds: nll(by[0]!) > nll(by[1]!) && nll(by[1]!) > nll(by[2]!),
      };
    },
  },
  {
    name: "lagging",
    claim: "an encoder trained ahead of the decoder keeps at least the mutual information of plain training",
    reference: "He 2019 shows it on text and Omniglot, where plain training collapses; on MNIST it does not",
    data: "mnist",
    minutes: 20,
    sweep: {
      config: "mnist-mlp-20",
      set: { "data.binarize": "dynamic" },
      list: [{ objective: { kind: "lagging" } }, { objective: { kind: "beta", beta: 1 } }],
      seeds: [0],
      ...evaluating(100),
    },
    answer: (runs) => {
      const [lagging] = having(runs, "objective", "lagging");
      const [plain] = having(runs, "objective", "beta");
      const both = [lagging!, plain!];
      const { images, bound } = evaluated(plain!).decomposition;
      const ceiling = `ln ${images} = ${Math.log(images).toFixed(2)}`;
      return {
        figures: `lagging, plain: MI ${each(both, information, 2)} nats (${ceiling} ${bound ? "bounds them, so the estimate can't tell them apart" : "at most"}), KL ${each(both, kl)}, −ELBO ${each(both, elbo)}`,
        holds: !bound && information(lagging!) > information(plain!) - 0.1,
      };
    },
  },
  {
    name: "capacity",
    claim: "the KL follows C: within a nat of 25 at the end",
    reference: "25.00 at C = 25 (Burgess 2018's objective on dSprites in YannDubs' log)",
    data: "mnist",
    minutes: 1,
    sweep: {
      config: "mnist-mlp-50",
      set: {
        "training.epochs": 5,
        objective: {
          kind: "capacity",
          gamma: 10,
          capacity: { schedule: "linear", start: 0, end: 25, to: 3 },
        },
        "optimizer.learningRate": { schedule: "cosine", start: 1e-3 },
      },
      seeds: [0, 1, 2],
    },
    answer: (runs) => ({
      figures: `held-out KL ${each(runs, kl, 2)}`,
      holds: runs.every((run) => Math.abs(run.kl - 25) < 1),
    }),
  },
  {
    name: "kl-target",
    claim: "a controlled KL stays at its set point of 15 nats",
    reference: "within 0.5 nat (ControlVAE, Shao 2020)",
    data: "mnist",
    minutes: 2,
    sweep: {
      config: "mnist-mlp-50",
      set: { "training.epochs": 8, objective: { kind: "klTarget", target: 15 } },
      seeds: [0, 1, 2],
    },
    answer: (runs) => ({
      figures: `held-out KL at the end ${each(runs, kl, 2)}; over the last four epochs ${runs.map(({ klByEpoch }) => span(klByEpoch.slice(-4))).join(", ")}`,
      holds: runs.every(({ klByEpoch }) => Math.abs(mean(klByEpoch.slice(-4)) - 15) < 0.5),
    }),
  },
  {
    name: "conditional",
    claim: "with the label given, fewer nats pass through the latents and the bound is better",
    reference: "Kingma 2014's M2: the label need not be coded; at most ln 10 = 2.3 nats of it",
    data: "mnist",
    minutes: 4,
    sweep: {
      config: "mnist-mlp-20",
      list: [{ objective: { kind: "conditional" } }, { objective: { kind: "beta", beta: 1 } }],
      seeds: [0, 1],
    },
    answer: (runs) => {
      const given = having(runs, "objective", "conditional");
      const plain = having(runs, "objective", "beta");
      return {
        figures: `conditional, plain: −ELBO ${each(given, elbo)} and ${each(plain, elbo)}, KL ${each(given, kl)} and ${each(plain, kl)}`,
        holds: average(given, elbo) < average(plain, elbo) && average(given, kl) < average(plain, kl),
      };
    },
  },
  {
    name: "mnist-betas-mlp",
    claim: "784-400-20: a larger β passes fewer nats through fewer latents",
    reference: "Higgins 2017 says so of β; no numbers for this net",
    data: "mnist",
    minutes: 16,
    sweep: {
      config: "mnist-mlp-20",
      grid: { "objective.beta": [1, 2, 3, 4, 10] },
      seeds: 3,
      ...evaluating(100),
    },
    answer: (runs) => {
      const settings = [1, 2, 3, 4, 10].map((beta) => [beta, having(runs, "objective.beta", beta)] as const);
      const kls = settings.map(([, of]) => average(of, kl));
      return {
        figures: settings
          .map(([beta, of]) => `β = ${beta}: KL ${average(of, kl).toFixed(1)}, ${each(of, used, 0)} in use`)
          .join("; "),
        holds: kls.every((nats, i) => i === 0 || nats < kls[i - 1]!),
      };
    },
  },
  {
    name: "mnist-betas",
    claim: "seed 000's net, β = 1, 2, 3, 4, 10, three seeds: the KL falls with every step of β",
    reference: "seed 000 asks it: is β = 4 any different from β = 10?",
    data: "mnist",
    minutes: 630,
    sweep: {
      config: "mnist-conv-beta1",
      grid: { "objective.beta": [1, 2, 3, 4, 10] },
      seeds: 3,
      // A hundred samples of a net of 80 MFLOP an image would take as long as its training.
      ...evaluating(10),
    },
    answer: (runs) => {
      const kls = [1, 2, 3, 4, 10].map((beta) => average(having(runs, "objective.beta", beta), kl));
      return {
        figures: `KL ${kls.map((nats) => nats.toFixed(1)).join(", ")}`,
        holds: kls.every((nats, i) => i === 0 || nats < kls[i - 1]!),
      };
    },
  },
  {
    name: "dsprites-tc",
    claim: "β-TCVAE, β = 6, 30 000 steps on the grid of dSprites: MIG in the published range",
    reference: "MIG .45, DCI .29 ± .10, FactorVAE score .62 ± .07 (InfoGAN-CR, table 1)",
    data: "dsprites",
    minutes: 40,
    sweep: { config: "dsprites-tc", set: { ...sprites, "training.epochs": 44 }, seeds: [0], ...measuring() },
    answer: disentangled,
  },
  {
    name: "dsprites-factor",
    claim: "FactorVAE, γ = 40, 30 000 steps on the grid of dSprites: its own score in the published range",
    reference:
      "FactorVAE score .82 ± .01, MIG .43 ± .01, DCI .74 ± .01 by lasso (InfoGAN-CR, table 1, γ = 40, 27 epochs of all images)",
    data: "dsprites",
    minutes: 50,
    sweep: {
      config: "dsprites-factor",
      set: { ...sprites, "training.epochs": 44 },
      seeds: [0],
      ...measuring(),
    },
    answer: disentangled,
  },
];

/** The `then` of a sweep. */
function evaluating(samples: number, limit?: number): Pick<Row["sweep"], "then"> {
  // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
  return { then: [{ evaluate: { samples, ...(limit !== undefined && { limit }) } }] };
}

function measuring(): Pick<Row["sweep"], "then"> {
  // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
  return { then: [{ metrics: { only: ["mig", "dci", "factor-vae"] } }] };
}

function disentangled(runs: readonly Reproduced[]) {
  const [mig, dci, factor] = ["mig", "dci", "factor-vae"].map(score);
  return {
    figures: `${runs[0]!.steps} steps: MIG ${each(runs, mig!, 3)}, DCI ${each(runs, dci!, 3)}, FactorVAE score ${each(runs, factor!, 3)}`,
    holds: average(runs, mig!) > 0.1,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const span = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;
