"""scikit-learn's side of t-SNE and of the learners: the settings that ours have, all threads."""

import os

import numpy
import sklearn
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from work import serve

TRAIN, FEATURES = 10000, 10


def begin(request):
    folder, threads = request["folder"], request["threads"]
    work = embedding(folder, threads) if request["task"] == "tsne" else learner(request["task"], folder, threads)
    return sklearn.__version__, work


def embedding(folder, threads):
    points = numpy.fromfile(os.path.join(folder, "points")).reshape(10000, 20)

    def work():
        model = TSNE(perplexity=30, init="pca", learning_rate="auto", n_iter=1000, n_jobs=threads, random_state=0)
        model.fit(points)
        return float(model.kl_divergence_)

    return work


def learner(task, folder, threads):
    features = numpy.ascontiguousarray(numpy.fromfile(os.path.join(folder, "features")).reshape(FEATURES, -1).T)
    classes = numpy.fromfile(os.path.join(folder, "classes"), dtype=numpy.int32)
    train, test = (features[:TRAIN], classes[:TRAIN]), (features[TRAIN:], classes[TRAIN:])
    if task == "lasso":
        return lambda: float(numpy.abs(Lasso(alpha=0.01).fit(*train).coef_).max())
    models = {
        "logistic-regression": lambda: LogisticRegression(),
        "linear-svm": lambda: LinearSVC(C=0.01, class_weight="balanced", random_state=0),
        "boosted-trees": lambda: GradientBoostingClassifier(random_state=0),
        "nearest-neighbours": lambda: KNeighborsClassifier(n_jobs=threads),
    }
    return lambda: float(models[task]().fit(*train).score(*test))


serve(begin)
