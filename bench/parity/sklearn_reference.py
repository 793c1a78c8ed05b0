"""Freezes what scikit-learn makes of a few formula-generated data sets.

    python3 bench/parity/sklearn_reference.py > src/metrics/learners/sklearn-reference.json

`src/metrics/learners/sklearn.test.ts` computes the same data (only additions, products, square roots and floors,
so that both sides get the same bits) and holds the learners to these numbers. Debian's python3-sklearn is enough.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

TRAIN, TEST = 1500, 700
PRIMES = [2, 3, 5, 7, 11, 13, 17, 19]


def sequence(prime: int) -> np.ndarray:
    """Additive recurrence in [0, 1): uniform, deterministic, the same bits in every language."""
    product = np.arange(1, TRAIN + TEST + 1, dtype=np.float64) * np.sqrt(np.float64(prime))
    return product - np.floor(product)


def features(count: int) -> np.ndarray:
    return np.stack([sequence(prime).astype(np.float32).astype(np.float64) for prime in PRIMES[:count]], axis=1)


def classification() -> dict:
    noise = sequence(23)
    steps = features(5)
    diagonal = features(6)
    bands = np.floor(1.5 * (diagonal[:, 0] + diagonal[:, 1]))
    product = features(4)
    corner = (product[:, 0] * product[:, 1] > 0.5).astype(np.float64)
    coarse = np.floor(200 * features(4)) / 256
    return {
        "steps": (steps, np.floor(4 * steps[:, 0])),
        "noisy bands": (diagonal, np.where(noise < 0.1, (bands + 1) % 3, bands)),
        "rare corner": (product, np.where(noise < 0.05, 1 - corner, corner)),
        # 200 distinct values: histograms lose nothing.
        "coarse": (coarse, np.where(noise < 0.05, 1 - corner, corner)),
    }


def regression() -> dict:
    x = features(5)
    correlated = x.copy()
    correlated[:, 1] = x[:, 0] + 0.125 * x[:, 1]
    scaled = x * np.array([1.0, 10.0, 0.5, 3.0, 1.0])
    noise = sequence(23)
    return {
        "sparse": (x, 2 * x[:, 0] - x[:, 3] + 0.25 * noise, 0.02),
        "correlated": (correlated, correlated[:, 0] + correlated[:, 1] + 0.5 * noise, 0.01),
        "scales": (scaled, scaled[:, 1] - 4 * scaled[:, 2] + x[:, 2] * x[:, 3], 0.1),
    }


def rounded(values) -> list:
    return np.round(np.asarray(values, dtype=np.float64), 8).tolist()


def scores(model, x, y) -> dict:
    return {
        "train": float(np.mean(model.predict(x[:TRAIN]) == y[:TRAIN])),
        "test": float(np.mean(model.predict(x[TRAIN:]) == y[TRAIN:])),
    }


def main() -> None:
    result = {
        "madeWith": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "gradientBoosting": {},
        "logisticRegression": {},
        "linearSvm": {},
        "nearestNeighbours": {},
        "lasso": {},
    }
    for name, (x, y) in classification().items():
        train = x[:TRAIN], y[:TRAIN]
        # scikit-learn decides between equally good splits by chance: the mean over four seeds.
        boosting = [GradientBoostingClassifier(random_state=seed).fit(*train) for seed in range(4)]
        result["gradientBoosting"][name] = {
            **scores(boosting[0], x, y),
            "importances": rounded(np.mean([model.feature_importances_ for model in boosting], axis=0)),
        }
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # Tighter than the default 1e-4, so that the minimum itself is compared.
            logistic = LogisticRegression(tol=1e-8, max_iter=10000).fit(*train)
            svm = LinearSVC(C=0.01, class_weight="balanced", tol=1e-6, max_iter=100000, random_state=0).fit(*train)
        result["logisticRegression"][name] = {
            **scores(logistic, x, y),
            "coefficients": [rounded(row) for row in logistic.coef_],
            "intercepts": rounded(logistic.intercept_),
            "probabilities": [rounded(row) for row in logistic.predict_proba(x[TRAIN : TRAIN + 5])],
        }
        result["linearSvm"][name] = {
            **scores(svm, x, y),
            "coefficients": [rounded(row) for row in svm.coef_],
            "intercepts": rounded(svm.intercept_),
        }
        neighbours = KNeighborsClassifier().fit(*train)
        result["nearestNeighbours"][name] = scores(neighbours, x, y)
    for name, (x, y, alpha) in regression().items():
        model = Lasso(alpha=alpha, tol=1e-10, max_iter=100000).fit(x, y)
        result["lasso"][name] = {"alpha": alpha, "coefficients": rounded(model.coef_)}
    json.dump(result, sys.stdout, indent=1)
    print()


main()
