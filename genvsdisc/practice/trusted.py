"""Types that a saved model may hold without anybody's word: this package's own, by name, and three of others.

skops builds only objects of types that are named to it. Types of scikit-learn's estimators, NumPy and SciPy it knows by
itself; those of any other package are built only where the reader of the file names that package.
"""

from __future__ import annotations

PLAIN_TYPES = ("collections.OrderedDict", "numpy.dtype", "sklearn.model_selection._split.StratifiedKFold")

OWN_TYPES = (
    "genvsdisc.baseline.PriorClassifier",
    "genvsdisc.discriminative.logistic.classifier.LogisticClassifier",
    "genvsdisc.discriminative.networks.cascade.CascadeClassifier",
    "genvsdisc.discriminative.networks.mlp.MLPClassifier",
    "genvsdisc.features.cells.CellFormat",
    "genvsdisc.features.date_text.DateFormat",
    "genvsdisc.features.encoding.TableEncoder",
    "genvsdisc.features.kinds.Column",
    "genvsdisc.features.number_text.NumberFormat",
    "genvsdisc.features.reader.GivenColumn",
    "genvsdisc.features.reader.TableReader",
    "genvsdisc.features.transforms.PrototypeDistances",
    "genvsdisc.features.transforms.QuadraticFeatures",
    "genvsdisc.functional.columns.families.ColumnMoments",
    "genvsdisc.functional.gaussian.moments.Moments",
    "genvsdisc.functional.networks.activations.Identity",
    "genvsdisc.functional.networks.activations.LeakyRelu",
    "genvsdisc.functional.networks.activations.Relu",
    "genvsdisc.functional.networks.activations.Sigmoid",
    "genvsdisc.functional.networks.activations.Tanh",
    "genvsdisc.functional.networks.architecture.Architecture",
    "genvsdisc.generative.gaussian.classifier.GaussianClassifier",
    "genvsdisc.generative.naive_bayes.classifier.NaiveBayesClassifier",
    "genvsdisc.generative.naive_bayes.distributions.ColumnKinds",
    "genvsdisc.generative.naive_bayes.statistics.Statistics",
    "genvsdisc.study.fits.coded_labels.CodedLabels",
    "genvsdisc.hybrid.classifier.HybridClassifier",
    "genvsdisc.hybrid.weighted_naive_bayes.WeightedNaiveBayesClassifier",
    "genvsdisc.study.fits.inner_folds.InnerFolds",
    "genvsdisc.study.fits.inner_folds.TuningFolds",
    "genvsdisc.study.fits.tuning.TuningSearch",
    "genvsdisc.study.fits.tuning.negative_log_loss",
    "genvsdisc.study.sampling.Sampling",
)

TRUSTED_TYPES = (*OWN_TYPES, *PLAIN_TYPES)
