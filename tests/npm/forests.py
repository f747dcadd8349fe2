"""Forests as they are in use: writes one of each kind into the folder that is named."""
import sys
import joblib
import lightgbm
import numpy
import pandas
import xgboost
from sklearn.ensemble import RandomForestClassifier

folder = sys.argv[1]
random = numpy.random.default_rng(0)
count = 3000
x = random.normal(size=(count, 20))
y = (x[:, 0] * x[:, 1] + numpy.sin(2 * x[:, 2]) + 0.3 * random.normal(size=count) > 0).astype(int)
options = {"n_estimators": 300, "max_depth": 6, "learning_rate": 0.1, "n_jobs": 1}
xgboost.XGBClassifier(**options).fit(x, y).save_model(f"{folder}/xgboost_binary.json")
frame = pandas.DataFrame(x[:, :8], columns=list("abcdefgh"))
frame["short"] = pandas.Categorical(random.choice(list("pqrst"), count))
frame["long"] = pandas.Categorical(random.choice([f"k{i}" for i in range(40)], count))
options = {"n_estimators": 150, "num_leaves": 31, "n_jobs": 1, "verbose": -1}
classes = y ^ (frame["short"].cat.codes.values > 2)
lightgbm.LGBMClassifier(**options).fit(frame, classes).booster_.save_model(f"{folder}/lightgbm_categories.txt")
joblib.dump(RandomForestClassifier(30, n_jobs=1, random_state=0).fit(x, y), f"{folder}/random_forest.joblib")
