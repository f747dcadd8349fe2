"""The page's example models of other frameworks: `target/venv/bin/python xtask/data/examples.py` writes them anew.

All of the data is scikit-learn's own, but for the customers of churn.txt, who are made up here.
"""

from pathlib import Path

import joblib
import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier

FOLDER = Path(__file__).parent / "examples"


def wine():
    """Which of three vineyards a wine comes from: scikit-learn's random forest, in joblib's file."""
    rows, target = load_wine(return_X_y=True, as_frame=True)
    rows = rows.rename(columns={"od280/od315_of_diluted_wines": "od280_od315"})
    vineyards = np.array(["Barolo", "Grignolino", "Barbera"])[target]
    forest = RandomForestClassifier(60, min_samples_leaf=3, random_state=0).fit(rows, vineyards)
    joblib.dump(forest, FOLDER / "wine.joblib", compress=9)


def diabetes():
    """How a disease goes on within a year: XGBoost's boosted trees, in UBJSON."""
    rows, target = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    names = ["age", "sex", "body_mass_index", "blood_pressure", "cholesterol", "ldl", "hdl", "tch", "ltg", "glucose"]
    rows.columns = names
    booster = xgboost.XGBRegressor(n_estimators=80, max_depth=3, learning_rate=0.06, random_state=0)
    booster.fit(rows, target)
    booster.get_booster().save_model(FOLDER / "diabetes.ubj")


def churn():
    """Who leaves: LightGBM's boosted trees with categories, in its text."""
    random = np.random.default_rng(0)
    count = 4000
    rows = pd.DataFrame(
        {
            "age": random.integers(18, 80, count),
            "plan": pd.Categorical(random.choice(["basic", "plus", "pro"], count, p=[0.5, 0.3, 0.2])),
            "monthly_usage": random.gamma(3.0, 12.0, count).round(1),
            "tickets": random.poisson(1.2, count),
            "months": random.integers(1, 72, count),
            "country": pd.Categorical(random.choice(["Austria", "France", "Italy", "Spain"], count)),
        }
    )
    score = (
        1.1 * (rows.plan == "basic")
        - 0.9 * (rows.plan == "pro")
        - 0.035 * rows.monthly_usage
        + 0.75 * rows.tickets
        - 0.045 * rows.months
        + 0.5 * (rows.country == "Spain")
        + 0.012 * (rows.age - 45)
    )
    churned = random.random(count) < 1 / (1 + np.exp(-score))
    rows.loc[random.random(count) < 0.05, "monthly_usage"] = np.nan
    data = lightgbm.Dataset(rows, churned.astype(int))
    parameters = {"objective": "binary", "num_leaves": 8, "learning_rate": 0.08, "verbose": -1, "seed": 0}
    lightgbm.train(parameters, data, 60).save_model(FOLDER / "churn.txt")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    wine()
    diabetes()
    churn()
