"""scikit-learn's Barnes-Hut t-SNE on the points of src/latent/tsne/tsne.test.ts, made by the same formula: prints
the final KL objective that the test holds ours against. Debian: apt-get install python3-sklearn, then

    /usr/bin/python3 bench/parity/tsne.py
"""

import numpy
import sklearn
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsClassifier

POINTS, COLUMNS, CLUSTERS = 1000, 20, 10


def uniform(offset, count):
    """A hash of the position, in [0, 1)."""
    mask = numpy.uint64(0xFFFFFFFF)
    h = (numpy.arange(offset, offset + count, dtype=numpy.uint64) * 0x9E3779B1) & mask
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & mask
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & mask
    return ((h ^ (h >> 16)) >> 8).astype(numpy.float64) / 2**24


values = POINTS * COLUMNS
noise = sum(uniform(i * values, values) for i in range(4)).reshape(POINTS, COLUMNS) - 2
centres = 4 * uniform(4 * values, CLUSTERS * COLUMNS).reshape(CLUSTERS, COLUMNS)
labels = numpy.arange(POINTS) % CLUSTERS
data = centres[labels] + noise

print("scikit-learn", sklearn.__version__)
for seed in range(3):
    for init in ("pca", "random"):
        model = TSNE(perplexity=30, init=init, learning_rate="auto", n_iter=1000, random_state=seed)
        found = model.fit_transform(data)
        print(f"seed {seed} {init}: KL {model.kl_divergence_:.6f}, first point {data[0, :3]}")
