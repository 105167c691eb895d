"""Log densities against scipy's, behind any steps; none of what models none."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import genvsdisc as gd
from genvsdisc.densities import density_floor, log_density

DATA = gd.datasets.make_gaussian_pair(80, random_state=3)
X, Y = DATA.X.to_numpy(), DATA.y.to_numpy()


def expected(classifier):
    laws = [multivariate_normal(mean, classifier.covariances_) for mean in classifier.means_]
    joint = [law.logpdf(X) + np.log(prior) for law, prior in zip(laws, classifier.class_prior_, strict=True)]
    return logsumexp(joint, axis=0)


def test_ours_as_scipy_computes_it():
    fitted = gd.GaussianClassifier().fit(X, Y)
    np.testing.assert_allclose(log_density(fitted, X), expected(fitted), rtol=1e-10)


def test_behind_steps_and_a_search():
    search = GridSearchCV(make_pipeline(StandardScaler(), gd.GaussianClassifier()), {}, cv=2).fit(X, Y)
    scaler, classifier = search.best_estimator_.named_steps.values()
    laws = [multivariate_normal(mean, classifier.covariances_) for mean in classifier.means_]
    joint = [law.logpdf(scaler.transform(X)) for law in laws] + np.log(classifier.class_prior_)[:, None]
    np.testing.assert_allclose(log_density(search, X), logsumexp(joint, axis=0), rtol=1e-10)


def test_another_packages_naive_bayes():
    fitted = GaussianNB().fit(X, Y)
    joint = [
        norm(mean, np.sqrt(variance)).logpdf(X).sum(axis=1) + np.log(prior)
        for mean, variance, prior in zip(fitted.theta_, fitted.var_, fitted.class_prior_, strict=True)
    ]
    np.testing.assert_allclose(log_density(fitted, X), logsumexp(joint, axis=0), rtol=1e-10)


@pytest.mark.parametrize("classifier", [LogisticRegression(), gd.LogisticClassifier(standardize=True)])
def test_a_discriminative_classifier_has_none(classifier):
    assert log_density(classifier.fit(X, Y), X) is None
    assert density_floor(classifier, X) is None


def test_one_row_in_a_hundred_falls_below_the_floor():
    many = gd.datasets.make_gaussian_pair(1000, random_state=0)
    fitted = gd.GaussianClassifier().fit(many.X, many.y)
    below = log_density(fitted, many.X) < density_floor(fitted, many.X)
    assert below.sum() == 10
