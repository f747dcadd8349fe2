"""The frameworks' own predictions of a batch, on one thread: for each line `CASE TIMES` answers when it is done.

Usage: native.py FOLDER, with the folder that models.py wrote.
"""

import pickle
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np
import xgboost as xgb

FOLDER = Path(sys.argv[1])


def predictor(name):
    model = pickle.loads((FOLDER / name / "model.pkl").read_bytes())
    rows = np.fromfile(FOLDER / name / "rows.f32", "<f4").reshape(10_000, -1)
    if isinstance(model, xgb.XGBModel):
        booster = model.get_booster()
        booster.set_param({"nthread": 1})
        return lambda: booster.inplace_predict(rows)
    if isinstance(model, lgb.Booster):
        wide = rows.astype(np.float64)
        return lambda: model.predict(wide, num_threads=1)
    return lambda: model.predict_proba(rows)


predictors = {path.name: predictor(path.name) for path in FOLDER.iterdir() if path.is_dir()}
print("ready", flush=True)
for line in sys.stdin:
    name, times = line.split()
    for _ in range(int(times)):
        predictors[name]()
    print("done", flush=True)
