/**
 * PyTorch-VAE's YAML (github.com/AntixK/PyTorch-VAE) as a config: the same loss in nats, or the reason why there is
 * none. Until 2021 its pictures lay in [−1, 1] and the KL's weight M_N was the batch over the number of training
 * images; since then (`data_params`) they lie in [0, 1] and M_N is `kld_weight`.
 *
 * Its reconstruction is a mean of squared errors over N values. Times N/2 that is Σ (x − x̂)²/2, the negative
 * log-likelihood of a Gaussian with σ = 1 on the pixels' own range but for its normaliser: so every weight beside it is
 * multiplied by N/2, and σ is halved where [−1, 1] becomes [0, 1].
 */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";
import { isPlainObject } from "./shape.ts";

export interface Translation {
  /** By path, each with the keys and numbers that it follows from. */
  readonly settings: readonly { readonly key: string; readonly value: unknown; readonly origin: string }[];
  /** What a person should know: what was left out, what is not the same. */
  readonly notes: readonly string[];
}

/** Of CelebA's training split, which M_N of the older form counts. */
const CELEBA_IMAGES = 162_770;

const positive = z.number().positive();
const whole = z.int().min(1);
const weight = z.number().nonnegative();

const schema = z.object({
  model_params: z.object({
    name: z.string(),
    in_channels: z.literal([1, 3]).default(3),
    latent_dim: whole,
    loss_type: z.enum(["B", "H"]).default("B"),
    alpha: weight.default(1),
    beta: weight.optional(),
    gamma: weight.optional(),
    max_capacity: weight.default(25),
    Capacity_max_iter: positive.default(1e5),
    anneal_steps: positive.default(200),
  }),
  data_params: z.object({ patch_size: whole, train_batch_size: whole }).optional(),
  exp_params: z.object({
    img_size: whole.default(64),
    batch_size: whole.optional(),
    LR: positive,
    weight_decay: weight.default(0),
    scheduler_gamma: positive.default(1),
    kld_weight: weight.optional(),
    manual_seed: z.int().nonnegative().optional(),
  }),
  trainer_params: z.object({
    max_epochs: whole.optional(),
    max_nb_epochs: whole.optional(),
    gradient_clip_val: positive.optional(),
  }),
  logging_params: z.object({ manual_seed: z.int().nonnegative().optional() }).prefault({}),
});

type File = z.output<typeof schema>;

/** The models that are translated, each with the keys that only it reads. */
const models: Readonly<Record<string, readonly string[]>> = {
  VanillaVAE: [],
  BetaVAE: ["loss_type", "beta", "gamma", "max_capacity", "Capacity_max_iter"],
  BetaTCVAE: ["alpha", "beta", "gamma", "anneal_steps"],
};

const notTheBound =
  "it weighs worse samples more, which is not the importance-weighted bound; objective.kind iwae is";
const notTheMmd = "its kernels are summed over the batch twice; objective.kind mmd is the paper's";

/** Losses that are not what they are called after, by its source of December 2021. */
const without: Readonly<Record<string, string>> = {
  ConditionalVAE: "it takes 40 attributes at once; objective.kind conditional takes one label",
  FactorVAE:
    "its discriminator sees latents shuffled within each image, which does not estimate the total correlation; objective.kind factor does",
  DIPVAE: "its covariance is centred over latents instead of images; objective.kind dip is the paper's",
  IWAE: notTheBound,
  MIWAE: notTheBound,
  InfoVAE: notTheMmd,
  WAE_MMD: notTheMmd,
};

/** Keys that decide nothing here, and what does. */
const elsewhere: Readonly<Record<string, string>> = {
  "data_params.data_path": "where the pictures are, the option `data` says",
  "data_params.val_batch_size": "all held-out images are measured",
  "data_params.num_workers": "pictures are read once, into a cache",
  "exp_params.dataset": "where the pictures are, the option `data` says",
  "exp_params.data_path": "where the pictures are, the option `data` says",
  "trainer_params.gpus": "what computes, the option `device` says",
  "logging_params.save_dir": "where the run lies, the option `out` says",
  "logging_params.name": "the run is called after the file",
};

/** Whether the values of a file are PyTorch-VAE's. */
export const isPytorchVae = (values: unknown): boolean =>
  isPlainObject(values) && isPlainObject(values.model_params) && isPlainObject(values.exp_params);

/**
 * Throws "config" naming key and value where the file is not one of PyTorch-VAE or its model has no equivalent.
 *
 * @param path the file's, for messages
 */
export function fromPytorchVae(values: Readonly<Record<string, unknown>>, path: string): Translation {
  if (!isPytorchVae(values)) {
    const hint = "those have the sections model_params, exp_params and trainer_params";
    throw new BetalabError("config", `${path} is not a config of PyTorch-VAE`, hint);
  }
  const name = String((values.model_params as Readonly<Record<string, unknown>>).name);
  if (!Object.hasOwn(models, name)) {
    const why = without[name] ?? "there is no such model here";
    const hint = `${Object.keys(models).join(", ")} have one`;
    throw new BetalabError("config", `model_params.name ${name} has no equivalent: ${why}`, hint);
  }
  const { output: file, issue } = check(schema, values);
  if (file === undefined) throw new BetalabError("config", `${path}: ${describeIssue(issue)}`);
  const form = formOf(file);
  const loss = name === "BetaTCVAE" ? totalCorrelation(file, form) : meanOfSquares(file, form);
  return {
    settings: [...form.data, ...loss.settings, ...training(file)].map(([key, value, origin]) => ({
      key,
      value,
      origin,
    })),
    notes: [...loss.notes, ...form.notes, ...leftOut(values, name)],
  };
}

type Setting = readonly [key: string, value: unknown, origin: string];

interface Part {
  readonly settings: readonly Setting[];
  readonly notes: readonly string[];
}

interface Form {
  /** What is the same for every loss. */
  readonly data: readonly Setting[];
  readonly notes: readonly string[];
  /** N, the values of a picture. */
  readonly values: number;
  /** M_N, and how it came about. */
  readonly klWeight: number;
  readonly klWeightIs: string;
  /** What the pixels were scaled to, and what 1 of that is on [0, 1]. */
  readonly range: string;
  readonly unit: number;
}

const missing = (key: string) => new BetalabError("config", `${key} is missing`);

function formOf({ model_params: model, data_params: data, exp_params: exp }: File): Form {
  const { in_channels: channels, latent_dim: latentDim } = model;
  const { kld_weight: klWeight } = exp;
  const size = data?.patch_size ?? exp.img_size;
  const batch = data?.train_batch_size ?? exp.batch_size;
  if (batch === undefined) throw missing("exp_params.batch_size");
  if (data !== undefined && klWeight === undefined) throw missing("exp_params.kld_weight");
  const [sizeKey, batchKey] = data
    ? ["data_params.patch_size", "data_params.train_batch_size"]
    : ["exp_params.img_size", "exp_params.batch_size"];
  const share = `${batch}/${CELEBA_IMAGES}`;
  const note = data
    ? "their net sees pixels in [0, 1] and answers in [−1, 1]; here it works in [−1, 1] throughout"
    : `M_N is ${share} as that version computes it; read as M/N (latents over pixels) it is ${latentDim}/${size}², as in the preset celeba-beta-b`;
  return {
    values: channels * size * size,
    data: [
      ["data.source", "folder", "CelebA's pictures"],
      ["data.size", size, sizeKey!],
      ["data.channels", channels, "model_params.in_channels"],
      ["data.batchSize", batch, batchKey!],
      ["data.flip", true, "RandomHorizontalFlip"],
      ["model.latentDim", latentDim, "model_params.latent_dim"],
    ],
    notes: ["theirs are the middle 148×148 of CelebA's pictures: crop them before", note],
    ...(data
      ? { klWeight: klWeight!, klWeightIs: `exp_params.kld_weight ${klWeight}`, range: "[0, 1]", unit: 1 }
      : { klWeight: batch / CELEBA_IMAGES, klWeightIs: `M_N ${share}`, range: "[−1, 1]", unit: 0.5 }),
  };
}

/** VanillaVAE and BetaVAE: the mean of squared errors + M_N times KL, β·KL or γ·|KL − C|. */
function meanOfSquares({ model_params: model }: File, form: Form): Part {
  const { name, loss_type: type } = model;
  const half = form.values / 2;
  /** A weight beside the mean as one beside the sum. */
  const inNats = (key: string, factor: string, value: number): Setting => [
    key,
    rounded(value * form.klWeight * half),
    `${factor}${form.klWeightIs} × ${half}, half the values of a picture`,
  ];
  const gaussian: Setting[] = [
    ["model.architecture", "celeba", `model_params.name ${name}`],
    ["model.likelihood.kind", "gaussian", "F.mse_loss"],
    ["model.likelihood.sigma", form.unit, `F.mse_loss × ${half}: σ = 1 on ${form.range}`],
  ];
  if (name === "VanillaVAE") {
    const kind: Setting = ["objective.kind", "beta", "model_params.name VanillaVAE"];
    return { settings: [...gaussian, kind, inNats("objective.beta", "", 1)], notes: [] };
  }
  const { beta = 4, gamma = 1000, max_capacity: end, Capacity_max_iter: to } = model;
  const kind = (kind: string): Setting => ["objective.kind", kind, `model_params.loss_type ${type}`];
  if (type === "H") {
    const weighed = inNats("objective.beta", `model_params.beta ${beta} × `, beta);
    return { settings: [...gaussian, kind("beta"), weighed], notes: [] };
  }
  return {
    settings: [
      ...gaussian,
      kind("capacity"),
      inNats("objective.gamma", `model_params.gamma ${gamma} × `, gamma),
      [
        "objective.capacity",
        { schedule: "linear", start: 0, end, to, unit: "step" },
        "model_params.max_capacity, Capacity_max_iter",
      ],
    ],
    notes: ["their C rises with validation batches as well; here with training steps alone"],
  };
}

/** BetaTCVAE: the sum of squared errors + α·MI + β·TC + γ·Σ KL_d, with γ rising. */
function totalCorrelation({ model_params: model }: File, { unit, range }: Form): Part {
  const { alpha, beta = 6, gamma = 1, anneal_steps: to } = model;
  return {
    settings: [
      ["model.architecture", "burgess", "model_params.name BetaTCVAE"],
      ["model.likelihood.kind", "gaussian", "F.mse_loss"],
      ["model.likelihood.sigma", rounded(unit * Math.SQRT1_2), `F.mse_loss, a sum: σ = √½ on ${range}`],
      ["objective.kind", "tc", "model_params.name BetaTCVAE"],
      ["objective.alpha", alpha, "model_params.alpha"],
      ["objective.beta", beta, "model_params.beta"],
      [
        "objective.gamma",
        { schedule: "linear", start: 0, end: gamma, to, unit: "step" },
        "model_params.gamma, anneal_steps",
      ],
    ],
    notes: [
      "the net is the nearest there is: both begin with four 4×4 convolutions of 32, theirs goes on with one layer of 256 and leaky ReLU",
      "q(z) counts the training images here, batch size over kld_weight there",
    ],
  };
}

/** Ten digits: what the multiplication of floats adds is cut off. */
const rounded = (value: number): number => Number(value.toPrecision(10));

function training({ exp_params: exp, trainer_params: trainer, logging_params: logging }: File): Setting[] {
  const { LR: start, scheduler_gamma: factor, weight_decay: decay } = exp;
  const epochs = trainer.max_epochs ?? trainer.max_nb_epochs;
  if (epochs === undefined) throw missing("trainer_params.max_epochs");
  const seed = exp.manual_seed ?? logging.manual_seed;
  const from = exp.manual_seed === undefined ? "logging_params" : "exp_params";
  return [
    ...(seed === undefined ? [] : [["seed", seed, `${from}.manual_seed`] as const]),
    ["optimizer.kind", "adam", "optim.Adam"],
    [
      "optimizer.learningRate",
      factor === 1 ? start : { schedule: "exponential", start, factor },
      "exp_params.LR, scheduler_gamma",
    ],
    ["optimizer.weightDecay", decay, "exp_params.weight_decay"],
    ...(trainer.gradient_clip_val === undefined
      ? []
      : [["optimizer.clipNorm", trainer.gradient_clip_val, "trainer_params.gradient_clip_val"] as const]),
    ["training.epochs", epochs, `trainer_params.max_${trainer.max_epochs === undefined ? "nb_" : ""}epochs`],
  ];
}

/** Keys of the file that were not read, and why. */
function leftOut(values: Readonly<Record<string, unknown>>, model: string): string[] {
  const sections = schema.shape as unknown as Readonly<
    Record<string, z.ZodType & { unwrap?(): z.ZodObject }>
  >;
  const given = Object.entries(values).flatMap(([section, keys]) =>
    isPlainObject(keys) ? Object.keys(keys).map((key) => [section, key] as const) : [[section, ""] as const],
  );
  const foreign = new Set(
    Object.values(models)
      .flat()
      .filter((key) => !models[model]!.includes(key)),
  );
  const isRead = (section: string, key: string): boolean => {
    const found = sections[section];
    const object = (found instanceof z.ZodObject ? found : found?.unwrap?.()) as z.ZodObject | undefined;
    return object !== undefined && key in object.shape && !(section === "model_params" && foreign.has(key));
  };
  return given.flatMap(([section, key]) => {
    const path = key === "" ? section : `${section}.${key}`;
    if (isRead(section, key)) return [];
    return [path in elsewhere ? `${path} is left out: ${elsewhere[path]}` : `unknown key ${path}: left out`];
  });
}
