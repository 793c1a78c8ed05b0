"""Freezes what the authors' own code makes of three formula-generated tables of factors and codes.

    python3 bench/parity/disentanglement_reference.py DLIB INFOMEC DCIES \
        > src/metrics/disentanglement/authors-reference.json

DLIB, INFOMEC and DCIES are checkouts of github.com/google-research/disentanglement_lib, kylehkhsu/latent_quantization and
andreinicolicioiu/DCI-ES; scikit-learn 1.3, scipy and numpy below 2 run them. Their TensorFlow and gin are not needed: only
functions of numbers are called. `src/metrics/disentanglement/authors.test.ts` computes the same data and holds the metrics
to these numbers.
"""

import json
import sys
import types
import warnings

import numpy as np
import scipy
import scipy.linalg
import scipy.stats
import sklearn
import sklearn.metrics
from sklearn import ensemble, linear_model

TRAIN, TEST = 2000, 1000


def u(prime: int) -> np.ndarray:
    """Additive recurrence in [0, 1): uniform, deterministic, the same bits in every language."""
    product = np.arange(1, TRAIN + TEST + 1, dtype=np.float64) * np.sqrt(np.float64(prime))
    return product - np.floor(product)


def sampled():
    shape, scale, x, y, hue = (np.floor(n * u(p)) for n, p in zip([3, 6, 8, 8, 10], [2, 3, 5, 7, 11]))
    codes = [
        x / 8 + 0.05 * (u(13) - 0.5),
        y / 8 + 0.125 * shape + 0.05 * (u(17) - 0.5),
        scale / 6 + 0.25 * (u(19) - 0.5),
        np.where(shape == 1, 1.0, 0.0) + 0.25 * u(23),
        hue / 10 * (hue / 10) + 0.25 * (u(29) - 0.5),
        0.0625 * u(31),
    ]
    return np.stack([shape, scale, x, y, hue]), np.stack(codes)


def continuous():
    a, b, c = u(2), u(3), u(5)
    return np.stack([a, b, c]), np.stack([a + 0.125 * (u(13) - 0.5), b * c, c - 0.25 * a, u(17)])


def attributes():
    one = u(2) < 0.5
    two = 0.75 * u(2) + 0.25 * u(3) < 0.25
    rare = u(5) < 0.0625
    rest = [u(7) < 0.375, u(11) < 0.875, 0.5 * u(5) + 0.5 * u(13) < 0.5]
    codes = [
        np.where(one, 1.0, 0.0) + u(17),
        np.where(two, 0.5, 0.0) + np.where(rest[0], 1.0, 0.0) + 0.5 * u(19),
        np.where(rare, 2.0, 0.0) + u(23),
        np.where(rest[1], 1.0, 0.0) - np.where(one, 0.5, 0.0) + 0.5 * u(29),
        np.where(rest[2], 0.25, 0.0) + u(31),
    ]
    return np.stack([np.where(a, 1.0, 0.0) for a in [one, two, rare, *rest]]), np.stack(codes)


def stub() -> None:
    """What disentanglement_lib imports beside numbers."""
    gin = types.ModuleType("gin")
    gin.tf = types.ModuleType("gin.tf")
    gin.REQUIRED = None

    def configurable(*_, **__):
        return lambda function: function

    gin.tf.configurable = gin.configurable = configurable
    gin.tf.REQUIRED = None
    absl = types.ModuleType("absl")
    absl.logging = types.SimpleNamespace(info=lambda *_: None)
    sys.modules.update({"gin": gin, "gin.tf": gin.tf, "absl": absl, "absl.logging": absl.logging})


def forests(x, targets, is_number) -> list:
    """What eight random forests make of each factor: importances, [codes] of [factors], and how much a seed changes."""
    kind = ensemble.RandomForestRegressor if is_number else ensemble.RandomForestClassifier
    found = np.stack(
        [
            [kind(n_estimators=100, random_state=seed).fit(x.T, one).feature_importances_ for one in targets]
            for seed in range(8)
        ]
    )
    mean, deviation = found.mean(axis=0).T, found.std(axis=0, ddof=1).T
    return [
        [{"mean": float(m), "deviation": float(d)} for m, d in zip(*rows)] for rows in zip(mean, deviation)
    ]


def plain(value):
    """Rounded, with nothing where the authors' code divides zero by zero."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return None if value != value else round(float(value), 6)
    return value


def main(dlib: str, infomec: str, dcies: str) -> None:
    stub()
    sys.path[:0] = [dlib, infomec, dcies]
    from disentanglement_lib.evaluation.metrics import (
        dci,
        downstream_task,
        irs,
        mig,
        modularity_explicitness,
        sap_score,
        unsupervised_metrics,
        utils,
    )
    from disentanglement_lib.evaluation.udr.metrics import udr

    sys.modules["disentangle"] = types.ModuleType("disentangle")
    from importlib.util import module_from_spec, spec_from_file_location

    def load(path):
        spec = spec_from_file_location("module", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    compute_infomec = load(f"{infomec}/disentangle/metrics/infomec.py").compute_infomec
    Explicitness = load(f"{dcies}/metrics/explitcitness.py").Explitcitness

    bins = lambda target: utils._histogram_discretize(target, num_bins=20)
    for module in (mig, modularity_explicitness, unsupervised_metrics, irs):
        module.utils.make_discretizer = bins
    result = {"madeWith": {"scikit-learn": sklearn.__version__, "numpy": np.__version__}}
    for name, make in {"sampled": sampled, "continuous": continuous, "attributes": attributes}.items():
        factors, mus = make()
        numbers = factors
        is_continuous = name == "continuous"
        if is_continuous:
            factors = bins(factors)
        ys = factors.astype(np.int64)
        x, y = mus[:, :TRAIN], ys[:, :TRAIN]
        xt, yt = mus[:, TRAIN:], ys[:, TRAIN:]
        n, nt = numbers[:, :TRAIN], numbers[:, TRAIN:]
        own = result[name] = {}
        own["mig"] = mig._compute_mig(x, y)["discrete_mig"]
        own["dci"] = dci._compute_dci(x, y, xt, yt)
        own["sap"] = sap_score._compute_sap(x, n if is_continuous else y, xt, yt, is_continuous)["SAP_score"]
        own["sapAsNumbers"] = sap_score._compute_sap(x, n, xt, nt, True)["SAP_score"]
        information = utils.discrete_mutual_info(bins(x), y)
        own["modularity"] = modularity_explicitness.modularity(information)
        standardised, mean, deviation = utils.normalize_data(x)
        tested, _, _ = utils.normalize_data(xt, mean, deviation)
        own["explicitness"] = float(
            np.mean(
                [
                    modularity_explicitness.explicitness_per_factor(standardised, y[k], tested, yt[k])[1]
                    for k in range(len(y))
                ]
            )
        )
        own["irs"] = irs.scalable_disentanglement_score(bins(y.astype(float)).T, x.T, 0.99)["avg_score"]
        covariance = np.cov(x)
        own["gaussianTc"] = unsupervised_metrics.gaussian_total_correlation(covariance)
        own["wasserstein"] = unsupervised_metrics.gaussian_wasserstein_correlation(covariance)
        own["downstream"] = {}
        for learner, predictor in {
            "boosting": ensemble.GradientBoostingClassifier,
            "logistic": utils.logistic_regression_cv,
        }.items():
            own["downstream"][learner] = [
                float(np.mean(downstream_task._compute_loss(x[:, :size].T, y[:, :size], xt.T, yt, predictor)[1]))
                for size in ([100, 2000] if learner == "boosting" else [500])
            ]
        found = compute_infomec(y.T, x.T, discrete_latents=False)
        own["infomec"] = {key: float(found[key]) for key in ["infom", "infoc", "infoe"]}
        own["infomec"]["nmi"] = found["nmi"].T.tolist()
        # DCI of a lasso and of a forest, each with the authors' scores.
        z = (x - mean[:, None]) / deviation[:, None]
        t = (n - n.mean(axis=1, keepdims=True)) / n.std(axis=1, keepdims=True)
        targets = n if is_continuous else y
        lasso = np.abs(linear_model.Lasso(alpha=0.02, tol=1e-8, max_iter=10000).fit(z.T, t.T).coef_.T)
        own["dci"]["lasso"] = {
            "importances": lasso.tolist(),
            "disentanglement": dci.disentanglement(lasso),
            "completeness": dci.completeness(lasso),
        }
        own["dci"]["forest"] = forests(x, targets, is_continuous)
        # DCI-ES: scikit-learn's forests, cut at each depth, and the authors' area.
        depths = [1, 2, 3, 4, 8, 16]
        judged = nt if is_continuous else yt
        curves, scores = [], []
        for k, target in enumerate(targets):
            kind = ensemble.RandomForestRegressor if is_continuous else ensemble.RandomForestClassifier
            losses = [
                1
                - np.mean(
                    [
                        kind(n_estimators=100, max_depth=depth, random_state=seed)
                        .fit(x.T, target)
                        .score(xt.T, judged[k])
                        for seed in range(3)
                    ]
                )
                for depth in depths
            ]
            curves.append(losses)
            area = Explicitness()
            area.add_curve(depths, losses, 1.0 if is_continuous else 1 - 1 / len(np.unique(target)), "one")
            scores.append(area.get_explitcitness()["one"])
        own["dciEs"] = {"losses": curves, "score": float(np.mean(scores))}
    _, a = sampled()
    models = [a[:5].T, np.stack([a[1], a[0] + a[2], a[2], a[4], a[3]]).T, np.stack([a[5], a[4], a[0], a[1] * a[2], a[3]]).T]
    kl = np.array([1.0, 1.0, 1.0, 1.0, 1.0])

    class Known:
        def sample_observations(self, *_):
            return None

    functions = [lambda _, model=model: (model, kl) for model in models]
    count = TRAIN + TEST
    for relation in ["lasso", "spearman"]:
        found = udr.compute_udr_sklearn(Known(), functions, 0, count, count, relation, True, False, 0.01)
        result[f"udr-{relation}"] = [float(one) for one in found["model_scores"]]
    print(json.dumps(plain(result), indent=1))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(*sys.argv[1:])
