"""XGBoost's and shap's native code that explains a batch, on one thread: for each line `WHO TIMES` answers when it is done.

Usage: explain.py FOLDER, with the folder that models.py wrote. A batch is the first BATCH rows of case W3.
"""

import pickle
import sys
from pathlib import Path

import numpy as np
import shap
import xgboost as xgb

BATCH = 16
folder = Path(sys.argv[1]) / "W3"
model = pickle.loads((folder / "model.pkl").read_bytes()).set_params(n_jobs=1)
rows = np.fromfile(folder / "rows.f32", "<f4").reshape(10_000, -1)[:BATCH]
booster = model.get_booster()
booster.set_param({"nthread": 1})
matrix = xgb.DMatrix(rows, nthread=1)
explainer = shap.TreeExplainer(model)
makers = {
    "pred_contribs": lambda: booster.predict(matrix, pred_contribs=True),
    "shap": lambda: explainer.shap_values(rows),
}
print("ready", flush=True)
for line in sys.stdin:
    who, times = line.split()
    for _ in range(int(times)):
        makers[who]()
    print("done", flush=True)
